import Base
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// Loops, connections and listeners on real sockets; every wait has a deadline.
@Suite(.timeLimit(.minutes(1)))
struct EventLoopTests {
    private static let loopback = SocketAddress.ipv4(0x7F00_0001, port: 0)

    private static func echo(_ connection: Connection) async {
        while let count = try? await connection.fill(), count > 0 {
            let input = connection.input
            connection.output.append(input)
            input.consume(input.count)
            try? await connection.flush()
        }
    }

    @Test(arguments: [1, 2])
    func echoesOverTCP(loopCount: Int) async throws {
        try await runOnLoop(loopCount: loopCount) { group in
            let listener = try Listener.bind(Self.loopback)
            listener.start(on: group.loops, handler: Self.echo)
            for _ in 0..<4 {
                let loop = group.loops[0]
                let deadline = loop.now + .seconds(10)
                let client = try await Connection.connect(
                    to: listener.address, on: loop, deadline: deadline)
                for length in [1, 100, 70_000] {
                    let message = [UInt8](repeating: UInt8(length % 251), count: length)
                    client.output.append(message)
                    try await client.flush(deadline: deadline)
                    while client.input.count < length {
                        #expect(try await client.fill(deadline: deadline) > 0)
                    }
                    let input = client.input
                    #expect(input.bytes.makeArray() == message)
                    input.consume(length)
                }
                client.close()
            }
            listener.stop()
            #expect(listener.acceptedCount == 4)
        }
    }

    @Test func refusesWhereNobodyListens() async throws {
        try await runOnLoop { group in
            let listener = try Listener.bind(Self.loopback)
            listener.stop()
            await #expect(throws: ConnectionError.system(.connectionRefused)) {
                _ = try await Connection.connect(to: listener.address, on: group.loops[0])
            }
        }
    }

    @Test func readDeadlineEndsTheWaitAndTheConnectionGoesOn() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let listener = try Listener.bind(Self.loopback)
            listener.start(on: group.loops, handler: Self.echo)
            let client = try await Connection.connect(to: listener.address, on: loop)
            await #expect(throws: ConnectionError.deadlineReached) {
                _ = try await client.fill(deadline: loop.now + .milliseconds(5))
            }
            client.output.append("still here")
            try await client.flush()
            #expect(try await client.fill(deadline: loop.now + .seconds(10)) == 10)
            client.close()
            listener.stop()
        }
    }

    @Test func writerWaitsForASlowReaderAndNothingIsLost() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let total = 4_000_000
            let listener = try Listener.bind(Self.loopback)
            listener.start(on: group.loops) { connection in
                connection.output.append([UInt8](repeating: 7, count: total))
                try? await connection.flush()
            }
            let client = try await Connection.connect(to: listener.address, on: loop)
            var received = 0
            while true {
                let count = try await client.fill(
                    atMost: 1_000, deadline: loop.now + .seconds(10))
                if count == 0 { break }
                received += count
                client.input.consume(count)
            }
            #expect(received == total)
            client.close()
            listener.stop()
        }
    }

    @Test func closeWakesWhoWaits() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let listener = try Listener.bind(Self.loopback)
            listener.start(on: group.loops, handler: Self.echo)
            let client = try await Connection.connect(to: listener.address, on: loop)
            loop.schedule(at: loop.now + .milliseconds(1)) { client.close() }
            await #expect(throws: ConnectionError.closed) { _ = try await client.fill() }
            listener.stop()
        }
    }

    @Test func aTaskStaysOnItsLoop() async throws {
        try await runOnLoop(loopCount: 2) { group in
            let listener = try Listener.bind(Self.loopback)
            let strayed = Atomic<Int>(0)
            listener.start(on: [group.loops[1]]) { connection in
                while let count = try? await connection.fill(), count > 0 {
                    if Loop.current !== group.loops[1] {
                        strayed.add(1, ordering: .relaxed)
                    }
                    let input = connection.input
                    connection.output.append(input)
                    input.consume(input.count)
                    try? await connection.flush()
                }
            }
            let loop = group.loops[0]
            let client = try await Connection.connect(to: listener.address, on: loop)
            for _ in 0..<1_000 {
                client.output.append("x")
                try await client.flush()
                _ = try await client.fill(deadline: loop.now + .seconds(10))
                client.input.consume(client.input.count)
                #expect(Loop.current === loop)
            }
            #expect(strayed.load(ordering: .relaxed) == 0)
            client.close()
            listener.stop()
        }
    }

    @Test func aStaleUnixSocketIsTakenOverAndALiveOneIsNot() async throws {
        let path =
            "/tmp/holdfast-test-\(Processes.identifier)-\(SystemClock.unixNanoseconds()).sock"
        try await runOnLoop { group in
            let address = SocketAddress.unix(path)
            do {
                let abandoned = try Sockets.listen(at: address, backlog: 1)
                _ = consume abandoned
            }
            let listener = try Listener.bind(address)
            listener.start(on: group.loops, handler: Self.echo)
            #expect(throws: Errno.addressInUse) { _ = try Listener.bind(address) }
            let client = try await Connection.connect(to: address, on: group.loops[0])
            client.output.append("hello")
            try await client.flush()
            #expect(try await client.fill() == 5)
            client.close()
            listener.stop()
            #expect((try? Files.status(path)) == nil)
        }
    }

    @Test func sleepersWakeInTheOrderOfTheirDeadlines() async throws {
        let order = try await runOnLoop { group in
            let loop = group.loops[0]
            let order = Mutex<[Int]>([])
            let begin = loop.now
            for delay in [3, 1, 2] {
                loop.spawn {
                    await loop.sleep(until: begin + .milliseconds(delay))
                    order.withLock { $0.append(delay) }
                }
            }
            await loop.sleep(until: begin + .milliseconds(20))
            return order.withLock { $0 }
        }
        #expect(order == [1, 2, 3])
    }

    @Test func endOfTurnWorkRunsOnceAfterAllTasksOfTheTurn() async throws {
        let log = try await runOnLoop { group in
            let loop = group.loops[0]
            let log = Mutex<[String]>([])
            for index in 0..<3 {
                loop.spawn {
                    log.withLock { $0.append("task \(index)") }
                    if index == 0 { loop.atEndOfTurn { log.withLock { $0.append("end") } } }
                }
            }
            await loop.sleep(until: loop.now + .milliseconds(5))
            return log.withLock { $0 }
        }
        #expect(log == ["task 0", "task 1", "task 2", "end"])
    }

    @Test func workFromManyThreadsAllArrives() async throws {
        try await runOnLoop(loopCount: 3) { group in
            let count = Atomic<Int>(0)
            for index in 0..<10_000 {
                group.loops[index % 3].run { count.add(1, ordering: .relaxed) }
            }
            let loop = group.loops[0]
            let limit = loop.now + .seconds(10)
            while count.load(ordering: .relaxed) < 10_000, loop.now < limit {
                await loop.sleep(until: loop.now + .milliseconds(1))
            }
            #expect(count.load(ordering: .relaxed) == 10_000)
        }
    }
}
