import Base
import EventLoop
import Logging
import SystemInterface
import TestSupport
import Testing

@testable import DaemonKit

/// Routes, what peers may do, and what the log says of it; without a socket.
@Suite(.timeLimit(.minutes(1)))
struct ControlServerTests {
    private static let id = "5AF1C2B37D9E40A8B6C5D4E3F2A10987"
    private static let root = ControlPeer(
        process: 7, user: 0, groups: [0], owner: 1_000, privilegedGroup: nil)
    private static let guest = ControlPeer(
        process: 8, user: 1_001, groups: [1_001], owner: 1_000, privilegedGroup: 50)

    private let log: CapturedLog
    private let events = EventHub(daemon: "test")
    private let server: ControlServer

    init() throws {
        self.log = try CapturedLog()
        self.server = ControlServer(
            logger: self.log.output.makeLogger(label: "test"), events: self.events)
        self.server.route("GET", "/v1/things/{name}") { request in
            .json { json in json.value(request.parameter("name")) }
        }
        self.server.route("DELETE", "/v1/sessions/{id}", access: .change) { request in
            throw ControlError.notFound("no session \(request.parameter("id"))")
        }
        self.server.route("PUT", "/v1/fails", access: .change) { _ in throw Errno.noSuchFile }
        self.server.route("PUT", "/v1/fields", access: .change) { request in
            let fields = try request.fields()
            return .json { json in json.value(fields["a"]?.string ?? "none") }
        }
    }

    private func ask(
        _ method: String, _ path: String, body: String = "", peer: ControlPeer = root
    ) async -> (status: Int, body: String) {
        let response = await self.server.answer(
            ControlRequest(
                method: method, path: path, query: [], body: Array(body.utf8), peer: peer))
        return (response.status, String(decoding: response.bytes, as: UTF8.self))
    }

    @Test(arguments: [
        ("GET", "/v1/things/a", 200, "\"a\"\n"), ("HEAD", "/v1/things/a", 200, "\"a\"\n"),
        ("GET", "/v1/things/", 404, "not_found"), ("GET", "/v1/things/a/b", 404, "not_found"),
        ("GET", "/", 404, "not_found"), ("POST", "/v1/things/a", 405, "takes GET"),
        ("PUT", "/v1/fails", 422, "No such file or directory"),
        ("GET", "/v1/things/a%2Fb%20c", 200, "\"a/b c\"\n"),
        ("GET", "/v1/things/%zz", 404, "not_found"),
    ])
    func aRequestGetsItsAnswer(
        method: String, path: String, status: Int, part: String
    ) async {
        let answer = await self.ask(method, path)
        #expect(answer.status == status && answer.body.contains(part), "\(answer)")
    }

    @Test func aFlatObjectIsReadAndAnythingElseIsRefused() async {
        #expect(await self.ask("PUT", "/v1/fields", body: #"{"a":"b"}"#).body == "\"b\"\n")
        #expect(await self.ask("PUT", "/v1/fields").body == "\"none\"\n")
        for body in ["[]", "{", #"{"a":{}}"#, "x", #"{"a":1,}"#] {
            #expect(await self.ask("PUT", "/v1/fields", body: body).status == 400, "\(body)")
        }
    }

    @Test func whoMayNotChangeIsRefusedAndTheLogSaysWho() async {
        let answer = await self.ask("DELETE", "/v1/sessions/\(Self.id)-n1", peer: Self.guest)
        #expect(answer.status == 403 && answer.body.contains("forbidden"))
        let line = self.log.take()
        #expect(line.contains("refused on the control socket: DELETE /v1/sessions/5AF1C2B3…-n1"))
        #expect(line.contains("by user 1001, process 8"))
        #expect(await self.ask("GET", "/v1/things/a", peer: Self.guest).status == 200)
        #expect(self.log.take() == "")
    }

    @Test(arguments: [
        "\(id)-n1.node4", "x-\(id)", id, "bak:\(id)", ".\(id)",
        "5AF1C2B3-7D9E40A8-B6C5D4E3-F2A10987",
        "5AF1C2B37D9E40A8%CC%81B6C5D4E3F2A10987", "5AF1C2B37D9E40A8%0AB6C5D4E3F2A10987",
    ])
    func aRefusedChangeLeavesNoWholeIdInTheLog(name: String) async {
        for (peer, status) in [(Self.root, 404), (Self.guest, 403)] {
            #expect(await self.ask("DELETE", "/v1/sessions/\(name)", peer: peer).status == status)
            let line = self.log.take()
            #expect(line.contains(" on the control socket: DELETE /v1/sessions/"))
            #expect(line.split(separator: "\n").count == 1, "\(line)")
            let path = line.split(separator: " by user ").first ?? ""
            let digits = path.split(separator: "sessions/").last?.filter(\.isHexDigit) ?? ""
            #expect(
                digits.count < 16 && !line.contains("40A8") && !line.contains("0987"), "\(line)")
        }
    }

    @Test func whatIsWantedIsLoggedWithWhoWantsIt() async {
        _ = await self.ask("PUT", "/v1/fields", body: #"{"a":"drain"}"#)
        #expect(
            self.log.take().contains(
                #"done on the control socket: PUT /v1/fields {"a":"drain"} by user 0, process 7"#))
        let event = self.events.lines.recent(1).first ?? ""
        #expect(event.contains(#""event":"control_done""#))
        #expect(event.contains(#""by":"user 0, process 7""#))
    }

    @Test func aServersNameIsLoggedAsItIs() async {
        self.server.route("PUT", "/v1/servers/{name}", access: .change) { _ in
            throw ControlError.refused("line one\nline two")
        }
        _ = await self.ask("PUT", "/v1/servers/application-server-12:8080")
        let line = self.log.take()
        #expect(line.contains("/v1/servers/application-server-12:8080 by"))
        #expect(line.contains("line one") && !line.contains("line two"))
    }

    @Test func theGroupTheOwnerAndRootMayChange() {
        func mayChange(_ user: UInt32, _ groups: [UInt32], _ privileged: UInt32?) -> Bool {
            ControlPeer(
                process: 1, user: user, groups: groups, owner: 1_000, privilegedGroup: privileged
            ).mayChange
        }
        #expect(mayChange(0, [], nil) && mayChange(1_000, [], nil))
        #expect(mayChange(1_001, [5, 50], 50))
        #expect(!mayChange(1_001, [5], 50) && !mayChange(1_001, [5], nil))
    }
}
