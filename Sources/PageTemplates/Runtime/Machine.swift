import Base
import ExpressionLanguage

/// One run of a page: its variables, its output, and what it has left to spend.
final class Machine {
    /// The server's side.
    let host: any PageHost
    /// Where the page writes.
    let output: ByteBuffer
    /// The limits of this run.
    let limits: PageLimits
    /// The page's methods, by their numbers.
    let methods: [PageMethod]
    /// The fields that the page declares, shared by its runs.
    var fields: [Value]
    /// What the last `return` gave.
    var returnValue = Value.null
    /// Where the page's part of the output begins; `out.clear()` goes back to it.
    let outputStart: Int

    private var stack: [Value]
    private var base = 0
    private var depth = 0
    private var stepsLeft: Int
    private var implicitObjects = [Value?](repeating: nil, count: ImplicitObject.allCases.count)

    init(
        program: PageProgram, fields: [Value], host: any PageHost, output: ByteBuffer,
        limits: PageLimits
    ) {
        self.host = host
        self.output = output
        self.outputStart = output.count
        self.limits = limits
        self.methods = program.methods
        self.fields = fields
        self.stepsLeft = limits.stepCountMax
        self.stack = [Value](repeating: .null, count: program.slotCount)
    }

    /// A local variable of the running method.
    subscript(slot: Int) -> Value {
        get { self.stack[self.base + slot] }
        set { self.stack[self.base + slot] = newValue }
    }

    /// Spends one step.
    ///
    /// - Throws: what cannot be caught, once all steps are spent.
    @inline(__always)
    func step(at position: SourcePosition) throws(ScriptFailure) {
        self.stepsLeft &-= 1
        if self.stepsLeft < 0 { throw self.stepsSpent(at: position) }
    }

    private func stepsSpent(at position: SourcePosition) -> ScriptFailure {
        self.limitReached(
            "the page was stopped after \(self.limits.stepCountMax) steps: does this loop end?",
            at: position)
    }

    /// The failure for a limit; pages cannot catch it.
    func limitReached(_ message: String, at position: SourcePosition?) -> ScriptFailure {
        ScriptFailure("java.lang.Error", message, at: position, isCatchable: false)
    }

    /// An implicit object, asked of the host once a run.
    func implicitObject(_ object: ImplicitObject, _ index: Int) throws(ScriptFailure) -> Value {
        if let known = self.implicitObjects[index] { return known }
        let value = try self.host.implicitObject(object)
        self.implicitObjects[index] = value
        return value
    }

    /// Calls one of the page's methods.
    func call(
        _ method: PageMethod, _ arguments: [Value], at position: SourcePosition
    ) throws(ScriptFailure) -> Value {
        try self.step(at: position)
        guard self.depth < self.limits.callDepthMax else {
            throw ScriptFailure(
                "java.lang.StackOverflowError",
                "methods called each other \(self.depth) deep", at: position)
        }
        self.depth += 1
        let callerBase = self.base
        let callerEnd = self.stack.count
        self.base = callerEnd
        self.stack.append(contentsOf: repeatElement(Value.null, count: method.slotCount))
        defer {
            self.stack.removeSubrange(callerEnd...)
            self.base = callerBase
            self.depth -= 1
        }
        for (slot, argument) in arguments.enumerated() {
            self[slot] = try method.parameters[slot].type.convert(argument, at: position)
        }
        self.returnValue = .null
        guard case .returned = try method.body.value.execute(self) else { return .null }
        return try method.type.convert(self.returnValue, at: position)
    }

    // MARK: Output

    /// Writes bytes of template text.
    func write(_ bytes: [UInt8], at position: SourcePosition) throws(ScriptFailure) {
        try self.reserveOutput(bytes.count, at: position)
        self.output.append(bytes)
    }

    /// Writes a value's text.
    func write(_ value: Value, at position: SourcePosition) throws(ScriptFailure) {
        switch value {
        case .string(let text):
            try self.reserveOutput(text.utf8.count, at: position)
            self.output.append(text)
        case .int(let number): self.output.append(decimal: Int(number))
        case .long(let number): self.output.append(decimal: Int(number))
        default: try self.write(.string(value.text), at: position)
        }
    }

    private func reserveOutput(
        _ byteCount: Int, at position: SourcePosition
    ) throws(ScriptFailure) {
        if self.output.count - self.outputStart + byteCount > self.limits.outputByteCountMax {
            throw self.limitReached(
                "the page has written more than \(self.limits.outputByteCountMax) bytes",
                at: position)
        }
    }

    /// Takes back what the page has written.
    func clearOutput() { self.output.truncate(to: self.outputStart) }
}

extension Machine: NameResolver {
    func value(named name: String) throws(ScriptFailure) -> Value {
        try self.host.value(named: name)
    }

    func call(
        _ target: Value, _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value {
        try Library.call(target, method, arguments, self)
    }
}
