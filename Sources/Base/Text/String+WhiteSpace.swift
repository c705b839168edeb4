// Text that people wrote, without what they wrote around it.

extension String {
    /// The text without white space at its ends.
    package var trimmedOfWhiteSpace: String {
        var view = self.utf8[...]
        while let first = view.first, first <= 0x20 { view.removeFirst() }
        while let last = view.last, last <= 0x20 { view.removeLast() }
        return String(Substring(view))
    }
}
