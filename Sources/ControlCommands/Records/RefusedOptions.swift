import ArgumentParser

/// `--watch` where it cannot apply: asking for it is answered with the reason.
struct RefusedWatch: ParsableArguments {
    @Option(name: .customLong("watch"), help: .private) var watch: String?

    /// Ends with one line when it was asked for; `why` follows "--watch is not for this command: ".
    func refuse(_ why: String) throws {
        if self.watch != nil { try Refusal.end("--watch", why) }
    }
}

/// `-o` where there is nothing to write in another form: asking for it is answered with the reason.
struct RefusedOutput: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: .private) var form: String?

    /// Ends with one line when it was asked for; `why` follows "-o is not for this command: ".
    func refuse(_ why: String) throws {
        if self.form != nil { try Refusal.end("-o", why) }
    }
}

/// Options that many commands take, and this one for a reason not.
enum Refusal {
    /// Says why, in one line, and ends.
    static func end(_ option: String, _ why: String) throws -> Never {
        Terminal.printError("ctl: \(option) is not for this command: \(why)")
        throw ExitCode(CommandFailure.Kind.usage.rawValue)
    }
}
