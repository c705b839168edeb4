// ControlCommands: what `ctl` can do, one command a file.
//
//   Connections/    which daemons there are (control sockets), and talking to them
//   Reports/        the answers of the control sockets as values (Docs/control-api.md)
//   Output/         tables that fit 80 columns, colours where a terminal wants them
//   Cache/ Sessions/ Balancer/ Configuration/    the commands
//
// A client of the control sockets and of the memcached protocol, nothing more: it reads no daemon's
// files and keeps no state. Exit status: 0 done, 1 the daemon said no or is not reachable, 64 wrong
// usage (sysexits.h), as the argument parser has it.
