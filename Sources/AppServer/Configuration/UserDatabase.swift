package import Base

/// The users and roles of `conf/tomcat-users.xml`.
package struct UserDatabase: Equatable, Sendable {
    /// One user.
    package struct User: Equatable, Sendable {
        /// The name and the password, which may be a digest.
        package var name: String, password: String
        /// The roles, sorted.
        package var roles: [String]
    }

    /// The users by their names.
    package var users: [String: User] = [:]
    /// All roles that are declared or given.
    package var roles: Set<String> = []

    /// Nobody.
    package init() {}

    /// Reads the file.
    ///
    /// - Throws: the first mistake: another root, a user without a name, two users of one name.
    package init(_ document: XMLDocument) throws(Diagnostic) {
        guard document.root.name == "tomcat-users" else {
            throw document.diagnostic(
                document.root.place,
                "the outermost element is <\(document.root.name)>; expected <tomcat-users>")
        }
        for child in document.root.children {
            switch child.name {
            case "role":
                guard let name = child["rolename"] ?? child["name"] else {
                    throw document.diagnostic(child.place, "role needs the attribute \"rolename\"")
                }
                self.roles.insert(name)
            case "user": try self.add(child, document)
            case "group": continue
            default:
                throw document.diagnostic(
                    child.place, "<\(child.name)>: expected role, group or user")
            }
        }
    }

    private mutating func add(
        _ element: XMLElement, _ document: XMLDocument
    ) throws(Diagnostic) {
        guard let name = element["username"] ?? element["name"], !name.isEmpty else {
            throw document.diagnostic(element.place, "user needs the attribute \"username\"")
        }
        guard self.users[name] == nil else {
            throw document.diagnostic(element.place, "two users have the name \"\(name)\"")
        }
        let roles = (element["roles"] ?? "").split(separator: ",").map {
            String($0).trimmedOfWhiteSpace
        }
        self.roles.formUnion(roles)
        self.users[name] = User(
            name: name, password: element["password"] ?? "",
            roles: roles.filter { !$0.isEmpty }.sorted())
    }
}
