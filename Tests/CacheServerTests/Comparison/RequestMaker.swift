import Base
import SystemInterface

/// Who makes up requests for the comparison with memcached: the choices that all of them make.
protocol RequestMaker {
    var random: SeededGenerator { get set }
}

extension RequestMaker {
    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self.random)]
    }

    mutating func happens(_ oneIn: Int) -> Bool {
        Int.random(in: 0..<oneIn, using: &self.random) == 0
    }

    /// One of few keys, so that requests meet; now and then one as long as may be, and in
    /// `withBlank` one that the text protocol cannot say.
    mutating func key(withBlank: Bool = false) -> String {
        self.happens(40)
            ? String(repeating: "q", count: self.one(of: [1, 249, 250]))
            : self.one(of: [
                "a", "b", "c", "n", "m", withBlank ? "k 1" : "k-1", "é", "x:y", "{}", "0",
            ])
    }
}

extension Exchange.Manner {
    /// How many made-up connections are compared: `HOLDFAST_ROUNDS` or the usual number. One that
    /// is sent in pieces takes a turn of the loop for each.
    var roundCount: Int {
        let given = Processes.environment("HOLDFAST_ROUNDS").flatMap { Int($0) }
        return (given ?? 500) / (self == .whole ? 1 : 10)
    }
}
