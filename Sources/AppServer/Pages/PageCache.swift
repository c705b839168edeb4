import Base
import ExpressionLanguage
import PageTemplates
import Synchronization
import SystemInterface

/// Why a page cannot be shown, for people.
struct PageProblem: Error {
    /// Plain text for the log: file, line, column, message.
    let text: String
    /// A whole HTML page that shows the place.
    let page: [UInt8]

    init(_ error: PageError) {
        self.text = error.diagnostic.summary
        let output = ByteBuffer()
        error.appendHTML(to: output)
        self.page = output.bytes.makeArray()
    }
}

/// The compiled pages of one application, shared by all loops, as fields that a page declares are
/// one for all its runs. Any thread.
final class PageCache: Sendable {
    private struct Entry {
        let page: CompiledPage
        /// When each of its files was changed last, by path.
        let times: [String: Int64]
    }

    private let root: String
    private let entries = Mutex<[String: Entry]>([:])

    /// A cache for the pages below a folder.
    init(root: String) { self.root = root }

    /// The page at a path, compiled anew when it or a file that it includes has changed; nil when
    /// it is not there. Looks at the disk.
    ///
    /// Two loops may compile the same page at the same time; the first one's result stays.
    func page(_ path: String) throws(PageProblem) -> CompiledPage? {
        if let entry = self.entries.withLock({ $0[path] }), self.isCurrent(entry) {
            return entry.page
        }
        guard let bytes = self.read(path) else {
            self.entries.withLock { $0[path] = nil }
            return nil
        }
        let page: CompiledPage
        do {
            page = try CompiledPage(name: path, bytes: bytes) { [self] include, from in
                let absolute = Self.absolute(include, from: from)
                return self.read(absolute).map { (absolute, $0) }
            }
        } catch {
            throw PageProblem(error)
        }
        var times: [String: Int64] = [:]
        for name in page.fileNames { times[name] = self.time(of: name) }
        let entry = Entry(page: page, times: times)
        return self.entries.withLock { entries in
            if let known = entries[path], known.times == times { return known.page }
            entries[path] = entry
            return page
        }
    }

    private func isCurrent(_ entry: Entry) -> Bool {
        entry.times.allSatisfy { self.time(of: $0.key) == $0.value }
    }

    private func time(of path: String) -> Int64 {
        (try? Files.status(self.root + path))?.modifiedUnixNanoseconds ?? 0
    }

    /// A page's text; nothing outside the application's folder.
    private func read(_ path: String) -> [UInt8]? {
        let file = self.root + path
        guard let resolved = try? Files.resolve(file), resolved.hasPrefix(self.root + "/") else {
            return nil
        }
        return try? Files.read(file, limit: 4 << 20)
    }

    /// An include's path: relative ones begin at the folder of the file that names them.
    static func absolute(_ path: String, from: String) -> String {
        let joined: String
        if path.hasPrefix("/") {
            joined = path
        } else {
            let folder = from.lastIndex(of: "/").map { from[...$0] } ?? "/"
            joined = "\(folder)\(path)"
        }
        return RequestTarget(joined.utf8.span)?.path ?? joined
    }
}

extension PageScope {
    /// How much one page may do.
    static let limits = PageLimits()

    /// Runs another page of the application for this request.
    func runPage(_ path: String, into output: ByteBuffer) throws(ScriptFailure) {
        let page: CompiledPage?
        do {
            page = try self.application.pages.page(path)
        } catch {
            self.innerProblem = self.innerProblem ?? error
            throw ScriptFailure(
                "jakarta.servlet.ServletException", error.text, isCatchable: false)
        }
        guard let page else {
            throw ScriptFailure("java.io.FileNotFoundException", "File [\(path)] not found")
        }
        do {
            try page.run(host: self, into: output, limits: Self.limits)
        } catch {
            // The innermost page's own place is what its author wants to see.
            if self.innerProblem == nil { self.innerProblem = PageProblem(error) }
            throw ScriptFailure(
                error.failure.exception, error.failure.message,
                isCatchable: error.failure.isCatchable)
        }
    }
}
