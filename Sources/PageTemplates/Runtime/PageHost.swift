package import Base
package import ExpressionLanguage

/// The objects that a page finds under fixed names (Jakarta Pages 3.1, section 1.8.3); `out` is the
/// page's own.
package enum ImplicitObject: String, CaseIterable, Sendable {
    case request, response, session, application, config, pageContext, page, exception
}

/// What a page run asks of the server. One run at a time.
package protocol PageHost: AnyObject {
    /// The object under a fixed name; null for `exception` on a page that is no error page.
    func implicitObject(_ object: ImplicitObject) throws(ScriptFailure) -> Value

    /// What a name means in `${…}`: the implicit objects of the expression language (`param`,
    /// `sessionScope`, `header`…), then page, request, session and application attributes.
    func value(named name: String) throws(ScriptFailure) -> Value

    /// Does `<jsp:include>`: writes what the resource at `path` answers to the end of `output`.
    func include(
        _ path: String, parameters: [(name: String, value: String)], into output: ByteBuffer
    ) throws(ScriptFailure)

    /// Does `<jsp:forward>`: the resource's answer takes the place of this page's, which ends.
    func forward(
        _ path: String, parameters: [(name: String, value: String)]
    ) throws(ScriptFailure)

    /// Milliseconds since 1970, for `new Date()` and `System.currentTimeMillis()`.
    var unixMilliseconds: Int64 { get }

    /// A random number, for `Math.random()`, `Random` and `UUID`.
    func random() -> UInt64
}

/// How much a page run may do.
package struct PageLimits: Sendable {
    /// Statements, loop rounds and calls.
    package var stepCountMax = 20_000_000
    /// Methods that call methods.
    package var callDepthMax = 256
    /// Bytes of output.
    package var outputByteCountMax = 16 << 20
    /// Characters of one string, elements of one list or map.
    package var elementCountMax = 8 << 20

    /// The usual limits.
    package init() {}
}
