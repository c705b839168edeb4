import Testing

@testable import ControlCommands

/// What daemons say of their files, line by line.
struct ConfigurationFindingTests {
    @Test(arguments: [
        (
            "balancerd: /etc/x.conf:2:8: unknown directive \"a: b\"", "error", "/etc/x.conf", 2, 8,
            "unknown directive \"a: b\""
        ),
        ("balancerd: x.conf:2: no value", "error", "x.conf", 2, nil, "no value"),
        (
            "balancerd: /a:b/x.conf: cannot be read: none", "error", "/a:b/x.conf", nil, nil,
            "cannot be read: none"
        ),
        ("/etc/x.conf:7:1: gzip is ignored", "note", "/etc/x.conf", 7, 1, "gzip is ignored"),
        ("balancerd: -c: expected a number", "error", nil, nil, nil, "-c: expected a number"),
        ("balancerd: no memory", "error", nil, nil, nil, "no memory"),
    ] as [(String, String, String?, Int?, Int?, String)])
    func isRead(
        said: String, weight: String, file: String?, line: Int?, column: Int?, message: String
    ) throws {
        let finding = try #require(ConfigurationFinding(said, of: "balancerd"))
        #expect(finding.isError == (weight == "error"))
        #expect(finding.file == file && finding.line == line && finding.column == column)
        #expect(finding.message == message)
    }

    @Test func theLinesAroundAreNone() {
        let said = """
            cached: /x:2:4: -c: expected connections, not 'many'
                -c many
                   ^
            balancerd: the configuration /x is not usable
            balancerd: the configuration file /x syntax is ok
            balancerd: configuration file /x test is successful
            sessiond: /x/conf/server.xml: the configuration is good
            cached: the options are good

            """
        let list = ConfigurationFinding.records(said, of: "cached")
        #expect(
            RecordWriter.text(list, .jsonl, width: 80)
                == #"{"weight":"error","file":"/x","line":2,"column":4,"#
                + #""message":"-c: expected connections, not 'many'"}"# + "\n")
    }
}
