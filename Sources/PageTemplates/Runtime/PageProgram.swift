import ExpressionLanguage

/// A compiled page: what one run needs. Immutable.
struct PageProgram: Sendable {
    /// The page's statements.
    let body: Block
    /// How many local variables the body has.
    let slotCount: Int
    /// The methods that the page declares.
    let methods: [PageMethod]
    /// The fields that the page declares, with what they begin with.
    let fields: [PageField]
}

/// A variable of a method: its name and type.
struct PageParameter: Sendable {
    let name: String
    let type: JavaType
}

/// A field that the page declares, shared by all its runs.
struct PageField: Sendable {
    let name: String
    let type: JavaType
    let initial: (any ExpressionNode)?
}

/// A method that the page declares.
final class PageMethod: Sendable {
    let name: String
    let type: JavaType
    let parameters: [PageParameter]
    /// How many local variables it has, parameters included.
    let slotCount: Int
    let body: Block.Box

    init(
        name: String, type: JavaType, parameters: [PageParameter], slotCount: Int, body: Block.Box
    ) {
        self.name = name
        self.type = type
        self.parameters = parameters
        self.slotCount = slotCount
        self.body = body
    }
}
