import CLinux

/// The version of Holdfast that this program is of: one for all of its programs.
package enum ProductVersion {
    /// As `Sources/CLinux/Version.c` has it, or as the package that the program came with.
    // SAFETY: a constant of the program, with a zero behind the text.
    package static let text = unsafe String(cString: holdfast_version())
}
