// AppServer: Tomcat's side of the house. `sessiond` is this module and a command line.
//
//   Configuration/  server.xml, context.xml, web.xml, tomcat-users.xml ─► one checked, typed model
//                   AttributeTable: what becomes of each attribute
//   Deploy/         folders and contexts ─► Deployment (immutable) of WebApplications
//   Requests/       Exchange (a request and its answer), Route (path ─► page or file), files,
// errors
//   Pages/          the objects that pages see, the cache of compiled pages
//   Sessions/       the driver of shared sessions
//   Logs/           access logs: pattern, lines, files
//   Server/         ApplicationServer (start, reload, drain), control routes, command line
//
//   connection ─► Exchange.begin ─► Worker.route ─┬─► file ─► conditions, ranges ─► answer
//                                                 └─► page ─► session begin ─► run ─► session
// finish
//                                                                                     └─► answer
//
// A loop has one Worker with all that its requests share; loops share the Deployment (replaced as a
// whole), the WebApplications and their session managers. An answer leaves after its session is
// stored.
