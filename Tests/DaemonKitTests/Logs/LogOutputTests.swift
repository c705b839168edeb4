import Logging
import Testing

@testable import DaemonKit

/// Lines of the log, for the journal and for people.
struct LogOutputTests {
    @Test func theJournalGetsThePriorityOfEachLine() throws {
        let log = try CapturedLog(form: .journal)
        let logger = log.output.makeLogger(label: "cached")
        logger.error("two\nlines", metadata: ["b": "2", "a": "1"])
        logger.debug("small")
        logger.critical("large")
        #expect(
            log.take() == "<3>cached: two\n<3>cached: lines a=1 b=2\n<7>cached: small\n"
                + "<2>cached: large\n")
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

    @Test(arguments: [LogOutput.Form.journal, .human])
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
        let journal = try CapturedLog(form: .journal)
        journal.output.writeStartFailure(of: "cached", "no memory")
        #expect(journal.take() == "<2>cached: no memory\n")
    }
}
