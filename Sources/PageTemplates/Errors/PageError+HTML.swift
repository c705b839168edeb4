package import Base

extension PageError {
    private static let style = """
        body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f5f2;color:#222}
        main{max-width:60rem;margin:3rem auto;padding:0 1.5rem}
        h1{font-size:1.4rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem}
        code,pre{font:14px/1.6 ui-monospace,monospace}
        pre{background:#fff;border:1px solid #ddd;border-radius:6px;padding:.75rem 0}
        pre{overflow-x:auto}
        pre span{display:block;padding:0 1rem;white-space:pre}
        .bad{background:#fde8e6}.caret{color:#c0271a;font-weight:bold}.number{color:#999}
        footer{color:#777;font-size:.85rem;margin-top:2rem}
        """

    /// A page that shows the error as a person wants it: what, where, the line, a caret. It needs
    /// nothing from elsewhere, and all that comes from outside is escaped.
    package func appendHTML(to output: ByteBuffer) {
        let what = self.isMistake ? "This page has a mistake" : "This page failed"
        output.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        output.append(Self.escape(what))
        output.append("</title><style>")
        output.append(Self.style)
        output.append("</style></head><body><main><h1>")
        output.append(Self.escape(what))
        output.append("</h1><p><code>")
        output.append(Self.escape(self.diagnostic.summary))
        output.append("</code></p><pre>")
        for line in self.context where !line.text.isEmpty || line.number == self.diagnostic.line {
            self.appendLine(line.number, line.text, to: output)
        }
        output.append("</pre><footer>Holdfast sessiond</footer></main></body></html>\n")
    }

    private func appendLine(_ number: Int, _ text: String, to output: ByteBuffer) {
        let isPlace = number == self.diagnostic.line
        let digits = "\(number)"
        let label = String(repeating: " ", count: max(0, 5 - digits.count)) + digits
        output.append(isPlace ? "<span class=\"bad\">" : "<span>")
        output.append("<span class=\"number\" style=\"display:inline;padding:0\">\(label)  </span>")
        output.append(Self.escape(text))
        output.append("</span>")
        guard isPlace, self.diagnostic.column > 0 else { return }
        let indent = text.utf8.prefix(self.diagnostic.column - 1).map { byte in
            byte == 0x09 ? "\t" : (byte & 0xC0 == 0x80 ? "" : " ")
        }
        output.append("<span class=\"bad caret\">       ")
        output.append(indent.joined())
        output.append("^</span>")
    }

    /// Text as HTML shows it.
    package static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
