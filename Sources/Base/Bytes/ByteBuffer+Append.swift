// What can be put at the end of a buffer. All of it grows the buffer as needed.
// SAFETY: `appendFilling` gives exactly as much free memory as was asked for, and sources are read
// within their own length while they are alive.
extension ByteBuffer {
    /// Appends a copy of `bytes`.
    package func append(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        _ = unsafe self.appendFilling(atMost: bytes.count) { free in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe free.copyMemory(from: UnsafeRawBufferPointer(source))
            }
            return bytes.count
        }
    }

    /// Appends a copy of `bytes`.
    package func append(_ bytes: [UInt8]) { self.append(bytes.span) }

    /// Appends a copy of `bytes`.
    package func append(_ bytes: ArraySlice<UInt8>) { self.append(bytes.span) }

    /// Appends a copy of what can be read in `other`.
    package func append(_ other: ByteBuffer) { self.append(other.bytes) }

    /// Appends the UTF-8 of `text`. Literals go to the overload for `StaticString`.
    @_disfavoredOverload
    package func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard !utf8.isEmpty else { return }
            let byteCount = utf8.count
            _ = unsafe self.appendFilling(atMost: byteCount) { free in
                unsafe free.copyMemory(from: UnsafeRawBufferPointer(utf8))
                return byteCount
            }
        }
    }

    /// Appends a text that is part of the program; the fastest way for fixed answers.
    package func append(_ text: StaticString) {
        precondition(text.hasPointerRepresentation, "a single scalar is not a text")
        let byteCount = text.utf8CodeUnitCount
        guard byteCount > 0 else { return }
        _ = unsafe self.appendFilling(atMost: byteCount) { free in
            unsafe free.copyMemory(
                from: UnsafeRawBufferPointer(start: text.utf8Start, count: byteCount))
            return byteCount
        }
    }

    /// Appends `value` in decimal digits.
    package func append(decimal value: UInt64) {
        _ = unsafe self.appendFilling(atMost: 20) { free in
            var rest = value
            var digitCount = 1
            while rest >= 10 {
                rest /= 10
                digitCount += 1
            }
            rest = value
            var index = digitCount
            while index > 0 {
                index -= 1
                unsafe free[index] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
                rest /= 10
            }
            return digitCount
        }
    }

    /// Appends `value` in decimal digits, with a minus sign when it is below zero.
    package func append(decimal value: Int) {
        if value < 0 { self.append(UInt8(ascii: "-")) }
        self.append(decimal: UInt64(value.magnitude))
    }

    /// Appends `value` in lower-case hexadecimal digits, at least `minimumDigits` of them.
    package func append(hexadecimal value: UInt64, minimumDigits: Int = 1) {
        let significantDigits = (64 - value.leadingZeroBitCount + 3) / 4
        var index = max(minimumDigits, significantDigits, 1)
        while index > 0 {
            index -= 1
            let digit = index < 16 ? UInt8(truncatingIfNeeded: value >> UInt64(index * 4)) & 0xF : 0
            self.append(digit < 10 ? digit + 0x30 : digit + 0x57)
        }
    }
}
