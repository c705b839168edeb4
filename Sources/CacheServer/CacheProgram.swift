import Base
import DaemonKit
import Logging
import SystemInterface

/// `cached`: reads the command line and runs the daemon.
package enum CacheProgram {
    /// What memcached ends with when it cannot listen (EX_OSERR), and when there is no such user
    /// (EX_NOUSER).
    private static let systemStatus: Int32 = 71, unknownUserStatus: Int32 = 67
    /// Open files beside clients' connections: listeners, loops, logs, peers, the control socket.
    private static let spareFileCount = 128

    /// Runs to the end of the process.
    package static func run(_ arguments: [String]) -> Never {
        let options: CacheOptions
        do {
            options = try CacheOptions(arguments)
        } catch {
            let status = (error as? OptionProblem)?.exitStatus ?? .failure
            Self.end(status.rawValue, "cached: \(error)\n", descriptor: 2)
        }
        switch options.request {
        case .help: Self.end(0, CacheHelp.text, descriptor: 1)
        case .version:
            let version = ProductVersion.text
            Self.end(0, "cached \(version) (memcached 1.6.45 protocol)\n", descriptor: 1)
        case .license: Self.end(0, "Holdfast: Apache-2.0\n", descriptor: 1)
        case .test: Self.end(0, "cached: the options are good\n", descriptor: 1)
        case .serve: break
        }
        var settings = DaemonSettings(name: "cached")
        settings.loopCount = min(options.threadCount, Processes.processorCount)
        settings.controlPath = options.controlPath
        settings.user = options.user
        settings.pidFile = options.pidFile
        // memcached serves without it.
        settings.needsPidFile = false
        settings.runsInBackground = options.runsInBackground
        settings.startFailureStatus = Self.systemStatus
        settings.unknownUserStatus = Self.unknownUserStatus
        if options.verbosity > 0 { settings.logLevel = .debug }
        Daemon.run(settings) { daemon in
            try Self.takeOpenFiles(options, daemon.logger)
            Self.takeLimits(options, daemon.logger)
            return try CacheService(daemon, options, arguments: arguments)
        }
    }

    /// Lets the process have as many connections open as the options say, and some files.
    ///
    /// - Throws: when it may not have the connections alone, as memcached does not start then.
    static func takeOpenFiles(_ options: CacheOptions, _ logger: Logger) throws(StartError) {
        let count = options.network.connectionCountMax
        let all = count + Self.spareFileCount
        do {
            try ResourceLimits.raiseOpenFiles(to: all)
        } catch {
            do {
                try ResourceLimits.raiseOpenFiles(to: count)
            } catch {
                throw StartError(
                    description: "-c \(count): the process may not have so many open files: "
                        + "\(error). Raise the limit (ulimit -n, LimitNOFILE=), or ask for fewer")
            }
            logger.warning("-c: the process may not have \(all) open files: \(error)")
        }
    }

    /// Takes what the options ask of the kernel; what is refused is said.
    static func takeLimits(_ options: CacheOptions, _ logger: Logger) {
        guard options.dumpsCore else { return }
        do {
            try ResourceLimits.allowCores()
        } catch {
            logger.warning("-r: the process may leave no core: \(error)")
        }
    }

    private static func end(_ status: Int32, _ text: String, descriptor: Int32) -> Never {
        let buffer = ByteBuffer(text)
        while !buffer.isEmpty {
            guard (try? RawDescriptor.write(descriptor, from: buffer)) != nil else { break }
        }
        Processes.exit(status)
    }
}
