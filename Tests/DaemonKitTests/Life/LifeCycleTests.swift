import Base
import EventLoop
import Logging
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import DaemonKit

/// A daemon's life with a service that only counts; what is told to the service manager.
///
/// One after another, as the environment names the manager's socket.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct LifeCycleTests {
    private final class CountingService: DaemonService {
        let calls = Mutex<[String]>([])
        let mustRefuse = Atomic<Bool>(false)

        func note(_ call: String) { self.calls.withLock { $0.append(call) } }
        func prepare(on loop: Loop) async throws { self.note("prepare") }
        func serve() async throws { self.note("serve") }
        func reload() async throws {
            self.note("reload")
            if self.mustRefuse.load(ordering: .relaxed) { throw StartError(description: "no good") }
        }
        func reopenLogs() { self.note("reopen") }
        func drain(deadline: Instant) async -> Int {
            self.note("drain")
            return 2
        }
        func stop() async { self.note("stop") }
        func status() async -> ServiceStatus {
            var status = ServiceStatus()
            status.summary = "3 things"
            return status
        }
    }

    /// A daemon that lives from the call to the end of `body`.
    private static func live(
        _ body: @escaping @Sendable (LifeCycle, CountingService) async throws -> Void
    ) async throws -> (calls: [String], log: String, told: [String]) {
        let manager = try NotifySocket()
        let log = try CapturedLog()
        let calls = try await runOnLoop { group in
            let loop = group.loops[0]
            var settings = DaemonSettings(name: "test")
            settings.controlPath = "/tmp/holdfast-life-\(SystemClock.unixNanoseconds()).sock"
            let daemon = try Daemon(settings, sockets: try ActivatedSockets([]), logs: log.output)
            let service = CountingService()
            let life = LifeCycle(daemon, service, on: loop)
            let signals = try SignalDescriptor()
            let failure = Mutex<(any Error)?>(nil)
            loop.spawn {
                while life.phase == .starting {
                    await loop.sleep(until: loop.now + .milliseconds(1))
                }
                do { try await body(life, service) } catch { failure.withLock { $0 = error } }
                await life.stop(because: "test")
            }
            #expect(try await life.run(signals, starter: nil) == 0)
            daemon.loops.stop()
            if let error = failure.withLock({ $0 }) { throw error }
            return service.calls.withLock { $0 }
        }
        return (calls, log.take(), manager.take())
    }

    @Test func aDrainEndsWhatWasBegunAndStops() async throws {
        let life = try await Self.live { life, _ in
            await life.drain(because: "SIGTERM")
            await life.drain(because: "SIGTERM")
        }
        #expect(life.calls == ["prepare", "serve", "drain", "stop"])
        #expect(life.log.contains("warning test: the drain limit of 30 s is over: 2 cut"))
        #expect(life.told.contains { $0.contains("READY=1") && $0.contains("STATUS=3 things") })
        #expect(life.told.contains { $0.contains("STOPPING=1") && $0.contains("EXTEND_TIMEOUT") })
    }

    @Test func aStopDoesNotDrain() async throws {
        let life = try await Self.live { life, _ in await life.stop(because: "SIGINT") }
        #expect(life.calls == ["prepare", "serve", "stop"])
        #expect(life.log.contains("SIGINT: ending"))
    }

    @Test func aReloadIsToldAndOneThatIsRefusedToo() async throws {
        let life = try await Self.live { life, service in
            try await life.reload(because: "SIGHUP")
            #expect(life.lastReloadFailure == nil)
            service.mustRefuse.store(true, ordering: .relaxed)
            await #expect(throws: StartError.self) { try await life.reload(because: "SIGHUP") }
            #expect(life.lastReloadFailure == "no good")
        }
        #expect(life.calls == ["prepare", "serve", "reload", "reload", "stop"])
        #expect(life.log.contains("SIGHUP: configuration taken"))
        #expect(life.log.contains("SIGHUP: refused, nothing was changed: no good"))
        let words = life.told.flatMap { $0.split(separator: "\n").map(String.init) }
        #expect(words.filter { $0 == "RELOADING=1" }.count == 2)
        #expect(words.contains { $0.hasPrefix("MONOTONIC_USEC=") })
        #expect(words.contains("STATUS=reload refused: no good"))
    }

    @Test func eventsAreStreamedUntilTheDaemonEnds() async throws {
        _ = try await Self.live { life, _ in
            let path = life.daemon.control.addresses[0].replacing("unix:", with: "")
            let connection = try await Connection.connect(to: .unix(path), on: life.loop)
            connection.output.append("GET /v1/events?follow=true HTTP/1.1\r\nHost: x\r\n\r\n")
            try await connection.flush()
            let input = connection.input
            func fill(until part: String) async throws {
                while !input.bytes.makeString().contains(part) {
                    let count = try await connection.fill(deadline: life.loop.now + .seconds(10))
                    try #require(count > 0, "\(part) in \(input.bytes.makeString())")
                }
            }
            try await fill(until: #""event":"started""#)
            #expect(input.bytes.makeString().contains("Transfer-Encoding: chunked"))
            life.daemon.events.publish("test", "one")
            try await fill(until: #""event":"test","message":"one"}"#)
            life.daemon.events.lines.close()
            try await fill(until: "\r\n0\r\n\r\n")
            connection.close()
        }
    }

    @Test func theControlSocketAnswersTheCommonRoutes() async throws {
        _ = try await Self.live { life, _ in
            let control = life.daemon.control
            let peer = ControlPeer(
                process: 1, user: 0, groups: [], owner: 0, privilegedGroup: nil)
            func ask(_ method: String, _ path: String, _ body: String = "") async -> String {
                let response = await control.answer(
                    ControlRequest(
                        method: method, path: path, query: [], body: Array(body.utf8), peer: peer))
                return "\(response.status) " + String(decoding: response.bytes, as: UTF8.self)
            }
            #expect(await ask("GET", "/v1/status").contains(#""state":"running""#))
            #expect(await ask("GET", "/v1/routes").contains(#""path":"/v1/log-level""#))
            #expect(await ask("GET", "/metrics").contains("holdfast_build_info"))
            #expect(await ask("PUT", "/v1/log-level", #"{"level":"error"}"#).hasPrefix("200 "))
            #expect(await ask("GET", "/v1/log-level") == "200 {\"level\":\"error\"}\n")
            #expect(await ask("PUT", "/v1/log-level", #"{"level":"loud"}"#).hasPrefix("400 "))
            #expect(await ask("POST", "/v1/reload") == "200 {\"reloaded\":true}\n")
            // The same over the socket, with the peer that the kernel vouches for.
            let path = control.addresses[0].replacing("unix:", with: "")
            let connection = try await Connection.connect(to: .unix(path), on: life.loop)
            connection.output.append("GET /v1/log-level HTTP/1.1\r\nHost: x\r\n\r\n")
            try await connection.flush()
            _ = try await connection.fill(deadline: life.loop.now + .seconds(10))
            let input = connection.input
            #expect(input.bytes.makeString().hasPrefix("HTTP/1.1 200 "))
            connection.close()
            #expect(await ask("GET", "/v1/health").contains(#""health":"ok","warnings":[]"#))
            #expect(
                await ask("GET", "/v1/config")
                    == #"200 {"daemon":"test","language":"","settings":{},"files":[]}"# + "\n")
            #expect(await ask("GET", "/v1/events").contains(#""event":"reloaded""#))
            #expect(await ask("GET", "/v1/log").contains(#""level":"notice","label":"test""#))
        }
    }
}
