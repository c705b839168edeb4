package import Base
package import DaemonKit
import Synchronization

/// One configuration while it is used, with the live state that belongs to it. Any thread.
///
/// A reload makes the next generation and puts it in the place of this one as a whole; requests
/// that began under this one end under it.
package final class Generation: Sendable {
    /// Counts up with each reload.
    package let number: Int
    /// What is served.
    package let configuration: BalancerConfiguration
    /// The live groups, by `UpstreamSettings.index`.
    package let groups: [UpstreamGroup]
    /// The files of the access logs, by `AccessLog.file`.
    package let logFiles: [LogFile]

    /// Brings a configuration to life; groups of the same name keep what was known of their
    /// servers.
    ///
    /// - Throws: when a log cannot be opened.
    package init(
        _ configuration: BalancerConfiguration, after old: Generation?, logs: LogFiles,
        events: EventHub? = nil
    ) throws(Diagnostic) {
        self.number = (old?.number ?? 0) + 1
        self.configuration = configuration
        self.groups = configuration.upstreams.map { settings in
            UpstreamGroup(
                settings,
                inheriting: old?.groups.first { $0.settings.name == settings.name },
                events: events)
        }
        var files: [LogFile] = []
        for destination in configuration.logFiles { files.append(try logs.file(destination.path)) }
        self.logFiles = files
        if case .file(let path) = configuration.process.errorLog.target {
            _ = try logs.file(path)
        }
    }

    /// The group with a name; for targets that are known with each request only.
    package func group(named name: String) -> UpstreamGroup? {
        self.groups.first { $0.settings.name == name }
    }
}

/// The generation that new requests are to see. Any thread.
package final class GenerationBox: Sendable {
    private let state: Mutex<Generation>
    private let current: Atomic<Int>

    /// Begins with the first generation.
    package init(_ generation: Generation) {
        self.state = Mutex(generation)
        self.current = Atomic(generation.number)
    }

    /// The present generation.
    package var value: Generation { self.state.withLock { $0 } }
    /// Its number; cheap enough to be read for each request.
    package var number: Int { self.current.load(ordering: .acquiring) }

    /// Puts another in its place.
    package func replace(_ generation: Generation) {
        self.state.withLock { $0 = generation }
        self.current.store(generation.number, ordering: .releasing)
    }
}
