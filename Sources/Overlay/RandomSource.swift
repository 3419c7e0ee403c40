import Glibc

/// Where keys, indices and nonces come from.
package protocol RandomSource: AnyObject, Sendable {
    /// Fills all of `bytes` with random bytes.
    func fill(_ bytes: UnsafeMutableRawBufferPointer)
}

extension RandomSource {
    /// A random integer.
    package func next<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) -> T {
        var value: T = 0
        unsafe withUnsafeMutableBytes(of: &value) { unsafe fill($0) }
        return value
    }
}

/// The kernel's random source (`getrandom(2)`). If it fails the process ends: a guessable key is
/// worse than none.
package final class SystemRandom: RandomSource {
    /// The kernel's random source.
    package init() {}

    /// Fills `bytes`; waits until the kernel has gathered entropy once after boot.
    package func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        var start = 0
        while start < bytes.count, let base = bytes.baseAddress {
            // getentropy(3) is getrandom(2) for at most 256 bytes, and answers whole.
            let count = min(bytes.count - start, 256)
            guard unsafe getentropy(base + start, count) == 0 else {
                // Without randomness there is no key; see above.
                preconditionFailure("getentropy failed: errno \(errno)")
            }
            start += count
        }
    }
}
