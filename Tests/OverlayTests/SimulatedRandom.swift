import Overlay
import Synchronization

/// SplitMix64: the same numbers for the same seed, for keys as for chance.
final class SimulatedRandom: RandomSource {
    private let state: Mutex<UInt64>

    init(seed: UInt64) { state = Mutex(seed) }

    func word() -> UInt64 {
        state.withLock {
            $0 &+= 0x9e37_79b9_7f4a_7c15
            var word = $0
            word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
            return word ^ word >> 31
        }
    }

    func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: word()) }
    }

    func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: word()) }
    }

    /// True once in `count` times, on average.
    func once(in count: Int) -> Bool { word() % UInt64(count) == 0 }
}

let second: UInt64 = 1_000_000_000
let millisecond: UInt64 = 1_000_000
