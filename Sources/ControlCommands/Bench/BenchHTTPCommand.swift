import ArgumentParser
import Base
import EventLoop
import HTTPTransport
import SystemInterface

/// `ctl bench http`: the same page again and again.
struct BenchHTTPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "One page again and again, over kept connections.",
        discussion: """
            Each connection keeps the first session cookie that it gets.

            Examples:
              ctl bench http http://127.0.0.1:8000/
              ctl bench http http://127.0.0.1:8080/testapp/counter.jsp -c 100 -s 10
              ctl bench http http://127.0.0.1:8000/ -o json

            Exit status 1 when an answer has a status of 400 or more, or a connection failed.

            \(RecordList.help("bench", BenchReport.fields))
            """)

    @Argument(help: "http://HOST[:PORT]/PATH.") var url: String
    @OptionGroup var bench: BenchOptions
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    /// A server and what is asked of it.
    private struct Target {
        var host: String
        var port: UInt16
        var path: String

        init?(_ url: String) {
            guard url.hasPrefix("http://") else { return nil }
            let rest = url.dropFirst(7)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            let authority = rest[..<slash]
            self.path = slash == rest.endIndex ? "/" : String(rest[slash...])
            let colon = authority.lastIndex(of: ":")
            self.host = String(authority[..<(colon ?? authority.endIndex)])
            guard let colon else {
                self.port = 80
                return
            }
            guard let port = UInt16(authority[authority.index(after: colon)...]) else { return nil }
            self.port = port
        }
    }

    func validate() throws {
        try self.daemons.refuseSockets("the address says which server is meant")
        guard let target = Target(self.url), !target.host.isEmpty else {
            throw ValidationError("'\(self.url)' is no http://HOST[:PORT]/PATH")
        }
    }

    func run() throws {
        let command = self
        guard let target = Target(self.url) else { return }
        try BenchReport.show(self.output) { loop in
            guard
                let address = try? SocketAddress.resolve(host: target.host, port: target.port).first
            else {
                throw CommandFailure(
                    .unreachable, description: "the host '\(target.host)' is not known")
            }
            let load = BenchLoad(command.bench, on: loop)
            await load.run("bench") { _ in
                let client = HTTPClient(address: address, on: loop)
                client.timeout = BenchLoad.answerTimeMax
                let session = BenchSession(target.path, "\(target.host):\(target.port)")
                return {
                    let response = try await client.send(session.request)
                    load.count(bytes: response.body.count)
                    try session.take(response)
                    return 1
                }
            }
            if load.histogram.count == 0, let problem = load.problem {
                throw CommandFailure(
                    problem is BenchSession.BadStatus ? .refused : .unreachable,
                    description: "\(command.url): \(problem)")
            }
            return load
        }
    }
}

/// What one connection sends: the page, and the session cookie once there is one.
private final class BenchSession {
    struct BadStatus: Error, CustomStringConvertible { let description: String }

    private(set) var request: ClientRequest

    init(_ path: String, _ host: String) {
        self.request = ClientRequest("GET", path, host: host)
    }

    func take(_ response: ClientResponse) throws {
        guard response.status < 400 else {
            throw BadStatus(description: "the answer's status is \(response.status)")
        }
        guard self.request.fields.isEmpty, let cookie = response.field("Set-Cookie") else { return }
        self.request.fields = [("Cookie", String(cookie.prefix { $0 != ";" }))]
    }
}
