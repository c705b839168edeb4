// EventLoop: readiness loops that Swift tasks live on.
//
//   thread of loop 0              thread of loop 1
//   +------------------------+    +------------------------+
//   | jobs   tasks that can  |    |                        |
//   |        go on           |<-->|  other loops' work      |   Loop.run, one eventfd each
//   | end-of-turn work       |    |  comes by a locked      |
//   | epoll_wait             |    |  queue                  |
//   | events -> waiters      |    |                        |
//   | timers                 |    |                        |
//   +------------------------+    +------------------------+
//
// A turn runs every task that can go on, then what was put off to the end of the turn (writes that
// many tasks share), then waits once for events. A Loop is a TaskExecutor: a task spawned on it
// stays on its thread for life, and so does the connection that the task serves. The clock is read
// once a turn. Why not SwiftNIO: Docs/decisions/0001-loop.md.
//
// Connections/ has the connection: what it is, reading, writing, waiting. TLS/ lies between a
// connection's buffers and its socket (Docs/tls.md): what uses a connection does not see it, and a
// connection without it pays one branch a call.
//
// What it refuses to do: protocols above TLS, buffering policy beyond one input and one output
// buffer.
