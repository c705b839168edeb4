import SystemInterface

/// Who asks on a control socket, as the kernel vouches for it (SO_PEERCRED, SO_PEERGROUPS).
package struct ControlPeer: Equatable, Sendable, CustomStringConvertible {
    /// The group whose members may change things.
    package static let groupName = "holdfast"

    /// The process, user and groups at the other end.
    package let process: Int32
    /// Its user.
    package let user: UInt32
    /// Its groups, the main one first.
    package let groups: [UInt32]

    /// Whether it may change things and see whole session ids: root, the user the daemon runs as,
    /// and the members of the group `holdfast`.
    package let mayChange: Bool

    /// Decides what a peer may do.
    package init(
        process: Int32, user: UInt32, groups: [UInt32], owner: UInt32, privilegedGroup: UInt32?
    ) {
        self.process = process
        self.user = user
        self.groups = groups
        self.mayChange =
            user == 0 || user == owner || privilegedGroup.map(groups.contains) ?? false
    }

    /// The peer of a connected UNIX socket. Without credentials it is nobody and may only read.
    init(of descriptor: Int32, privilegedGroup: UInt32?) {
        let owner = Processes.effectiveUser
        guard let credentials = try? Sockets.peerCredentials(of: descriptor) else {
            self.init(process: 0, user: .max, groups: [], owner: owner, privilegedGroup: nil)
            return
        }
        let others = (try? Sockets.peerGroups(of: descriptor)) ?? []
        self.init(
            process: credentials.process, user: credentials.user,
            groups: [credentials.group] + others, owner: owner, privilegedGroup: privilegedGroup)
    }

    /// For logs: `user 0, process 4711`.
    package var description: String { "user \(self.user), process \(self.process)" }
}
