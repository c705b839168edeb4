// HTTPTransport: HTTP/1.1 driven over the loop.
//
//   HTTPServer ── one task a connection ──► ServerConnection     next() … beginResponse … finish()
//   HTTPClient ── one request at a time ──► UpstreamConnection   begin … readHead … nextBodyPart
//   UpstreamPool keeps idle UpstreamConnections of one loop
//
// A daemon reads like this, on the connection's loop, with no lock and no state machine of its own:
//
//   while let request = await connection.next() {
//       connection.beginResponse(200)
//       connection.addField("Content-Type", "text/plain")
//       connection.endHead(.length(3))
//       connection.write("ok\n".utf8.span)
//       connection.finish()
//   }
//
// Answers to pipelined requests gather in the connection's output and leave in one write, at the
// latest at the end of the loop's turn. Bodies are pulled piece by piece, so a slow reader slows
// the writer down; nothing is gathered. A request takes one receive, one send, no timer, no
// allocation.
