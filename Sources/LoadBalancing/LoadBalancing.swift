// LoadBalancing: which server of a group gets a request, and which servers are to be left alone.
//
//     choose(query, &tried, now) ─► index ─► (the request runs) ─► finished(index, outcome, now)
//
// The choices are those of nginx and httpd, request for request: smooth weighted round robin,
// byrequests, least_conn, hash and so on, with nginx's failure window and httpd's error state. All
// of it is values: no socket, no clock, no lock. Whoever shares a `Balancer` between loops puts it
// in a Mutex.
