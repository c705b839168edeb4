import Base

extension NginxRules {
    /// The process as a whole, and the sections of the main block.
    static let process: [String: NginxRule] = [
        "worker_processes": NginxRule(.main, 1...1) {
            block, directive, compiler throws(Diagnostic) in
            let token = directive.arguments[0]
            if token.text == "auto" {
                block.process.workerCount = nil
                return
            }
            guard let count = ConfigurationUnits.number(token.text), count > 0 else {
                throw compiler.mistake(token.place, "invalid value \"\(token.text)\"")
            }
            block.process.workerCount = count
        },
        "pid": NginxRule(.main, 1...1) { block, directive, compiler throws(Diagnostic) in
            let path = directive.text(0)
            block.process.pidPath = path == "off" ? nil : compiler.path(path)
        },
        "worker_shutdown_timeout": .duration(.main, \.process.shutdownTimeout),
        "daemon": NginxRule(.main, 1...1) { _, directive, compiler throws(Diagnostic) in
            // Whoever starts balancerd (systemd, a shell) keeps it; `daemon on` changes nothing.
            _ = try compiler.flag(directive)
        },
        "master_process": NginxRule(.main, 1...1) { _, directive, compiler throws(Diagnostic) in
            _ = try compiler.flag(directive)
        },
        "events": NginxRule(.main, 0...0, isBlock: true) {
            block, directive, compiler throws(Diagnostic) in
            compiler.hasEvents = true
            var inner = block.inner(.events)
            try compiler.run(directive.block ?? [], in: &inner)
            block.process = inner.process
        },
        "worker_connections": NginxRule(.events, 1...1) {
            block, directive, compiler throws(Diagnostic) in
            block.process.connectionCountMax = try compiler.number(directive.arguments[0])
        },
        "http": NginxRule(.main, 0...0, isBlock: true, isLate: true) {
            block, directive, compiler throws(Diagnostic) in
            try compiler.http(directive, in: block)
        },
        "user": .withoutEffect(.main, 1...2),
        "worker_priority": .withoutEffect(.main),
        "worker_cpu_affinity": .withoutEffect(.main, NginxRule.many(1)),
        "worker_rlimit_nofile": .withoutEffect(.main),
        "worker_rlimit_core": .withoutEffect(.main),
        "working_directory": .withoutEffect(.main),
        "env": .withoutEffect(.main),
        "pcre_jit": .withoutEffect(.main),
        "timer_resolution": .withoutEffect(.main),
        "thread_pool": .withoutEffect(.main, 2...3),
        "debug_points": .withoutEffect(.main),
        "lock_file": .withoutEffect(.main),
        "ssl_engine": .withoutEffect(.main),
        "load_module": .ignored(.main, 1...1, "modules are not loaded"),
        "use": .withoutEffect(.events),
        "multi_accept": .withoutEffect(.events),
        "accept_mutex": .withoutEffect(.events),
        "accept_mutex_delay": .withoutEffect(.events),
        "debug_connection": .withoutEffect(.events),
        "worker_aio_requests": .withoutEffect(.events),
    ]
}
