import Base
import HTTPProtocol
import HTTPTransport
import SystemInterface

// Static files below `root` or `alias`, as nginx's static and index modules serve them.

extension RequestHandler {
    /// Files up to this size leave in one write with their head; greater ones go by the kernel.
    private static let copiedByteCountMax: Int64 = 32_768

    private func filename() -> String {
        self.worker.scratch.clear()
        _ = self.exchange.appendFilename(to: self.worker.scratch)
        return self.worker.scratch.makeString()
    }

    /// Answers with the file that the path names, or looks for the index of a folder.
    func sendFile() async -> Step {
        let exchange = self.exchange
        let path = exchange.path
        if path[path.count - 1] == UInt8(ascii: "/") { return self.index() }
        switch exchange.method {
        case .get, .head: break
        default: return .fail(405)
        }
        let name = self.filename()
        do {
            let file = try Files.open(name, .read)
            let status = try Files.status(of: file)
            switch status.kind {
            case .directory: return self.redirectToSlash()
            case .regular: return try await self.send(file, status)
            case .socket, .other:
                self.log(.crit, "\"\(name)\" is not a regular file")
                return .fail(404)
            }
        } catch let error as Errno {
            return self.fileError(name, error)
        } catch {
            // The client is gone or too slow; what was sent is not whole.
            self.connection.cut()
            return .done
        }
    }

    private func fileError(_ name: String, _ error: Errno) -> Step {
        switch error {
        case .noSuchFile, .notADirectory, .nameTooLong:
            if self.exchange.location.settings.logsNotFound {
                self.log(.error, "open() \"\(name)\" failed (\(error.rawValue): \(error))")
            }
            return .fail(404)
        case .permissionDenied:
            self.log(.error, "open() \"\(name)\" failed (\(error.rawValue): \(error))")
            return .fail(403)
        default:
            self.log(.crit, "open() \"\(name)\" failed (\(error.rawValue): \(error))")
            return .fail(500)
        }
    }

    private func send(_ file: borrowing Descriptor, _ status: FileStatus) async throws -> Step {
        let modified = status.modifiedUnixNanoseconds / 1_000_000_000
        let entityTag = Self.entityTag(modified: modified, size: status.size)
        // A page that stands for an error is sent as it is, whatever the client has of it.
        if self.standsForError {
            return try await self.send(file, status, modified, entityTag, nil)
        }
        let outcome = FileConditions.decide(
            FileConditions.Fields(self.exchange.head, method: self.exchange.method),
            entityTag: entityTag, modifiedUnixSeconds: modified, size: status.size)
        switch outcome {
        case .notModified:
            self.begin(304)
            self.addFileFields(modified, entityTag)
            self.endHead(.length(0))
            return self.finish()
        case .preconditionFailed: return .fail(412)
        case .rangeNotSatisfiable:
            self.begin(416)
            self.connection.addField("Content-Range", "bytes */\(status.size)")
            self.endHead(.length(0))
            return self.finish()
        case .ranges(let ranges) where ranges.count == 1:
            return try await self.send(file, status, modified, entityTag, ranges[0])
        case .ranges, .whole:
            return try await self.send(file, status, modified, entityTag, nil)
        }
    }

    private func send(
        _ file: borrowing Descriptor, _ status: FileStatus, _ modified: Int64,
        _ entityTag: String, _ range: Range<Int64>?
    ) async throws -> Step {
        let part = range ?? 0..<status.size
        self.begin(range == nil ? 200 : 206)
        let contentType = self.contentType()
        if !contentType.isEmpty {
            self.connection.addField("Content-Type", contentType)
            self.exchange.sentContentType = contentType
        }
        self.addFileFields(modified, entityTag)
        if let range {
            self.connection.addField(
                "Content-Range",
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(status.size)")
        } else if !self.standsForError {
            self.connection.addField("Accept-Ranges", "bytes")
        }
        self.endHead(.length(UInt64(part.count)))
        guard self.exchange.method != .head, !part.isEmpty else { return self.finish() }
        if range == nil, status.size <= Self.copiedByteCountMax {
            let contents = self.worker.scratch
            contents.clear()
            while contents.count < Int(status.size) {
                let rest = Int(status.size) - contents.count
                guard try file.read(into: contents, atMost: rest) > 0 else { break }
            }
            self.connection.write(contents.bytes)
        } else {
            try await self.connection.sendFile(
                file, offset: part.lowerBound, byteCount: Int64(part.count))
        }
        return self.finish()
    }

    /// Whether the file is sent with another status than its own.
    private var standsForError: Bool {
        self.exchange.statusOverride.map { $0 != 200 } ?? false
    }

    private func addFileFields(_ modified: Int64, _ entityTag: String) {
        if !self.standsForError {
            let date = ByteBuffer(capacity: 32)
            HTTPDate.append(unixSeconds: modified, to: date)
            self.connection.addField("Last-Modified", date.makeString())
        }
        if self.exchange.location.settings.sendsETag {
            self.connection.addField("ETag", entityTag)
        }
    }

    /// nginx's: the time and the size in hexadecimal digits.
    private static func entityTag(modified: Int64, size: Int64) -> String {
        "\"\(String(modified, radix: 16))-\(String(size, radix: 16))\""
    }

    // MARK: Folders

    /// The first index file that is there, by a redirect from inside; 403 without one.
    private func index() -> Step {
        let exchange = self.exchange
        switch exchange.method {
        case .get, .head, .post: break
        default: return .fail(405)
        }
        let folder = self.filename()
        for candidate in exchange.location.settings.index {
            let name = VariableEvaluator.string(candidate, of: exchange)
            if name.hasPrefix("/") { return self.redirect(to: Array(name.utf8)) }
            guard let status = try? Files.status(folder + name), status.kind == .regular
            else { continue }
            let arguments = exchange.arguments.makeArray()
            let step = self.redirect(to: exchange.path.makeArray() + Array(name.utf8))
            exchange.arguments.append(arguments)
            return step
        }
        guard (try? Files.status(folder)) != nil else {
            self.log(.error, "\"\(folder)\" is not found (2: No such file or directory)")
            return .fail(404)
        }
        self.log(.error, "directory index of \"\(folder)\" is forbidden")
        return .fail(403)
    }

    /// `try_files`: nil lets the location answer, with the path of what was found.
    func lookFor(_ tryFiles: TryFiles) -> Step? {
        let exchange = self.exchange
        let settings = exchange.location.settings
        let base = VariableEvaluator.string(settings.alias ?? settings.root, of: exchange)
        for candidate in tryFiles.candidates {
            let path = VariableEvaluator.bytes(candidate.path, of: exchange)
            var below = String(decoding: path, as: UTF8.self)
            if settings.alias != nil, below.hasPrefix(exchange.location.name) {
                below = String(below.dropFirst(exchange.location.name.count))
            }
            guard let status = try? Files.status(base + below),
                (status.kind == .directory) == candidate.isDirectory
            else { continue }
            exchange.path.clear()
            exchange.path.append(path)
            exchange.isTargetUnchanged = false
            return nil
        }
        switch tryFiles.fallback {
        case .status(let status): return .fail(status)
        case .path(let value):
            let target = VariableEvaluator.bytes(value, of: exchange)
            guard target.first == UInt8(ascii: "@") else { return self.redirect(to: target) }
            return self.redirect(toNamed: String(decoding: target.dropFirst(), as: UTF8.self))
        }
    }
}
