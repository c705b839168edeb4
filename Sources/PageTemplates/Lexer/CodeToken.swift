import ExpressionLanguage

/// A word of the Java-like language, or a piece of template between two scriptlets.
struct CodeToken: Sendable {
    /// What it is.
    enum Kind: Equatable, Sendable {
        /// A name or a keyword.
        case name(String)
        case int(Int32)
        case long(Int64)
        case double(Double)
        case character(UInt16)
        case string(String)
        /// An operator, bracket or separator.
        case sign(String)
        /// Template text.
        case text([UInt8])
        /// `<%=`; the tokens of the expression and `expressionEnd` follow.
        case expressionStart
        /// The end of `<%= … %>`.
        case expressionEnd
        /// `${…}`: its number in the page's list of expressions.
        case language(Int)
        /// An action such as `<jsp:include …/>`: its number in the page's list.
        case action(Int)
        /// The end of the page.
        case end
    }

    let kind: Kind
    let position: SourcePosition

    /// How the token is called in messages.
    var description: String {
        switch self.kind {
        case .name(let name), .sign(let name): "'\(name)'"
        case .int(let number): "\(number)"
        case .long(let number): "\(number)L"
        case .double(let number): "\(number)"
        case .character: "a character"
        case .string(let text): "\"\(text)\""
        case .text: "template text"
        case .expressionStart: "<%="
        case .expressionEnd: "%>"
        case .language: "${…}"
        case .action: "a tag"
        case .end: "the end of the page"
        }
    }
}
