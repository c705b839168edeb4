// BalancerServer: nginx's and httpd's side of the house. `balancerd` is this module and one line.
//
//   Configuration/  two languages ─► one immutable model (BalancerConfiguration) with places
//   Variables/      `$name`: a request's values, evaluated against a RequestView
//   Engine/         Generation (a configuration with its live groups), Worker (what a loop shares)
//   Requests/       Exchange (a request and its answer), RequestHandler (the phases, files, errors)
//   Proxying/       ProxyRun (servers asked in turn), RequestBody, the answer's way back
//   Logs/           access lines, error lines, files that can be opened anew
//   Server/         BalancerService (start, reload, drain), control routes, command line
//
//   connection ─► RequestHandler ─► search ─► enter ─┬─► files
//                       ▲              location      ├─► ProxyRun ─► UpstreamGroup.choose
//                       └── error_page, rewrite ◄────┤      ▲            │ another server
//                                                    └─►    └────────────┘
//
// A loop has one Worker with the idle connections and waiting log lines of its requests; loops
// share the Generation (replaced as a whole by a reload) and the groups' balancers (one lock each).
