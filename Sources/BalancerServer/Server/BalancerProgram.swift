import Base
import DaemonKit
import SystemInterface

/// `balancerd`: reads the command line, checks or shows the configuration, or runs the daemon.
package enum BalancerProgram {
    /// The text of `--help`.
    package static let help = """
        usage: balancerd [-?hvVtTq] [-c FILE | -f FILE] [-p DIR] [-g DIRECTIVES] [-e FILE]
                         [-s SIGNAL] [--control PATH]

        Balances HTTP requests over servers, with nginx's configuration or httpd's.

          -c FILE          a configuration in nginx's language (default: balancer.conf)
          -f FILE          a configuration in httpd's language
          -p DIR           where relative paths start (default: /etc/holdfast/)
          -g DIRECTIVES    directives in nginx's language, before those of the file
          -e FILE          the error log when the configuration names none (stderr for none)
          -t               check the configuration and exit
          -T               check it, print all its files and exit
          -q               with -t: say nothing when it is good
          -s SIGNAL        tell the running balancerd: stop, quit, reload or reopen
              --control PATH   the control socket (default: /run/holdfast/balancerd.sock)
          -v, -V, --version  the version
          -h, -?, --help   this text

        Signals: TERM and QUIT finish what has begun and end, INT ends at once, HUP takes the
        configuration anew, USR1 opens the logs anew.

        """

    /// Runs the program to its end.
    package static func main(_ arguments: [String]) -> Never {
        let line: BalancerCommandLine
        do {
            line = try BalancerCommandLine(arguments)
        } catch {
            Self.end(1, error: "balancerd: \(error)\nTry 'balancerd -h'.\n")
        }
        if line.asksForHelp { Self.end(0, output: Self.help) }
        if line.asksForVersion {
            let version = ProgramVersion.signature
            let compatible = ProgramVersion.compatibleNginx
            Self.end(
                0, error: "balancerd version: \(version) (nginx \(compatible) configuration)\n")
        }
        let configuration: BalancerConfiguration
        do {
            configuration = try line.options.read()
        } catch {
            let failure =
                line.isCheck
                ? "balancerd: the configuration \(line.options.path) is not usable\n" : ""
            Self.end(1, error: "balancerd: \(error)\n\(failure)")
        }
        if line.isCheck { Self.check(configuration, line) }
        if let signal = line.signal { Self.send(signal, configuration) }
        Self.run(configuration, line)
    }

    private static func run(
        _ configuration: BalancerConfiguration, _ line: BalancerCommandLine
    ) -> Never {
        var settings = DaemonSettings(name: "balancerd")
        settings.loopCount =
            configuration.process.workerCount.map {
                min($0, Processes.processorCount)
            } ?? Processes.processorCount
        settings.controlPath = line.controlPath
        settings.pidFile = configuration.process.pidPath
        if Processes.environment("HOLDFAST_DRAIN_SECONDS") == nil {
            settings.drainLimit = configuration.process.shutdownTimeout
        }
        let options = line.options
        Daemon.run(settings) { daemon in
            try BalancerService(configuration, options, daemon: daemon)
        }
    }

    /// `-t` and `-T`.
    private static func check(
        _ configuration: BalancerConfiguration, _ line: BalancerCommandLine
    ) -> Never {
        var said = ""
        if !line.isQuiet {
            for notice in configuration.notices { said += "\(notice.summary)\n" }
            let path = configuration.sources.first?.path ?? line.options.path
            said += "balancerd: the configuration file \(path) syntax is ok\n"
            said += "balancerd: configuration file \(path) test is successful\n"
        }
        let dump = ByteBuffer()
        if line.isDump {
            for source in configuration.sources {
                dump.append("# configuration file \(source.path):\n")
                dump.append(source.text)
                dump.append("\n" as StaticString)
            }
        }
        Self.write(said, to: 2)
        Self.write(dump.makeString(), to: 1)
        ProcessIdentity.exitNow(0)
    }

    /// `-s`.
    private static func send(_ signal: Signal, _ configuration: BalancerConfiguration) -> Never {
        guard let path = configuration.process.pidPath else {
            Self.end(1, error: "balancerd: the configuration names no pid file\n")
        }
        if let failure = Self.failure(of: signal, toProcessIn: path) {
            Self.end(1, error: "balancerd: \(failure)\n")
        }
        Self.end(0)
    }

    /// Sends a signal to the process whose number a file holds; answers why that failed.
    private static func failure(of signal: Signal, toProcessIn path: String) -> String? {
        let text: String
        do {
            text = String(decoding: try Files.read(path, limit: 64), as: UTF8.self)
        } catch {
            return "\(path): \(error)"
        }
        guard let process = Int32(text.trimmedOfWhiteSpace), process > 0 else {
            return "invalid PID number \"\(text)\" in \"\(path)\""
        }
        do {
            try Processes.send(signal, to: process)
            return nil
        } catch {
            return "process \(process): \(error)"
        }
    }

    private static func end(_ status: Int32, output: String = "", error: String = "") -> Never {
        Self.write(output, to: 1)
        Self.write(error, to: 2)
        ProcessIdentity.exitNow(status)
    }

    private static func write(_ text: String, to number: Int32) {
        let buffer = ByteBuffer(text)
        while !buffer.isEmpty, (try? RawDescriptor.write(number, from: buffer)) ?? 0 > 0 {}
    }
}
