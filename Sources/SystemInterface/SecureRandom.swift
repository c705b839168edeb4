import CLinux
import Glibc

/// Random bytes that cannot be guessed (getrandom(2)): session ids, nonces, keys.
package enum SecureRandom {
    /// Fresh random bytes. Traps when the kernel has no randomness, as nothing safe can go on then.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let wanted = count - filled
            // SAFETY: filled < count, so the range lies within the array's memory.
            let got = unsafe bytes.withUnsafeMutableBytes {
                unsafe holdfast_getrandom($0.baseAddress.unsafelyUnwrapped + filled, wanted)
            }
            precondition(got > 0 || errno == EINTR, "getrandom(2) failed")
            filled += max(got, 0)
        }
        return bytes
    }
}
