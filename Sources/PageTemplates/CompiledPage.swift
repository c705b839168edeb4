package import Base
import ExpressionLanguage
import Synchronization

/// A page that can be run, by any number of requests at once. Immutable but for the fields that the
/// page declares, whose runs take turns.
package final class CompiledPage: Sendable {
    /// What the page directives say.
    package let settings: PageSettings
    /// The names of the page's files, its own first, then its static includes: when one of them
    /// changes, the page is compiled anew.
    package let fileNames: [String]
    private let sources: [PageSource]
    private let program: PageProgram
    private let fields: Mutex<[StoredValue]?>

    /// Compiles a page.
    ///
    /// - Parameters:
    ///   - name: the page's path, for messages and for finding its includes.
    ///   - bytes: the page's text, UTF-8.
    ///   - load: gives the name and the bytes of a file that a static include names; nil when there
    /// is
    ///     none.
    /// - Throws: `PageError` with the place of the first mistake.
    package init(
        name: String, bytes: [UInt8],
        load: @escaping (_ path: String, _ from: String) -> (name: String, bytes: [UInt8])?
    ) throws(PageError) {
        var reader = PageReader(load: load)
        do {
            try reader.read(name, bytes)
            self.program = try Self.compile(reader)
        } catch {
            throw PageError(error, reader.files.map { PageSource($0.name, $0.bytes) })
        }
        self.settings = reader.settings
        self.sources = reader.files.map { PageSource($0.name, $0.bytes) }
        self.fileNames = reader.files.map(\.name)
        self.fields = Mutex(nil)
    }

    private static func compile(_ reader: PageReader) throws(ScriptFailure) -> PageProgram {
        var objects = Set(ImplicitObject.allCases)
        if !reader.settings.hasSession { objects.remove(.session) }
        if !reader.settings.isErrorPage { objects.remove(.exception) }
        var declarations = DeclarationParser(reader.declarations, implicitObjects: objects)
        let (members, methods) = try declarations.parse(template: reader.template)
        var parser = CodeParser(reader.tokens, members: members, template: reader.template)
        let body = try parser.page()
        return PageProgram(
            body: body, slotCount: parser.scope.slotCount, methods: methods, fields: members.fields)
    }

    /// Runs the page; what it writes goes to the end of `output`.
    ///
    /// - Throws: `PageError` with the place where it failed; what was written before stays.
    package func run(
        host: any PageHost, into output: ByteBuffer, limits: PageLimits = PageLimits()
    ) throws(PageError) {
        do {
            if self.program.fields.isEmpty {
                try self.run(fields: [], host, output, limits)
            } else {
                try self.runWithFields(host, output, limits)
            }
        } catch {
            throw PageError(error, self.sources)
        }
    }

    @discardableResult
    private func run(
        fields: [Value], _ host: any PageHost, _ output: ByteBuffer, _ limits: PageLimits
    ) throws(ScriptFailure) -> Machine {
        let machine = Machine(
            program: self.program, fields: fields, host: host, output: output, limits: limits)
        _ = try self.program.body.execute(machine)
        return machine
    }

    /// The page's fields are its own: the runs of such a page take turns, as there is no other way
    /// to keep what they do to a list in order.
    private func runWithFields(
        _ host: any PageHost, _ output: ByteBuffer, _ limits: PageLimits
    ) throws(ScriptFailure) {
        let outcome: Result<Void, ScriptFailure> = self.fields.withLock { kept in
            let machine = Machine(
                program: self.program, fields: kept?.map { Value($0) } ?? [], host: host,
                output: output, limits: limits)
            do {
                if kept == nil { try self.initializeFields(machine) }
                defer {
                    kept = machine.fields.map { (try? $0.stored()) ?? .null }
                }
                _ = try self.program.body.execute(machine)
                return .success(())
            } catch let failure as ScriptFailure {
                return .failure(failure)
            } catch {
                return .failure(ScriptFailure("java.lang.Error", "\(error)"))
            }
        }
        try outcome.get()
    }

    private func initializeFields(_ machine: Machine) throws(ScriptFailure) {
        machine.fields = self.program.fields.map(\.type.initialValue)
        for (index, field) in self.program.fields.enumerated() {
            guard let initial = field.initial else { continue }
            machine.fields[index] = try field.type.convert(
                try initial.evaluate(machine), at: initial.position)
        }
    }
}
