/// A queue: appended at the end, taken from the front. Both O(1) on average.
///
/// In this module, which alone uses it, because generic code of another one is not specialised: it
/// looked metadata up four times for each command.
struct FirstInFirstOut<Element> {
    private var elements: [Element?] = []
    private var head = 0

    /// Makes an empty queue.
    init() {}

    /// How many elements there are.
    var count: Int { self.elements.count - self.head }
    /// Whether there are none.
    var isEmpty: Bool { self.head == self.elements.count }
    /// The element that was appended first.
    var first: Element? { self.isEmpty ? nil : self.elements[self.head] }

    /// Adds an element at the end.
    mutating func append(_ element: Element) { self.elements.append(element) }

    /// Drops the first element. Traps when there is none.
    mutating func removeFirst() {
        precondition(!self.isEmpty, "an empty queue has no first element")
        self.elements[self.head] = nil
        self.head += 1
        if self.head == self.elements.count {
            self.elements.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head > 1_024, self.head * 2 > self.elements.count {
            self.elements.removeFirst(self.head)
            self.head = 0
        }
    }

    /// The first element that `predicate` accepts. O(n).
    func firstWhere(_ predicate: (Element) -> Bool) -> Element? {
        for index in self.head..<self.elements.count {
            if let element = self.elements[index], predicate(element) { return element }
        }
        return nil
    }

    /// Lets `body` change each element in order. O(n).
    mutating func updateAll(_ body: (inout Element) -> Void) {
        for index in self.head..<self.elements.count {
            if var element = self.elements[index] {
                body(&element)
                self.elements[index] = element
            }
        }
    }
}
