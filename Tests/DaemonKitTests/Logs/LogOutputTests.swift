import Base
import Logging
import Testing

@testable import DaemonKit

/// Lines of the log, for the journal and for people.
struct LogOutputTests {
    @Test func theJournalGetsThePriorityOfEachLine() throws {
        let log = try CapturedLog(form: .priorities)
        let logger = log.output.makeLogger(label: "cached")
        logger.error("two\nlines", metadata: ["b": "2", "a": "1"])
        logger.debug("small")
        logger.critical("large")
        #expect(
            log.take() == "<3>cached: two\n<3>cached: lines a=1 b=2\n<7>cached: small\n"
                + "<2>cached: large\n")
    }

    @Test func theJournalGetsFieldsOfTheirOwn() throws {
        let log = try CapturedLog(form: .journal)
        let logger = log.output.makeLogger(label: "balancerd")
        let request = "5af1c2b37d9e40a8b6c5d4e3f2a10987"
        let metadata = LogField.metadata(
            client: "10.0.0.7", session: SessionName.hash(of: "AB-n1.r"), request: request)
        logger.warning("two\nlines", metadata: metadata.merging(["more": "1"]) { $1 })
        logger.info("none")
        #expect(
            log.journal.entries == [
                [
                    "MESSAGE=two\nlines more=1", "PRIORITY=4", "SYSLOG_IDENTIFIER=balancerd",
                    "HOLDFAST_CLIENT=10.0.0.7", "HOLDFAST_REQUEST=\(request)",
                    // printf %s AB | sha256sum
                    "HOLDFAST_SESSION=38164fbd17603d73",
                ], ["MESSAGE=none", "PRIORITY=6", "SYSLOG_IDENTIFIER=balancerd"],
            ])
        #expect(log.take() == "")
    }

    @Test func withoutAJournalAndForPeopleFieldsStandBehindTheText() throws {
        let request = "5af1c2b37d9e40a8b6c5d4e3f2a10987"
        let away = try CapturedLog(form: .journal, takesEntries: false)
        away.output.makeLogger(label: "a").error(
            "no, client: 10.0.0.7",
            metadata: LogField.metadata(client: "10.0.0.7", request: request))
        #expect(away.take() == "<3>a: no, client: 10.0.0.7 request=\(request)\n")
        let human = try CapturedLog()
        human.output.makeLogger(label: "a").error(
            "no", metadata: LogField.metadata(client: "10.0.0.7\n"))
        #expect(human.take().hasSuffix(" error a: no client=10.0.0.7\\x0A\n"))
    }

    @Test(arguments: ["5AF1C2B37D9E40A8B6C5D4E3F2A10987", "a b", "a\nb", "é", "A1"])
    func whatIsNoNameOfARequestIsLeftOut(name: String) throws {
        let log = try CapturedLog(form: .journal)
        log.output.makeLogger(label: "a").error("x", metadata: LogField.metadata(request: name))
        #expect(log.journal.entries[0].count == 3)
        #expect(LogField.request.shown(String(repeating: "a", count: 65)) == nil)
    }

    @Test func peopleGetTheTime() throws {
        let log = try CapturedLog(form: .human)
        log.output.makeLogger(label: "cached").notice("hello")
        let line = log.take()
        let pattern = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} notice cached: hello\n/
        #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
    }

    @Test func theLevelHoldsForAllLoggersAtOnce() throws {
        let log = try CapturedLog()
        let loggers = ["a", "b"].map { log.output.makeLogger(label: $0) }
        log.output.level = .error
        for logger in loggers { logger.warning("no") }
        #expect(log.take() == "")
        log.output.level = .info
        for logger in loggers { logger.info("yes") }
        #expect(log.take().split(separator: "\n").count == 2)
        for level in Logger.Level.allCases {
            log.output.level = level
            #expect(log.output.level == level)
        }
    }

    @Test(arguments: [LogOutput.Form.priorities, .human])
    func noLineHoldsAWholeSessionId(form: LogOutput.Form) throws {
        let id = "5AF1C2B37D9E40A8B6C5D4E3F2A10987"
        let log = try CapturedLog(form: form)
        let logger = log.output.makeLogger(label: "balancerd")
        logger.error(
            "open() \"/srv/a.css;jsessionid=\(id)\" failed\nsecond",
            metadata: ["session": "\(id)-n1"])
        let text = log.take()
        #expect(!text.contains(id) && text.contains("jsessionid=5AF1C2B3…\" failed"), "\(text)")
        #expect(text.contains("second session=5AF1C2B3…-n1\n"), "\(text)")
    }

    @Test func aStartThatFailsIsSaidWithoutTime() throws {
        let log = try CapturedLog()
        log.output.writeStartFailure(of: "cached", "no memory")
        #expect(log.take() == "cached: no memory\n")
        let journal = try CapturedLog(form: .priorities)
        journal.output.writeStartFailure(of: "cached", "no memory")
        #expect(journal.take() == "<2>cached: no memory\n")
    }
}
