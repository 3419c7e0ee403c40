import DataPath
import Packet
import Testing

@Suite struct LearningTableTests {
    private let mac = MACAddress(rawValue: 0x0200_0000_0001)
    private let red = VNI(rawValue: 1).unsafelyUnwrapped
    private let blue = VNI(rawValue: 2).unsafelyUnwrapped
    private let near = PortNumber(rawValue: 3)
    private let far = PortNumber(rawValue: 4)

    @Test("an address is found where it was last heard, in its own network only")
    func learns() {
        var table = LearningTable(secret: 1)
        #expect(table.learn(mac, red, behind: near, now: 1) == .new)
        #expect(table.learn(mac, red, behind: near, now: 2) == .known)
        #expect(table.learn(mac, red, behind: far, now: 3) == .moved)
        #expect(table.port(of: mac, red, now: 4) == far)
        #expect(table.port(of: mac, blue, now: 4) == nil)
    }

    @Test("an address is forgotten 300 s after it was last heard, and with its port")
    func ages() {
        var table = LearningTable(secret: 1)
        _ = table.learn(mac, red, behind: near, now: 1)
        #expect(table.port(of: mac, red, now: 1 + LearningTable.ageMax) == near)
        #expect(table.port(of: mac, red, now: 2 + LearningTable.ageMax) == nil)
        _ = table.learn(mac, red, behind: far, now: 10)
        table.forget(near)
        #expect(table.port(of: mac, red, now: 11) == far)
        table.forget(far)
        #expect(table.port(of: mac, red, now: 11) == nil)
    }

    @Test("a million addresses leave at most 8,192 behind")
    func isBounded() {
        var table = LearningTable(secret: 0x1234_5678_9abc_def1)
        for number in 1...1_000_000 as ClosedRange<UInt64> {
            _ = table.learn(MACAddress(rawValue: number), red, behind: near, now: number)
        }
        let kept = (1...1_000_000 as ClosedRange<UInt64>).count {
            table.port(of: MACAddress(rawValue: $0), red, now: 1_000_000) != nil
        }
        #expect(kept <= LearningTable.capacity)
        #expect(kept > LearningTable.capacity / 2)
    }
}
