import Base
import HTTPProtocol

/// A request on a control socket.
package struct ControlRequest: Sendable {
    /// The method, in capitals.
    package let method: String
    /// The path as it came, without the query; the parts behind a route's names are decoded.
    package let path: String
    /// What the parts of the route's pattern stood for: `id` of `/v1/sessions/{id}`.
    package internal(set) var parameters: [String: String] = [:]
    /// The pairs of the query, decoded, in their order.
    package let query: [(name: String, value: String)]
    /// The whole body.
    package let body: [UInt8]
    /// Who asks.
    package let peer: ControlPeer

    /// The value of the first query pair of a name.
    package func queryValue(_ name: String) -> String? {
        self.query.first { $0.name == name }?.value
    }

    /// The number of a query pair, not negative.
    ///
    /// - Throws: `badRequest` for anything else.
    package func number(_ name: String, usual: Int) throws(ControlError) -> Int {
        guard let text = self.queryValue(name) else { return usual }
        guard let number = Int(text), number >= 0 else {
            throw .badRequest("\(name) is a number, not \(text)")
        }
        return number
    }

    /// A part of the path that the route's pattern names.
    package func parameter(_ name: String) -> String { self.parameters[name] ?? "" }

    /// The members of the body, a flat JSON object; empty without a body.
    ///
    /// - Throws: `badRequest` when it is something else.
    package func fields() throws(ControlError) -> [String: FlatJSON.Value] {
        if self.body.isEmpty { return [:] }
        guard let fields = FlatJSON.parse(self.body.span) else {
            throw .badRequest("the body is not a JSON object of plain values")
        }
        return fields
    }
}

/// Why a control request was not done. Sent as `{"error":{"code":…,"message":…}}`.
package struct ControlError: Error, Equatable, Sendable {
    /// The HTTP status.
    package let status: Int
    /// A word for programs.
    package let code: String
    /// A sentence for people.
    package let message: String

    /// Any refusal.
    package init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// 400: the request is not understood.
    package static func badRequest(_ message: String) -> ControlError {
        ControlError(status: 400, code: "bad_request", message: message)
    }

    /// 404: there is no such thing.
    package static func notFound(_ message: String) -> ControlError {
        ControlError(status: 404, code: "not_found", message: message)
    }

    /// 409: not in this state.
    package static func conflict(_ message: String) -> ControlError {
        ControlError(status: 409, code: "conflict", message: message)
    }

    /// 422: understood and refused, nothing was changed.
    package static func refused(_ message: String) -> ControlError {
        ControlError(status: 422, code: "refused", message: message)
    }

    /// 503: something that is needed does not answer.
    package static func unavailable(_ message: String) -> ControlError {
        ControlError(status: 503, code: "unavailable", message: message)
    }

    /// 504: what was waited for did not come in time.
    package static func timedOut(_ message: String) -> ControlError {
        ControlError(status: 504, code: "timed_out", message: message)
    }
}
