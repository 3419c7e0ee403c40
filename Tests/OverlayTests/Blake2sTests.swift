import Overlay
import Testing

@Suite struct Blake2sTests {
    @Test("the vector of RFC 7693 appendix B is met")
    func matchesRFC7693() {
        let hash = Blake2s.hash(Array("abc".utf8).raw)
        let expected = "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
        #expect(hash.bytes.array == bytes(expected))
    }

    @Test("texts of 0 to 299 bytes hash as Python's hashlib hashes them")
    func hashesAsOthersDo() {
        let all = (0..<300).flatMap { count in
            let text = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
            return Blake2s.hash(text.raw).bytes.array
        }
        let expected = "c483bc6278408ac63a7af18327709fd3419b43ae36bf65f01a73a4f4a1826c58"
        #expect(Blake2s.hash(all.raw).bytes.array == bytes(expected))
    }

    @Test("two parts hash as one text")
    func hashesParts() {
        let text = [UInt8](0..<200)
        for split in [0, 1, 63, 64, 65, 199, 200] {
            let parts = Blake2s.hash(Array(text[..<split]).raw, Array(text[split...]).raw)
            #expect(holds(parts.equals(Blake2s.hash(text.raw))), "split at \(split)")
        }
    }
}
