import Base
import DaemonKit
import SystemInterface

/// `sessiond`'s command line.
package enum SessionServerCommand {
    /// The text of `--help`.
    package static let help = """
        usage: sessiond --base DIR [options]

        Serves the web applications of a Tomcat base folder (conf/server.xml, webapps/), with
        sessions that memcached servers share.

          -b, --base DIR       the base folder (default: CATALINA_BASE, else the working folder)
          -c, --config FILE    the server.xml (default: DIR/conf/server.xml)
              --control PATH   the control socket (default: /run/holdfast/sessiond.sock)
              --loops N        how many loops, each on its thread (default: one a core)
          -P, --pid-file FILE  write the process's number there
          -t, --configtest     check the files, say what is ignored or replaced, and exit
          -h, --help           this text
          -V, --version        the version

        Signals: TERM and QUIT finish what has begun and end, INT ends at once, HUP reads server.xml
        and users again with sessions kept, USR1 opens the access logs anew.
        """

    /// What a command line asks for.
    enum Request {
        case help, version
        case check(ServerOptions)
        case run(ServerOptions, DaemonSettings)
    }

    /// Runs the program to its end.
    package static func main(_ arguments: [String]) -> Never {
        let request: Request
        do {
            request = try Self.parse(arguments)
        } catch {
            Output.writeError("sessiond: \(error)\nTry 'sessiond --help'.\n")
            ProcessIdentity.exitNow(1)
        }
        switch request {
        case .help:
            Output.write(Self.help + "\n")
            ProcessIdentity.exitNow(0)
        case .version:
            Output.write("sessiond \(DaemonSettings(name: "sessiond").version)\n")
            ProcessIdentity.exitNow(0)
        case .check(let options): ProcessIdentity.exitNow(Self.check(options))
        case .run(let options, let settings):
            Daemon.run(settings) { daemon in try ApplicationServer(options, daemon: daemon) }
        }
    }

    static func parse(_ arguments: [String]) throws -> Request {
        let line = try Arguments(
            arguments, short: "b:c:P:thV",
            long: [
                LongOption("base", "b", .required), LongOption("config", "c", .required),
                LongOption("control", nil, .required), LongOption("loops", nil, .required),
                LongOption("pid-file", "P", .required), LongOption("configtest", "t"),
                LongOption("help", "h"), LongOption("version", "V"),
            ])
        var options = ServerOptions(base: Processes.environment("CATALINA_BASE") ?? ".")
        var settings = DaemonSettings(name: "sessiond")
        settings.loopCount = Processes.processorCount
        var isCheck = false
        for option in line.options {
            switch option.key {
            case "b": options.base = option.value
            case "c": options.file = option.value
            case "control": settings.controlPath = option.value
            case "loops":
                guard let count = Int(option.value), (1...256).contains(count) else {
                    throw Diagnostic(
                        file: "--loops", message: "\"\(option.value)\": expected 1 to 256")
                }
                settings.loopCount = count
            case "P": settings.pidFile = option.value
            case "t": isCheck = true
            case "h": return .help
            default: return .version
            }
        }
        if let surplus = line.rest.first {
            throw Diagnostic(file: surplus, message: "no argument of this kind is expected")
        }
        return isCheck ? .check(options) : .run(options, settings)
    }

    /// Checks all files as a start would read them; answers the exit status.
    static func check(_ options: ServerOptions) -> Int32 {
        do {
            let configuration = try ServerConfigurationReader.read(
                base: options.base, file: options.file)
            for notice in configuration.notices { Output.writeError("\(notice.summary)\n") }
            if let path = configuration.userDatabasePath, (try? Files.status(path)) != nil {
                let source = try ServerConfigurationReader.source(of: path)
                _ = try UserDatabase(try XMLReader.parse(source, file: path))
            }
            let logger = LogOutput().makeLogger(label: "sessiond")
            _ = try Deployer(configuration, logger: logger).deploy(replacing: nil)
            Output.write("sessiond: \(configuration.file): the configuration is good\n")
            return 0
        } catch {
            Output.writeError("sessiond: \(error)\nsessiond: the configuration is not usable\n")
            return 1
        }
    }
}

/// Text for people, on the two standard outputs.
private enum Output {
    static func write(_ text: String) { Self.write(text, to: 1) }
    static func writeError(_ text: String) { Self.write(text, to: 2) }

    private static func write(_ text: String, to number: Int32) {
        let buffer = ByteBuffer(text)
        while !buffer.isEmpty, (try? RawDescriptor.write(number, from: buffer)) ?? 0 > 0 {}
    }
}
