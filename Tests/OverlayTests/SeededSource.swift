import Overlay
import Synchronization

/// A random source whose bytes follow from its seed (SplitMix64).
final class SeededSource: RandomSource {
    private let state: Mutex<UInt64>

    init(seed: UInt64) { state = Mutex(seed) }

    func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices { bytes[index] = next() }
    }

    private func next() -> UInt8 {
        state.withLock {
            $0 &+= 0x9e37_79b9_7f4a_7c15
            var word = $0
            word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
            return UInt8(truncatingIfNeeded: word ^ word >> 31)
        }
    }
}

/// A random source that gives the bytes it was made of, in order.
final class ScriptedSource: RandomSource {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }

    func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        rest.withLock {
            bytes.copyBytes(from: $0.prefix(bytes.count))
            precondition($0.count >= bytes.count, "the script has ended")
            $0 = $0.dropFirst(bytes.count)
        }
    }
}
