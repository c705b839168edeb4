import ExpressionLanguage

/// `out`, the page's `JspWriter`.
final class OutObject: HostObject {
    let typeName = "jakarta.servlet.jsp.JspWriter"
    private let machine: Machine
    private let position: SourcePosition

    init(_ machine: Machine, position: SourcePosition) {
        self.machine = machine
        self.position = position
    }

    func call(_ method: String, _ values: [Value]) throws(ScriptFailure) -> Value {
        switch (method, values.count) {
        case ("print", 1), ("append", 1): try self.machine.write(values[0], at: self.position)
        case ("write", 1):
            if case .int(let unit) = values[0] {
                let character = Value.character(UInt16(truncatingIfNeeded: unit))
                try self.machine.write(character, at: self.position)
            } else {
                try self.machine.write(values[0], at: self.position)
            }
        case ("println", 0), ("newLine", 0): try self.machine.write([0x0A], at: self.position)
        case ("println", 1):
            try self.machine.write(values[0], at: self.position)
            try self.machine.write([0x0A], at: self.position)
        case ("clear", 0), ("clearBuffer", 0): self.machine.clearOutput()
        // The whole answer is kept until the page has ended; see Docs/architecture.md.
        case ("flush", 0), ("close", 0): break
        case ("getBufferSize", 0): return .int(8_192)
        case ("isAutoFlush", 0): return .boolean(true)
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["print", "println", "write", "flush", "clear"])
        }
        return .null
    }
}

/// A `java.util.Random`.
final class RandomObject: HostObject {
    let typeName = "java.util.Random"
    private let machine: Machine

    init(_ machine: Machine) { self.machine = machine }

    func call(_ method: String, _ values: [Value]) throws(ScriptFailure) -> Value {
        let bits = self.machine.host.random()
        switch (method, values.count) {
        case ("nextInt", 0): return .int(Int32(truncatingIfNeeded: bits))
        case ("nextInt", 1):
            let bound = try Arguments(values: values, method: method).int(0)
            guard bound > 0 else { throw .illegalArgument("bound must be positive") }
            return .int(Int32(truncatingIfNeeded: bits % UInt64(bound)))
        case ("nextLong", 0): return .long(Int64(bitPattern: bits))
        case ("nextDouble", 0): return .double(Double(bits >> 11) * 0x1p-53)
        case ("nextBoolean", 0): return .boolean(bits & 1 == 1)
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["nextInt", "nextLong", "nextDouble"])
        }
    }
}
