import Overlay
import Testing

@Suite struct RandomSourceTests {
    @Test("the kernel's source fills every byte, also beyond one call's limit")
    func fillsAll() {
        let random = SystemRandom()
        var touched = [UInt8](repeating: 0, count: 1000)
        for _ in 0..<8 {
            var buffer = [UInt8](repeating: 0, count: 1000)
            buffer.withUnsafeMutableBytes { random.fill($0) }
            for index in buffer.indices { touched[index] |= buffer[index] }
        }
        // That a byte is zero eight times happens once in 2^64.
        #expect(!touched.contains(0))
    }

    @Test("integers and keys differ from call to call")
    func differs() {
        let random = SystemRandom()
        let numbers = (0..<100).map { _ in random.next(UInt64.self) }
        #expect(Set(numbers).count == 100)
        #expect(PrivateKey(random: random).publicKey != PrivateKey(random: random).publicKey)
    }
}
