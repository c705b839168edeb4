/// Writes one JSON document into a buffer, in the order of the calls (RFC 8259).
///
/// The daemons answer on their control sockets with it; they link no Foundation. Calls that do not
/// make a document (a value without a key inside an object) are the caller's mistake and trap.
package struct JSONWriter {
    private enum Level { case object, array }

    private let output: ByteBuffer
    private var levels: [Level] = []
    private var needsComma = false
    private var hasKey = false

    /// Writes to the end of `output`, which the caller keeps.
    package init(into output: ByteBuffer) { self.output = output }

    /// Opens an object, fills it by `body`, closes it.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        self.open(.object, UInt8(ascii: "{"))
        body(&self)
        self.close(.object, UInt8(ascii: "}"))
    }

    /// Opens an array, fills it by `body`, closes it.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        self.open(.array, UInt8(ascii: "["))
        body(&self)
        self.close(.array, UInt8(ascii: "]"))
    }

    /// Writes the name of the next member of the object.
    package mutating func key(_ name: String) {
        precondition(self.levels.last == .object && !self.hasKey, "a key stands in an object")
        if self.needsComma { self.output.append(UInt8(ascii: ",")) }
        self.writeQuoted(name)
        self.output.append(UInt8(ascii: ":"))
        self.hasKey = true
        self.needsComma = false
    }

    /// Writes a string.
    package mutating func value(_ text: String) {
        self.beginValue()
        self.writeQuoted(text)
    }

    /// Writes a whole number.
    package mutating func value(_ number: Int) {
        self.beginValue()
        self.output.append(decimal: number)
    }

    /// Writes a whole number.
    package mutating func value(_ number: UInt64) {
        self.beginValue()
        self.output.append(decimal: number)
    }

    /// Writes a number; what JSON cannot hold (NaN, infinity) becomes null.
    package mutating func value(_ number: Double) {
        self.beginValue()
        self.output.append(number.isFinite ? "\(number)" : "null")
    }

    /// Writes true or false.
    package mutating func value(_ truth: Bool) {
        self.beginValue()
        self.output.append(truth ? "true" : "false")
    }

    /// Writes a value that is JSON already.
    package mutating func document(_ text: String) {
        self.beginValue()
        self.output.append(text)
    }

    /// Writes null.
    package mutating func null() {
        self.beginValue()
        self.output.append("null" as StaticString)
    }

    /// Writes a member: its name, then its value.
    package mutating func member(_ name: String, _ text: String) {
        self.key(name)
        self.value(text)
    }

    /// Writes a member: its name, then its value.
    package mutating func member(_ name: String, _ number: Int) {
        self.key(name)
        self.value(number)
    }

    /// Writes a member: its name, then its value.
    package mutating func member(_ name: String, _ number: UInt64) {
        self.key(name)
        self.value(number)
    }

    /// Writes a member: its name, then its value.
    package mutating func member(_ name: String, _ number: Double) {
        self.key(name)
        self.value(number)
    }

    /// Writes a member: its name, then its value.
    package mutating func member(_ name: String, _ truth: Bool) {
        self.key(name)
        self.value(truth)
    }

    private mutating func beginValue() {
        precondition(self.levels.last != .object || self.hasKey, "a value in an object has a key")
        if self.needsComma { self.output.append(UInt8(ascii: ",")) }
        self.needsComma = true
        self.hasKey = false
    }

    private mutating func open(_ level: Level, _ mark: UInt8) {
        self.beginValue()
        self.output.append(mark)
        self.levels.append(level)
        self.needsComma = false
    }

    private mutating func close(_ level: Level, _ mark: UInt8) {
        precondition(self.levels.popLast() == level && !self.hasKey, "levels close as they opened")
        self.output.append(mark)
        self.needsComma = true
    }

    private mutating func writeQuoted(_ text: String) {
        self.output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.output.append(UInt8(ascii: "\\"))
                self.output.append(byte)
            case 0x0A: self.output.append("\\n" as StaticString)
            case 0x0D: self.output.append("\\r" as StaticString)
            case 0x09: self.output.append("\\t" as StaticString)
            case 0..<0x20, 0x7F:
                self.output.append("\\u" as StaticString)
                self.output.append(hexadecimal: UInt64(byte), minimumDigits: 4)
            default: self.output.append(byte)
            }
        }
        self.output.append(UInt8(ascii: "\""))
    }
}
