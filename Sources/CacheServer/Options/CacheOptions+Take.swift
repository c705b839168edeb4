import DaemonKit

extension CacheOptions {
    /// Takes one option.
    mutating func take(_ option: Arguments.Option) throws(OptionProblem) {
        let before = self.given[option.key].map { $0 + "," } ?? ""
        self.given[option.key] = before + (option.argument ?? "")
        let value = OptionValue(option)
        if try self.network.take(option.key, value) { return }
        if try self.commands.take(option.key, value) { return }
        if try self.memory.take(option.key, value, &self.storage) { return }
        if try self.replication.take(option.key, value) { return }
        switch option.key {
        case "t": self.threadCount = try value.number(1...1_024, "threads")
        case "N": self.interfaceQueueCount = try value.number(1...1_024, "queues")
        case "v": self.verbosity += 1
        case "u": self.user = try value.text()
        case "d": self.runsInBackground = true
        case "P": self.pidFile = try value.text()
        case "r": self.dumpsCore = true
        case "Z": self.tls.isEnabled = true
        case "o": try self.takeExtended(try value.text())
        case "h": self.request = .help
        case "V": self.request = .version
        case "i": self.request = .license
        case "configtest": self.request = .test
        case "config": self.configurationFile = try value.text()
        case "control": self.controlPath = try value.text()
        default: preconditionFailure("every option that is scanned is known")
        }
    }

    /// Takes the list behind `-o`.
    private mutating func takeExtended(_ list: String) throws(OptionProblem) {
        var parts = list.split(separator: ",", omittingEmptySubsequences: false)
        // getsubopt(3) is not asked again at the end of the text.
        if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        for part in parts {
            let value = OptionValue(suboption: part)
            let name = String(part.prefix { $0 != "=" })
            if try self.memory.takeExtended(name, value) { continue }
            if try self.tls.take(name, value) { continue }
            try self.takeExtended(name, value)
        }
    }

    private mutating func takeExtended(
        _ name: String, _ value: OptionValue
    ) throws(OptionProblem) {
        switch name {
        case "maxconns_fast": self.network.refusesAtLimit = true
        case "no_maxconns_fast": self.network.refusesAtLimit = false
        case "idle_timeout":
            self.network.idleSecondsMax = try value.number(0...Int(Int32.max), "seconds")
        case "watcher_logbuf_size":
            self.commands.watcherBufferKilobytes = try value.number(0...1 << 20, "kilobytes")
        case "worker_logbuf_size":
            self.commands.workerBufferKilobytes = try value.number(0...1 << 20, "kilobytes")
        case "read_buf_mem_limit":
            self.readBufferMegabytes = try value.number(0...1 << 20, "megabytes")
        case "no_modern":
            self.memory.becomeOldFashioned()
            self.network.refusesAtLimit = false
        case "drop_privileges": self.dropsPrivileges = true
        case "no_drop_privileges": self.dropsPrivileges = false
        case "relaxed_privileges": self.allowsTestCommands = true
        // Dead in memcached too, or about sockets that cached does not mark.
        case "modern", "inline_ascii_resp", "no_inline_ascii_resp", "resp_obj_mem_limit",
            "sock_cookie_id":
            break
        case _ where name.hasPrefix("ext_"):
            throw .leftOut("-o \(name)", "external storage (extstore)")
        case _ where name.hasPrefix("proxy_"): throw .leftOut("-o \(name)", "the Lua proxy")
        default: throw OptionProblem(description: "-o: there is no '\(name)'")
        }
    }
}
