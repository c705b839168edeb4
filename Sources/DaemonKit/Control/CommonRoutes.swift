import Base
import Logging
import SystemInterface

/// What every daemon answers on its control socket.
extension LifeCycle {
    /// Registers the common routes; those of the service come after them.
    func registerCommonRoutes() {
        let control = self.daemon.control
        control.route("GET", "/v1/status") { [self] _ in await self.statusAnswer() }
        control.route("GET", "/v1/routes") { [control] _ in
            .json { json in
                json.object { json in
                    json.key("routes")
                    json.array { json in
                        for route in control.routes { Self.write(route, to: &json) }
                    }
                }
            }
        }
        control.route("GET", "/metrics") { [metrics = self.daemon.metrics] _ in
            let buffer = ByteBuffer()
            metrics.write(to: buffer)
            return .text(buffer, contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
        control.route("POST", "/v1/reload", access: .change) { [self] request in
            try await self.reload(because: "reload by \(request.peer)")
            return .json { json in json.object { $0.member("reloaded", true) } }
        }
        control.route("GET", "/v1/log-level") { [logs = self.daemon.logs] _ in
            Self.levelAnswer(logs)
        }
        control.route("PUT", "/v1/log-level", access: .change) {
            [logs = self.daemon.logs] request in
            let name = try request.queryValue("level") ?? request.fields()["level"]?.string ?? ""
            guard let level = Logger.Level(rawValue: name) else {
                let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw ControlError.badRequest("level is one of \(names)")
            }
            logs.level = level
            return Self.levelAnswer(logs)
        }
    }

    private func statusAnswer() async -> ControlResponse {
        let status = await self.service.status()
        var warnings = status.warnings
        if let failure = self.lastReloadFailure {
            warnings.insert("the last reload was refused: \(failure)", at: 0)
        }
        return .json { json in
            json.object { json in
                json.member("daemon", self.daemon.settings.name)
                json.member("version", self.daemon.settings.version)
                json.member("pid", Int(Processes.identifier))
                json.member("state", self.phase.rawValue)
                json.member("startedUnixSeconds", self.startedUnixSeconds)
                json.member("uptimeSeconds", Int(self.uptime.nanoseconds / 1_000_000_000))
                Self.write("listening", status.listening.map(\.description), to: &json)
                Self.write("control", self.daemon.control.addresses, to: &json)
                Self.write("warnings", warnings, to: &json)
                status.writeMembers(&json)
            }
        }
    }

    private static func write(_ name: String, _ texts: [String], to json: inout JSONWriter) {
        json.key(name)
        json.array { json in for text in texts { json.value(text) } }
    }

    private static func write(
        _ route: (method: String, pattern: String, access: ControlAccess), to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("method", route.method)
            json.member("path", route.pattern)
            json.member("access", route.access == .change ? "change" : "read")
        }
    }

    private static func levelAnswer(_ logs: LogOutput) -> ControlResponse {
        .json { json in json.object { $0.member("level", logs.level.rawValue) } }
    }
}
