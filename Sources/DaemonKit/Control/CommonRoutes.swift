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
        control.route("GET", "/v1/health") { [self] _ in await self.healthAnswer() }
        control.route("GET", "/v1/config", access: .confidential) { [self] _ in
            Self.answer(self.daemon.settings.name, await self.service.configuration())
        }
        control.route("/v1/events", of: self.daemon.events.lines, named: "events")
        control.route("/v1/log", of: self.daemon.logs.lines, named: "lines")
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

    private func warnings(of status: ServiceStatus) -> [String] {
        guard let failure = self.lastReloadFailure else { return status.warnings }
        return ["the last reload was refused: \(failure)"] + status.warnings
    }

    /// Whether it serves and all is well with it; 503 while it does not serve.
    private func healthAnswer() async -> ControlResponse {
        let isRunning = self.phase == .running
        let warnings = self.warnings(of: await self.service.status())
        let health = !isRunning ? "unavailable" : warnings.isEmpty ? "ok" : "degraded"
        return .json(status: isRunning ? 200 : 503) { json in
            json.object { json in
                json.member("daemon", self.daemon.settings.name)
                json.member("state", self.phase.rawValue)
                json.member("health", health)
                Self.write("warnings", warnings, to: &json)
            }
        }
    }

    /// What was taken at the start or the last reload, beside what the files hold now.
    private static func answer(
        _ daemon: String, _ configuration: ConfigurationReport
    ) -> ControlResponse {
        .json { json in
            json.object { json in
                json.member("daemon", daemon)
                json.member("language", configuration.language)
                json.key("settings")
                json.object { json in
                    for (name, value) in configuration.settings { json.member(name, value) }
                }
                json.key("files")
                json.array { json in
                    for file in configuration.files { Self.write(file, to: &json) }
                }
            }
        }
    }

    private static func write(_ file: ConfigurationReport.File, to json: inout JSONWriter) {
        json.object { json in
            json.member("path", file.path)
            json.member("text", String(decoding: file.text, as: UTF8.self))
            json.key("onDisk")
            do {
                let bytes = try Files.read(file.path, limit: ConfigurationReport.fileBytesMax)
                json.value(String(decoding: bytes, as: UTF8.self))
                json.member("isChanged", bytes != file.text)
            } catch {
                json.null()
                json.member("isChanged", true)
            }
        }
    }

    private func statusAnswer() async -> ControlResponse {
        let status = await self.service.status()
        let warnings = self.warnings(of: status)
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
            json.member("access", route.access.word)
        }
    }

    private static func levelAnswer(_ logs: LogOutput) -> ControlResponse {
        .json { json in json.object { $0.member("level", logs.level.rawValue) } }
    }
}
