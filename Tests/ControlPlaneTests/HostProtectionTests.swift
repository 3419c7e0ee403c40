import ControlPlane
import Testing

@Suite("HostProtection")
struct HostProtectionTests {
    @Test("every service is stopped both ways, on all devices but the overlay's and the loopback")
    func protectsAll() {
        let text = HostProtection(devices: [], hostPort: "vsw-host0").text
        for (_, proto, ports) in HostProtection.services {
            let match = "!= { \"lo\", \"vsw-host0\" } \(proto) dport { \(ports) } counter"
            #expect(text.contains("iifname \(match) drop"))
            #expect(text.contains("oifname \(match) reject"))
        }
        #expect(text.contains("tcp dport { 49152-49215 }"))
        #expect(text.contains("tcp dport { 16509, 16514 }"))
    }

    @Test("named devices are the only ones that are watched")
    func protectsNamed() {
        let text = HostProtection(devices: ["eth0", "bond1"], hostPort: "vsw-host0").text
        #expect(text.contains("iifname { \"eth0\", \"bond1\" } tcp dport"))
        #expect(!text.contains("!="))
    }
}
