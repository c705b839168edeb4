package import ExpressionLanguage

/// An exception as a page's `catch`, or the `exception` of an error page, has it.
package final class ExceptionObject: HostObject {
    /// What was thrown.
    package let failure: ScriptFailure

    /// Wraps what was thrown.
    package init(_ failure: ScriptFailure) { self.failure = failure }

    /// The exception's Java class.
    package var typeName: String { self.failure.exception }

    /// Calls a method by its name.
    package func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch method {
        case "getMessage", "getLocalizedMessage":
            return self.failure.message.isEmpty ? .null : .string(self.failure.message)
        case "toString": return .string(self.text)
        case "printStackTrace", "getCause": return .null
        case "getClass": return .object(ClassObject(self.typeName))
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["getMessage", "toString", "getClass"])
        }
    }

    /// As `Throwable.toString` has it.
    package var text: String {
        self.failure.message.isEmpty
            ? self.failure.exception : "\(self.failure.exception): \(self.failure.message)"
    }

    private static let parents = [
        "NumberFormatException": "IllegalArgumentException",
        "ArrayIndexOutOfBoundsException": "IndexOutOfBoundsException",
        "StringIndexOutOfBoundsException": "IndexOutOfBoundsException",
        "IllegalArgumentException": "RuntimeException",
        "IndexOutOfBoundsException": "RuntimeException",
        "NullPointerException": "RuntimeException", "ArithmeticException": "RuntimeException",
        "ClassCastException": "RuntimeException", "IllegalStateException": "RuntimeException",
        "NoSuchElementException": "RuntimeException", "ELException": "RuntimeException",
        "PropertyNotFoundException": "ELException",
        "UnsupportedOperationException": "RuntimeException",
        "NegativeArraySizeException": "RuntimeException", "RuntimeException": "Exception",
        "FileNotFoundException": "IOException", "StackOverflowError": "Error",
        "OutOfMemoryError": "Error", "Error": "Throwable", "Exception": "Throwable",
    ]
    private static let javaUtil: Set<String> = ["NoSuchElementException"]
    private static let javaIO: Set<String> = ["IOException", "FileNotFoundException"]

    /// Whether a class name is an exception's.
    static func isExceptionName(_ name: String) -> Bool {
        name.hasSuffix("Exception") || name.hasSuffix("Error") || name == "Throwable"
    }

    /// The whole name of an exception's class.
    static func fullName(_ name: String) -> String {
        if Self.javaUtil.contains(name) { return "java.util.\(name)" }
        if Self.javaIO.contains(name) { return "java.io.\(name)" }
        if name == "ServletException" { return "jakarta.servlet.\(name)" }
        return "java.lang.\(name)"
    }

    /// Whether an exception's class is `name` or below it.
    static func isKind(_ exception: String, of name: String) -> Bool {
        var current = exception.split(separator: ".").last.map(String.init) ?? exception
        let wanted = name.split(separator: ".").last.map(String.init) ?? name
        if wanted == "Throwable" { return true }
        for _ in 0..<8 {
            if current == wanted { return true }
            let parent = current.hasSuffix("Error") ? "Error" : "Exception"
            current = Self.parents[current] ?? parent
            if current == "Throwable" { return false }
        }
        return false
    }
}

/// A `java.lang.Class`: its name.
final class ClassObject: HostObject {
    let typeName = "java.lang.Class"
    private let name: String

    init(_ name: String) { self.name = name }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch method {
        case "getName", "getTypeName": return .string(self.name)
        case "getSimpleName":
            return .string(self.name.split(separator: ".").last.map(String.init) ?? self.name)
        case "toString": return .string("class \(self.name)")
        default: throw .noSuchMethod(method, of: self.typeName, near: ["getName", "getSimpleName"])
        }
    }
}
