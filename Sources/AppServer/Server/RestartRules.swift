import Base

extension ServerConfiguration {
    /// What a reload cannot change, because sockets are open by it: refused by its name, so that
    /// nobody believes that it was taken.
    func refuseWhatNeedsRestart(in new: ServerConfiguration) throws(Diagnostic) {
        func needsRestart(_ what: String) -> Diagnostic {
            Diagnostic(file: new.file, message: "\(what) needs a restart; nothing was changed")
        }
        guard new.services.count == self.services.count else {
            throw needsRestart("another number of Services")
        }
        for (old, new) in zip(self.services, new.services) {
            guard old.connectors.count == new.connectors.count else {
                throw needsRestart("another number of Connectors")
            }
            for (before, after) in zip(old.connectors, new.connectors)
            where before.attributes != after.attributes {
                let names = Set(before.attributes.keys).union(after.attributes.keys)
                let changed = names.filter { before.attributes[$0] != after.attributes[$0] }
                var mistake = after.place
                mistake.message =
                    "Connector \(changed.sorted().joined(separator: ", ")) needs a restart; "
                    + "nothing was changed"
                throw mistake
            }
            guard old.engine.jvmRoute == new.engine.jvmRoute else {
                throw needsRestart("Engine jvmRoute")
            }
            guard old.engine.name == new.engine.name else { throw needsRestart("Engine name") }
        }
    }
}
