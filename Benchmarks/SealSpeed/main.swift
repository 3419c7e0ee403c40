// SealSpeed BYTES SECONDS [multiBuffer|libcrypto]: how many bytes of frames a session seals and
// encapsulates in a second, in place; or how many the cipher of a library seals by itself.

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

/// How often in a second `body` runs.
func rate(seconds: Int, _ body: () -> Void) -> Double {
    let start = monotonic()
    let end = start + UInt64(seconds) * 1_000_000_000
    var count = 0
    while monotonic() < end {
        for _ in 0..<256 { body() }
        count += 256
    }
    return Double(count) / (Double(monotonic() - start) / 1e9)
}

/// Room for a frame of `byteCount` bytes and what goes around it.
func room(_ byteCount: Int) -> UnsafeMutableRawPointer {
    .allocate(byteCount: byteCount + 1_024, alignment: 64)
}

/// Frames that a session seals and encapsulates in a second.
func measureSession(_ byteCount: Int, seconds: Int) -> Double {
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
    let frame = unsafe Frame(base: room(byteCount) + 256, byteCount: byteCount)
    let plaintext = unsafe frame.base - encapsulation.headerByteCount
    let plaintextByteCount = encapsulation.headerByteCount + byteCount
    let padded = Encapsulation.paddedByteCount(plaintextByteCount)
    let vxlan = VXLANHeader(vni, group: 7)
    return rate(seconds: seconds) {
        encapsulation.write(before: frame, vxlan, flowHash: 1)
        unsafe Encapsulation.pad(plaintext, plaintextByteCount, to: padded)
        guard unsafe session.seal(plaintext, byteCount: padded, now: 1) else { stop("refused") }
    }
}

/// Texts that a library's cipher seals in a second.
func measureCipher(_ library: String, _ byteCount: Int, seconds: Int) -> Double {
    guard let choice = TransportCipher.Library.allCases.first(where: { "\($0)" == library }),
        let cipher = TransportCipher(key: LockedMemory(random: SystemRandom()), by: choice)
    else { stop("no library \(library): \(TransportCipher.summary)") }
    let text = unsafe room(byteCount)
    var counter: UInt64 = 0
    return rate(seconds: seconds) {
        counter += 1
        guard unsafe cipher.seal(text, byteCount: byteCount, counter: counter) else {
            stop("refused")
        }
    }
}

let words = CommandLine.arguments
guard words.count == 3 || words.count == 4, let byteCount = Int(words[1]),
    let seconds = Int(words[2]), byteCount > 0
else { stop("usage: SealSpeed BYTES SECONDS [multiBuffer|libcrypto]") }
let frames =
    words.count == 4
    ? measureCipher(words[3], byteCount, seconds: seconds)
    : measureSession(byteCount, seconds: seconds)
print("\(Int(frames * Double(byteCount) / 1_000)) kB/s, \(Int(1e9 / frames)) ns a frame")
