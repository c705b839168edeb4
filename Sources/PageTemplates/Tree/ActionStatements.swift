import ExpressionLanguage

/// The value of an action's attribute: text with `${…}`, or one `<%= … %>`.
struct AttributeValue: Sendable {
    /// A piece of it.
    enum Part: Sendable {
        case text(String)
        case language(Expression)
        case code(any ExpressionNode)
    }

    let parts: [Part]
    let position: SourcePosition

    func text(_ machine: Machine) throws(ScriptFailure) -> String {
        var text = ""
        for part in self.parts {
            do {
                switch part {
                case .text(let piece): text += piece
                case .language(let expression):
                    text += Coercion.string(try expression.evaluate(machine))
                case .code(let node): text += try node.evaluate(machine).text
                }
            } catch {
                throw error.placed(at: self.position)
            }
        }
        return text
    }
}

/// `<jsp:include page="…">` and `<jsp:forward page="…">`, with `<jsp:param>`s.
struct DispatchStatement: StatementNode {
    let page: AttributeValue
    let parameters: [(name: AttributeValue, value: AttributeValue)]
    let isForward: Bool
    let position: SourcePosition

    func execute(_ machine: Machine) throws(ScriptFailure) -> Completion {
        try machine.step(at: self.position)
        let path = try self.page.text(machine)
        var values: [(name: String, value: String)] = []
        for parameter in self.parameters {
            values.append(
                (try parameter.name.text(machine), try parameter.value.text(machine)))
        }
        do {
            if self.isForward {
                machine.clearOutput()
                try machine.host.forward(path, parameters: values)
                return .returned
            }
            try machine.host.include(path, parameters: values, into: machine.output)
            return .normal
        } catch {
            throw error.placed(at: self.position)
        }
    }
}
