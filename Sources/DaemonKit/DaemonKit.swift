// DaemonKit: what makes a server library a daemon.
//
//   Arguments/   command lines as getopt_long(3) reads them
//   Life/        Daemon: start, reload, drain, stop; signals, pid file, user, background
//   Systemd/     sd_notify, watchdog, sockets that were passed
//   Logs/        swift-log to standard error, as the journal or a person wants it
//   Control/     HTTP and JSON on a UNIX socket: status, reload, log level, what a daemon adds
//   Metrics/     counters and gauges with their help, in the text form of Prometheus
//
// A server library conforms its main type to `DaemonService`; its executable calls `Daemon.run`:
//
//   main thread   signals ─► LifeCycle ─► prepare, serve, reload, drain, stop of the service
//     (a loop of its own)    ControlServer, watchdog, STATUS
//   loop threads  the service's connections; the control socket answers while they are busy
//
// Nothing here knows a protocol of the data path.
