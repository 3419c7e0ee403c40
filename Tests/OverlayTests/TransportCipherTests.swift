import Overlay
import Testing

/// Both libraries, held to the same.
@Suite struct TransportCipherTests {
    typealias Library = TransportCipher.Library

    /// Those that this machine has.
    static let libraries = Library.allCases.filter {
        $0 == .libcrypto || TransportCipher.hasMultiBuffer
    }

    /// A cipher under the key 0, 1, … 31.
    private struct Cipher: ~Copyable {
        let cipher: TransportCipher

        init(_ library: Library) {
            cipher = TransportCipher(
                key: LockedMemory(copying: [UInt8](0..<32).raw), by: library)!
        }

        func sealed(_ text: [UInt8], counter: UInt64) -> [UInt8] {
            var buffer = text + [UInt8](repeating: 0xaa, count: 16)
            let isSealed = buffer.withUnsafeMutableBytes {
                cipher.seal($0.baseAddress!, byteCount: text.count, counter: counter)
            }
            #expect(isSealed)
            return buffer
        }

        func opened(_ sealed: [UInt8], counter: UInt64) -> [UInt8]? {
            var buffer = sealed + [0]  // never empty, so that there is an address
            let isAuthentic = buffer.withUnsafeMutableBytes {
                cipher.open($0.baseAddress!, byteCount: sealed.count, counter: counter)
            }
            return isAuthentic ? Array(buffer.prefix(sealed.count - 16)) : nil
        }
    }

    private func text(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
    }

    #if arch(x86_64)
        @Test("where make build installed intel-ipsec-mb, and the processor can, it is taken")
        func takesTheFaster() throws {
            let processor = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            guard processor.contains(" avx2 ") else { return }
            #expect(TransportCipher.hasMultiBuffer, "\(TransportCipher.summary)")
        }
    #endif

    @Test(
        "texts of 0 to 2048 bytes are sealed as Python's cryptography 48 seals them",
        arguments: libraries)
    func sealsAsOthersDo(library: Library) {
        let cipher = Cipher(library)
        let all = (0...2048).flatMap {
            cipher.sealed(text($0), counter: UInt64($0) &* 0x0102_0304_0506_0708)
        }
        let expected = "c4677d7479619115f3ad7ee5dba63ad724ab744d0b8445f9274aad475e9f0123"
        #expect(Blake2s.hash(all.raw).bytes.array == bytes(expected))
    }

    @Test("what one library sealed the other opens, for every length")
    func opensWhatTheOtherSealed() {
        for one in Self.libraries {
            for other in Self.libraries {
                let sealer = Cipher(one)
                let opener = Cipher(other)
                for count in Array(0...600) + Array(1_380...1_460) + [8_944, 65_535] {
                    let sealed = sealer.sealed(text(count), counter: 1 << 60)
                    #expect(opener.opened(sealed, counter: 1 << 60) == text(count), "\(count)")
                }
            }
        }
    }

    @Test(
        "a text is refused when any bit of it or of its tag differs",
        arguments: libraries, [0, 1, 63, 130])
    func refusesFlips(library: Library, count: Int) {
        let cipher = Cipher(library)
        for (bit, changed) in cipher.sealed(text(count), counter: 5).flips {
            #expect(cipher.opened(changed, counter: 5) == nil, "bit \(bit)")
        }
    }

    @Test("a text is refused under every counter that differs in one bit", arguments: libraries)
    func refusesOtherCounters(library: Library) {
        let cipher = Cipher(library)
        let text = cipher.sealed(text(40), counter: 0x0123_4567_89ab_cdef)
        for bit in 0..<64 {
            #expect(cipher.opened(text, counter: 0x0123_4567_89ab_cdef ^ 1 << UInt64(bit)) == nil)
        }
    }

    @Test("a text is refused when it is shorter or longer", arguments: libraries)
    func refusesOtherLengths(library: Library) {
        let cipher = Cipher(library)
        for changed in cipher.sealed(text(40), counter: 5).otherLengths {
            #expect(cipher.opened(changed, counter: 5) == nil, "length \(changed.count)")
        }
    }

    @Test("a refused text does not hinder the next one", arguments: libraries)
    func goesOnAfterRefusal(library: Library) {
        let cipher = Cipher(library)
        let good = cipher.sealed(text(100), counter: 8)
        #expect(cipher.opened(cipher.sealed(text(100), counter: 7), counter: 8) == nil)
        #expect(cipher.opened([1, 2, 3], counter: 8) == nil)
        #expect(cipher.opened(good, counter: 8) == text(100))
    }

    @Test("nothing but the text and its tag is written", arguments: libraries)
    func staysInside(library: Library) {
        let cipher = Cipher(library)
        for count in 0...300 {
            var buffer = [UInt8](repeating: 0xee, count: 64 + count + 16 + 64)
            let isSealed = buffer.withUnsafeMutableBytes {
                cipher.cipher.seal($0.baseAddress! + 64, byteCount: count, counter: 3)
            }
            #expect(isSealed)
            let around = buffer.prefix(64) + buffer.suffix(64)
            #expect(around.allSatisfy { $0 == 0xee }, "\(count)")
        }
    }

    @Test("threads that seal at once do not disturb each other", arguments: libraries)
    func servesThreads(library: Library) async {
        let expected = Cipher(library).sealed(text(1_440), counter: 1)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let cipher = Cipher(library)
                    return (0..<500).allSatisfy { _ in
                        cipher.sealed(text(1_440), counter: 1) == expected
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test(
        "a key of another length than 32 bytes is refused", arguments: libraries, [1, 31, 33, 64])
    func refusesKeys(library: Library, byteCount: Int) {
        let isMade = TransportCipher(key: LockedMemory(byteCount: byteCount), by: library) != nil
        #expect(!isMade)
    }

    @Test(
        "lengths that libcrypto cannot count are refused before memory is touched",
        arguments: libraries)
    func refusesImpossibleLengths(library: Library) {
        let cipher = Cipher(library)
        var byte: UInt8 = 0
        withUnsafeMutableBytes(of: &byte) {
            let base = $0.baseAddress!
            for byteCount in [-1, Int.min, Int.max, Int(Int32.max) + 17] {
                #expect(holds(!cipher.cipher.seal(base, byteCount: byteCount, counter: 0)))
                #expect(holds(!cipher.cipher.open(base, byteCount: byteCount, counter: 0)))
            }
        }
    }
}
