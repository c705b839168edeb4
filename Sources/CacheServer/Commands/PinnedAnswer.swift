import CacheStorage

/// A large value that is sent from where it lies, in the middle of answers that are otherwise made
/// in the output. One user at a time.
final class PinnedAnswer {
    /// Values of at least so many bytes are sent so; copying less costs less than seeing to it that
    /// the item stays.
    static let byteCountMin = 16 << 10

    private var answer: (value: PinnedValue, position: Int)?

    /// Whether there is one, which is to be sent before there can be another.
    var isTaken: Bool { self.answer != nil }

    /// Keeps the value of an item, to be sent after `position` bytes of the output.
    ///
    /// - Returns: false when there is one already, or the item cannot be kept.
    func pin(_ item: ItemView, at position: Int) -> Bool {
        guard self.answer == nil, let value = item.pin() else { return false }
        self.answer = (value, position)
        return true
    }

    /// Forgets it.
    func drop() { self.answer = nil }

    /// Gives it to who sends it.
    func take() -> (value: PinnedValue, position: Int)? {
        if self.answer == nil { return nil }
        return self.answer.take()
    }
}
