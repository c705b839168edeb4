import Base

/// httpd's percent language of log lines and headers (mod_log_config, mod_headers).
enum HttpdLogFormat {
    /// The format of logs that name none.
    static let common = "%h %l %u %t \"%r\" %>s %b"

    /// The levels of `LogLevel` in the words of the model.
    static func level(_ word: String) -> ErrorLogSettings.Level? {
        let word = word.lowercased()
        if word.hasPrefix("trace") { return .debug }
        return ErrorLogSettings.Level.allCases.first { $0.word == word }
    }

    /// Compiles a log line.
    static func compile(
        _ text: String, _ place: ConfigurationPlace, _ compiler: HttpdCompiler
    ) throws(Diagnostic) -> ComplexValue {
        var parts: [ComplexValue.Part] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let next = rest.first {
                switch next {
                case UInt8(ascii: "n"): parts.append(.text([0x0A]))
                case UInt8(ascii: "t"): parts.append(.text([0x09]))
                default: parts.append(.text([byte, next]))
                }
                rest = rest.dropFirst()
                continue
            }
            guard byte == UInt8(ascii: "%") else {
                parts.append(.text([byte]))
                continue
            }
            parts.append(try self.item(&rest, place, compiler))
        }
        return ComplexValue(parts: parts)
    }

    /// One item after its `%`: `[!][statuses][<>][{name}]letter`.
    private static func item(
        _ rest: inout ArraySlice<UInt8>, _ place: ConfigurationPlace, _ compiler: HttpdCompiler
    ) throws(Diagnostic) -> ComplexValue.Part {
        var name = ""
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"), UInt8(ascii: ","),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "{"):
                guard let close = rest.firstIndex(of: UInt8(ascii: "}")) else {
                    throw compiler.mistake(place, "Unterminated '{' in log format")
                }
                name = String(decoding: rest[..<close], as: UTF8.self)
                rest = rest[(close + 1)...]
            case UInt8(ascii: "%"): return .text([byte])
            case UInt8(ascii: "^"):
                // `^FB`, `^ti`, `^to`: two letters that only some modules know.
                rest = rest.dropFirst(2)
                return .text([UInt8(ascii: "-")])
            default:
                guard let part = self.part(byte, name) else {
                    let shown = String(decoding: [byte], as: UTF8.self)
                    throw compiler.mistake(place, "Unrecognized LogFormat directive %\(shown)")
                }
                return part
            }
        }
        throw compiler.mistake(place, "Missing data at end of LogFormat")
    }

    private static func part(_ letter: UInt8, _ name: String) -> ComplexValue.Part? {
        let field = name.lowercased()
        switch letter {
        case UInt8(ascii: "i"): return .variable(.requestField(field))
        case UInt8(ascii: "o"): return .variable(.sentField(field))
        case UInt8(ascii: "C"): return .variable(.cookie(name))
        case UInt8(ascii: "e"), UInt8(ascii: "n"):
            switch name {
            case "BALANCER_WORKER_ROUTE": return .variable(.builtin(.httpdWorkerRoute))
            case "BALANCER_WORKER_NAME": return .variable(.builtin(.httpdWorkerName))
            default: return .text([UInt8(ascii: "-")])
            }
        case UInt8(ascii: "t") where !name.isEmpty:
            return .variable(.builtin(name.hasPrefix("msec") ? .msec : .timeISO8601))
        case UInt8(ascii: "T") where name == "us":
            return .variable(.builtin(.httpdDurationMicroseconds))
        case UInt8(ascii: "l"), UInt8(ascii: "R"), UInt8(ascii: "L"), UInt8(ascii: "k"):
            return .text([UInt8(ascii: "-")])
        default: return self.letters[letter].map { .variable(.builtin($0)) }
        }
    }

    private static let letters: [UInt8: BuiltinVariable] = [
        UInt8(ascii: "a"): .remoteAddress, UInt8(ascii: "h"): .remoteAddress,
        UInt8(ascii: "A"): .httpdLocalAddress, UInt8(ascii: "B"): .bodyBytesSent,
        UInt8(ascii: "b"): .httpdBodyBytes, UInt8(ascii: "D"): .httpdDurationMicroseconds,
        UInt8(ascii: "T"): .httpdDurationSeconds, UInt8(ascii: "f"): .httpdFilename,
        UInt8(ascii: "H"): .serverProtocol, UInt8(ascii: "I"): .requestLength,
        UInt8(ascii: "O"): .bytesSent, UInt8(ascii: "S"): .bytesSent,
        UInt8(ascii: "m"): .requestMethod, UInt8(ascii: "p"): .serverPort,
        UInt8(ascii: "P"): .pid, UInt8(ascii: "q"): .httpdQuery, UInt8(ascii: "r"): .request,
        UInt8(ascii: "s"): .status, UInt8(ascii: "t"): .httpdTime,
        UInt8(ascii: "u"): .remoteUser, UInt8(ascii: "U"): .uri, UInt8(ascii: "v"): .serverName,
        UInt8(ascii: "V"): .host, UInt8(ascii: "X"): .httpdConnectionStatus,
    ]

    /// The value of `Header` and `RequestHeader`: a text in which `%{NAME}e`, `%t`, `%D` stand.
    static func headerValue(
        _ text: String, _ place: ConfigurationPlace, _ compiler: HttpdCompiler
    ) throws(Diagnostic) -> ComplexValue {
        try self.compile(text, place, compiler)
    }

    /// A text in which `$1`…`$9` are groups.
    static func groups(_ text: String) -> ComplexValue {
        var parts: [ComplexValue.Part] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "$"), let digit = rest.first, digit.isASCIIDigit {
                parts.append(.variable(.capture(Int(digit - 0x30))))
                rest = rest.dropFirst()
            } else {
                parts.append(.text([byte]))
            }
        }
        return ComplexValue(parts: parts)
    }
}
