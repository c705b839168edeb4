import Base
import DaemonKit
import Logging
import SystemInterface

/// `cached`: reads the command line and runs the daemon.
package enum CacheProgram {
    /// Runs to the end of the process.
    package static func run(_ arguments: [String]) -> Never {
        let options: CacheOptions
        do {
            options = try CacheOptions(arguments)
        } catch {
            Self.end(1, "cached: \(error)\n", descriptor: 2)
        }
        switch options.request {
        case .help: Self.end(0, CacheHelp.text, descriptor: 1)
        case .version: Self.end(0, "cached 0.1.0 (memcached 1.6.45 protocol)\n", descriptor: 1)
        case .license: Self.end(0, "Holdfast: Apache-2.0\n", descriptor: 1)
        case .test: Self.end(0, "cached: the options are good\n", descriptor: 1)
        case .serve: break
        }
        var settings = DaemonSettings(name: "cached")
        settings.loopCount = min(options.threadCount, Processes.processorCount)
        settings.controlPath = options.controlPath
        settings.user = options.user
        settings.pidFile = options.pidFile
        settings.runsInBackground = options.runsInBackground
        if options.verbosity > 0 { settings.logLevel = .debug }
        Daemon.run(settings) { daemon in
            try CacheService(daemon, options, arguments: arguments)
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

/// What `cached -h` prints.
enum CacheHelp {
    static let text = """
        cached 0.1.0: a memcached-compatible cache
        -p, --port=<num>          TCP port to listen on (default: 11211)
        -U, --udp-port=<num>      only 0: UDP is off
        -s, --unix-socket=<file>  UNIX socket to listen on (alone: no network; with -p or -l: both)
        -a, --unix-mask=<mask>    access mask for UNIX socket, in octal (default: 700)
        -A, --enable-shutdown     enable ascii "shutdown" command
        -l, --listen=<addr>       interface to listen on, more than one by commas (default: all)
        -d, --daemon              run as a daemon
        -u, --user=<user>         assume identity of <user> (only when run as root)
        -m, --memory-limit=<num>  item memory in megabytes (default: 64)
        -M, --disable-evictions   return error on memory exhausted instead of evicting
        -c, --conn-limit=<num>    max simultaneous connections (default: 1024)
        -v, --verbose             log more
        -h, --help                print this help and exit
        -V, --version             print version and exit
        -P, --pidfile=<file>      save PID in <file>
        -f, --slab-growth-factor=<num> chunk size growth factor (default: 1.25)
        -n, --slab-min-size=<bytes> min space used for key+value+flags (default: 48)
        -t, --threads=<num>       threads, one a processor at the most (default: 4)
        -b, --listen-backlog=<num> backlog queue limit (default: 1024)
        -I, --max-item-size=<num> largest item (default: 1m, min: 1k, max: 1024m)
            --config=<file>       options, one a line; read again on SIGHUP
            --configtest          check the options and exit
            --control=<path>      control socket (default: /run/holdfast/cached.sock)

        """
}
