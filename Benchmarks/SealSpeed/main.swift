// SealSpeed BYTES SECONDS: how many bytes of frames a session seals and encapsulates in a second,
// in place, for Benchmarks/seal.sh to hold against the cipher's own speed.

import Glibc
import Overlay
import Packet

/// Ends the program with `sentence`.
func stop(_ sentence: String) -> Never { fatalError("SealSpeed: \(sentence)") }

func monotonic() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Frames in a second.
func measure(_ byteCount: Int, seconds: Int) -> Double {
    let random = SystemRandom()
    let keys = SessionKeys(
        send: LockedMemory(random: random), receive: LockedMemory(random: random),
        indices: (local: 1, remote: 2), role: .initiator)
    guard let peer = PeerNumber(rawValue: 1), let vni = VNI(rawValue: 1),
        let session = Session(keys: keys, peer: peer, now: 1),
        let encapsulation = Encapsulation(
            from: IPAddress(IPv4Address(rawValue: 0x0a62_0001)),
            to: IPAddress(IPv4Address(rawValue: 0x0a62_0002)))
    else { stop("no session") }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: byteCount + 1_024, alignment: 64)
    defer { unsafe buffer.deallocate() }
    guard let base = buffer.baseAddress else { stop("no memory") }
    let frame = unsafe Frame(base: base + 256, byteCount: byteCount)
    let plaintext = unsafe frame.base - encapsulation.headerByteCount
    let plaintextByteCount = encapsulation.headerByteCount + byteCount
    let padded = Encapsulation.paddedByteCount(plaintextByteCount)
    let vxlan = VXLANHeader(vni, group: 7)
    let start = monotonic()
    let end = start + UInt64(seconds) * 1_000_000_000
    var count = 0
    while monotonic() < end {
        for _ in 0..<256 {
            encapsulation.write(before: frame, vxlan, flowHash: 1)
            unsafe Encapsulation.pad(plaintext, plaintextByteCount, to: padded)
            guard unsafe session.seal(plaintext, byteCount: padded, now: 1) else { stop("refused") }
        }
        count += 256
    }
    return Double(count) / (Double(monotonic() - start) / 1e9)
}

let words = CommandLine.arguments
guard words.count == 3, let byteCount = Int(words[1]), let seconds = Int(words[2]), byteCount > 0
else { stop("usage: SealSpeed BYTES SECONDS") }
let rate = measure(byteCount, seconds: seconds)
print("\(Int(rate * Double(byteCount) / 1_000)) kB/s, \(Int(1e9 / rate)) ns a frame")
