// ControlCommands: what `ctl` can do, one command a file.
//
//   Connections/    which daemons there are (control sockets), and talking to them
//   Reports/        the answers of the control sockets as values (Docs/control-api.md)
//   Records/        what commands found, written as table, JSON, JSON lines or CSV
//   Output/         tables that fit the terminal, colours where it wants them
//   Daemons/ Metrics/ Logs/ Cache/ Sessions/ Balancer/ Configuration/    the commands
//
// A client of the control sockets and of the memcached protocol, nothing more: it reads no daemon's
// files and keeps no state but the history of its shell. Exit statuses: `CommandFailure.Kind`.
