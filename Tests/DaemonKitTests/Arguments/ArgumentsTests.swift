import SystemInterface
import Testing

@testable import DaemonKit

/// Command lines as getopt_long(3) reads them.
struct ArgumentsTests {
    private static let long = [
        LongOption("port", "p", .required), LongOption("daemon", "d"),
        LongOption("data", nil, .required),
    ]

    private static func read(_ arguments: String...) throws -> Arguments {
        try Arguments(["program"] + arguments, short: "p:dv", long: Self.long)
    }

    private static func shown(_ line: Arguments) -> [String] {
        line.options.map { "\($0.written) \($0.key)=\($0.argument ?? "-")" } + line.rest
    }

    @Test func lettersMayBeJoinedAndNamesCut() throws {
        #expect(
            Self.shown(try Self.read("-dvp5", "-p", "6", "--port=7", "--port", "8", "--por=9"))
                == [
                    "-d d=-", "-v v=-", "-p p=5", "-p p=6", "--port p=7", "--port p=8",
                    "--port p=9",
                ])
    }

    @Test func whatIsNoOptionIsTheRest() throws {
        let line = try Self.read("a", "-d", "b", "--", "-p", "--data")
        #expect(Self.shown(line) == ["-d d=-", "a", "b", "-p", "--data"])
        #expect(Self.shown(try Self.read()) == [])
        #expect(Self.shown(try Self.read("--data=x=y")) == ["--data data=x=y"])
    }

    @Test(arguments: [
        (["-x"], "invalid option -- 'x'", "-x"), (["-dx"], "invalid option -- 'x'", "-x"),
        (["-p"], "option requires an argument -- 'p'", "-p"),
        (["--port"], "option '--port' requires an argument", "--port"),
        (["--daemon=1"], "option '--daemon' doesn't allow an argument", "--daemon"),
        (["--nothing"], "unrecognized option '--nothing'", "--nothing"),
        (["--da=1"], "option '--da' is ambiguous; possibilities: '--daemon' '--data'", "--da"),
    ])
    func aMistakeIsSaidAsGetoptSaysIt(arguments: [String], message: String, option: String) {
        #expect(throws: ArgumentsError(description: message, option: option)) {
            try Arguments(["program"] + arguments, short: "p:dv", long: Self.long)
        }
    }
}
