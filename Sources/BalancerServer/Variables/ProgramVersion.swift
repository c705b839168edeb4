import SystemInterface

/// What the program calls itself.
package enum ProgramVersion {
    /// The name and version, for `Server` and `-v`.
    package static let signature = "holdfast/\(ProductVersion.text)"
    /// The name alone, for `server_tokens off`.
    package static let name = "holdfast"
    /// The nginx whose configurations are understood, for `$nginx_version`.
    package static let compatibleNginx = "1.29.7"
}
