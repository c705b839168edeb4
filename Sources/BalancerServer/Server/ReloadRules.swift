import Base

extension BalancerConfiguration {
    /// What a reload cannot change is refused by its name, so that nobody believes that it was
    /// taken.
    func refuseWhatNeedsRestart(in new: BalancerConfiguration) throws(Diagnostic) {
        func needsRestart(_ what: String) -> Diagnostic {
            Diagnostic(
                file: new.sources.first?.path ?? "balancerd",
                message: "\(what) needs a restart; nothing was changed")
        }
        guard self.process.workerCount == new.process.workerCount else {
            throw needsRestart("another number of worker_processes")
        }
        guard self.process.pidPath == new.process.pidPath else {
            throw needsRestart("another pid file")
        }
        guard self.process.prefix == new.process.prefix else {
            throw needsRestart("another ServerRoot")
        }
    }
}
