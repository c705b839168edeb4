import EventLoop

extension CacheNode {
    /// Where an answer is left for the task that waits for it. Loop thread only.
    package final class Ticket {
        private var answer: CacheAnswer?
        private var suspension: Suspension?

        init(answer: CacheAnswer? = nil) { self.answer = answer }

        func settle(_ answer: CacheAnswer) {
            self.answer = answer
            self.suspension?.resume()
            self.suspension = nil
        }

        /// Waits for the answer. One task, once.
        package func value() async -> CacheAnswer {
            if self.answer == nil { await Suspension.wait { self.suspension = $0 } }
            return self.answer ?? .failed(.unreachable)
        }
    }
}
