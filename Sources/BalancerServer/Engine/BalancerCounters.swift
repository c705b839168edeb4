import DaemonKit

/// What the requests of one loop have come to. Any thread reads, the loop adds.
package final class BalancerCounters: Sendable {
    /// What is counted.
    package enum Kind: Int, CaseIterable, Sendable {
        case answersCut, requestsNotSentAgain, requestsSentAgain, noLiveServer, clientsLeft
        case bodiesNotReplayable, connectionsRefused, redirectionCycles

        /// The metric's name without `holdfast_` and `_total`.
        package var name: String {
            switch self {
            case .answersCut: "answers_cut"
            case .requestsNotSentAgain: "requests_not_sent_again"
            case .requestsSentAgain: "requests_sent_again"
            case .noLiveServer: "requests_without_live_server"
            case .clientsLeft: "clients_left"
            case .bodiesNotReplayable: "request_bodies_not_replayable"
            case .connectionsRefused: "connections_refused"
            case .redirectionCycles: "redirection_cycles"
            }
        }

        /// What the metric says.
        package var help: String {
            switch self {
            case .answersCut: "Answers that had begun and were cut, as their server failed."
            case .requestsNotSentAgain:
                "Requests that a server may have acted on and did not answer; they got 502 or 504."
            case .requestsSentAgain: "Times a request was sent to another server."
            case .noLiveServer: "Requests for which no server could be chosen."
            case .clientsLeft: "Requests whose client left before its answer was whole (499)."
            case .bodiesNotReplayable:
                "Requests not sent again as more of their body was sent than is kept."
            case .connectionsRefused: "Clients turned away at the limit of connections."
            case .redirectionCycles: "Requests stopped after too many internal redirects."
            }
        }
    }

    private let counters = Kind.allCases.map { _ in Counter() }
    private let answersByClass = (0..<6).map { _ in Counter() }

    /// Starts at 0.
    package init() {}

    /// The sum of one kind.
    package subscript(kind: Kind) -> Int { self.counters[kind.rawValue].value }

    /// Answers whose status begins with a digit; 0 for those without an answer.
    package func answers(ofClass digit: Int) -> Int { self.answersByClass[digit].value }

    /// Counts one.
    func add(_ kind: Kind) { self.counters[kind.rawValue].add() }

    /// Counts an answer by its status.
    func addAnswer(_ status: Int) {
        let digit = status / 100
        self.answersByClass[(1...5).contains(digit) ? digit : 0].add()
    }
}
