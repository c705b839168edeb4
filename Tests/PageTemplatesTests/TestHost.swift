import Base
import ExpressionLanguage

@testable import PageTemplates

/// A server's side for pages under test: a session and request attributes in maps.
final class TestHost: PageHost {
    let session = TestSession()
    var attributes: [String: Value] = [:]
    var included: [String] = []
    var unixMilliseconds: Int64 = 1_000_000

    func implicitObject(_ object: ImplicitObject) throws(ScriptFailure) -> Value {
        object == .session ? .object(self.session) : .null
    }

    func value(named name: String) throws(ScriptFailure) -> Value {
        if name == "sessionScope" { return .object(self.session) }
        return self.attributes[name] ?? .null
    }

    func include(
        _ path: String, parameters: [(name: String, value: String)], into output: ByteBuffer
    ) throws(ScriptFailure) {
        let query = parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        output.append("[\(path)?\(query)]")
    }

    func forward(
        _ path: String, parameters: [(name: String, value: String)]
    ) throws(ScriptFailure) {
        self.included.append(path)
    }

    func random() -> UInt64 { 42 }
}

/// A session under test.
final class TestSession: HostObject {
    let typeName = "jakarta.servlet.http.HttpSession"
    var attributes: [String: Value] = [:]

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch method {
        case "getId": return .string("0123-n1")
        case "getCreationTime": return .long(7)
        case "setAttribute":
            self.attributes[arguments[0].text] = arguments[1]
            return .null
        case "getAttribute": return self.attributes[arguments[0].text] ?? .null
        default: throw .noSuchMethod(method, of: self.typeName, near: ["getAttribute", "getId"])
        }
    }

    func element(_ key: Value) throws(ScriptFailure) -> Value {
        self.attributes[key.text] ?? .null
    }
}

/// Compiles and runs a page; answers its output, or the error's first line.
func render(_ page: String, host: TestHost = TestHost(), limits: PageLimits = PageLimits())
    -> String
{
    do {
        let compiled = try CompiledPage(name: "page.jsp", bytes: Array(page.utf8)) { path, _ in
            path == "part.jspf" ? ("part.jspf", Array("part<%= 1 + 1 %>".utf8)) : nil
        }
        let output = ByteBuffer()
        try compiled.run(host: host, into: output, limits: limits)
        return output.bytes.makeString()
    } catch {
        return error.diagnostic.summary
    }
}
