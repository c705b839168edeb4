// LoadGenerator: a closed-loop load for memcached-protocol servers, and what it cost them.
//
// Each connection sends a batch of requests, waits for all their answers, and begins again. Keys
// are stored before the clock starts, so that every get hits and the length of each answer is
// known: the generator counts bytes instead of parsing, and so takes little of the machine.
//
// Prints one line of JSON: operations, operations per second, the server's CPU time per operation
// (user and system, from /proc/PID/stat, all threads) and latency percentiles of a batch.
import Base
import EventLoop
import SystemInterface

func fail(_ message: String) -> Never {
    let output = ByteBuffer("LoadGenerator: \(message)\n")
    _ = try? RawDescriptor.write(2, from: output)
    exitProcess(1)
}

do {
    let options = try LoadOptions(CommandLine.arguments)
    let run = try LoadRun(options)
    let report = run.measure()
    let output = ByteBuffer(report + "\n")
    _ = try? RawDescriptor.write(1, from: output)
} catch let error as LoadOptions.Problem {
    fail(error.message)
} catch {
    fail("\(error)")
}
