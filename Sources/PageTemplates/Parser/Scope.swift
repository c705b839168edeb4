import ExpressionLanguage

/// The local variables that are visible, by name.
struct Scope {
    /// A variable's place and type.
    struct Variable {
        let slot: Int
        let type: JavaType
    }

    private var levels: [[String: Variable]] = [[:]]
    private var nextSlot = 0
    /// How many slots the method needs.
    private(set) var slotCount = 0

    /// Opens a block.
    mutating func push() { self.levels.append([:]) }

    /// Closes a block; its variables' slots serve again.
    mutating func pop() {
        let closed = self.levels.removeLast()
        self.nextSlot -= closed.count
    }

    /// The variable of that name.
    func find(_ name: String) -> Variable? {
        for level in self.levels.reversed() {
            if let variable = level[name] { return variable }
        }
        return nil
    }

    /// Declares a variable.
    ///
    /// - Throws: a mistake when its name is taken.
    mutating func declare(
        _ name: String, _ type: JavaType, at position: SourcePosition
    ) throws(ScriptFailure) -> Int {
        guard self.find(name) == nil else {
            throw .mistake("the variable \(name) is declared already", at: position)
        }
        let slot = self.nextSlot
        self.levels[self.levels.count - 1][name] = Variable(slot: slot, type: type)
        self.nextSlot += 1
        self.slotCount = max(self.slotCount, self.nextSlot)
        return slot
    }

    /// All visible names.
    var names: [String] { self.levels.flatMap(\.keys) }
}
