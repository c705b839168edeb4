import ExpressionLanguage

/// A part of a page's text.
struct PageElement: Sendable {
    /// What it is.
    enum Kind: Sendable {
        /// Template text, escapes taken out.
        case text([UInt8])
        /// `<%@ name attribute="value" … %>`.
        case directive(String, [PageAttribute])
        /// `<%! code %>`.
        case declaration([UInt8])
        /// `<% code %>`.
        case scriptlet([UInt8])
        /// `<%= code %>`.
        case expression([UInt8])
        /// `${…}`, without the braces.
        case language(String)
        /// `<prefix:name …>`; `isClosed` says whether it ends with `/>`.
        case action(String, [PageAttribute], isClosed: Bool)
        /// `</prefix:name>`.
        case actionEnd(String)
    }

    let kind: Kind
    /// Where its contents begin: the code, the expression, the tag's name.
    let position: SourcePosition
}

/// An attribute of a directive or action.
struct PageAttribute: Sendable {
    let name: String
    let value: String
    /// Where its name stands.
    let position: SourcePosition
    /// Where its value's first character stands.
    let valuePosition: SourcePosition
}
