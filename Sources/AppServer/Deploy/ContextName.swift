/// How a web application's path and the name of its folder or file belong together, as Tomcat has
/// it.
///
/// | path | folder |
/// | --- | --- |
/// | `""` | `ROOT` |
/// | `/a` | `a` |
/// | `/a/b` | `a#b` |
/// | `/a`, version 2 | `a##2` |
package struct ContextName: Hashable, Sendable {
    /// `""` for the root, else `/name`.
    package let path: String
    /// The version after `##`, or nil.
    package let version: String?

    /// The name of a context at a path.
    package init(path: String, version: String? = nil) {
        self.path = path
        self.version = version
    }

    /// Reads the name of a folder, or of a context file without its `.xml`.
    package init(folderName: String) {
        var name = folderName
        var version: String?
        if let mark = Self.versionMark(in: name) {
            version = String(name[name.index(mark, offsetBy: 2)...])
            name = String(name[..<mark])
        }
        if name == "ROOT" {
            self.path = ""
        } else {
            let inner = name.hasPrefix("ROOT#") ? String(name.dropFirst(5)) : name
            self.path = "/" + String(inner.map { $0 == "#" ? "/" : $0 })
        }
        self.version = version
    }

    /// The name of the folder.
    package var folderName: String {
        let base =
            self.path.isEmpty
            ? "ROOT" : String(self.path.dropFirst().map { $0 == "/" ? "#" : $0 })
        return self.version.map { "\(base)##\($0)" } ?? base
    }

    private static func versionMark(in name: String) -> String.Index? {
        var index = name.startIndex
        while index < name.endIndex {
            if name[index...].hasPrefix("##") { return index }
            index = name.index(after: index)
        }
        return nil
    }
}
