import ControlPlane
import Overlay
import Packet
import Testing

@Suite("DirectoryCheck")
struct DirectoryCheckTests {
    private static let keys = SampleDirectory.keys

    /// A host that lacks nothing.
    private static func host(_ name: String, _ number: Int) -> Directory.Host {
        var host = Directory.Host(name: name)
        host.publicKeys = [keys[number - 1]]
        host.address = IPAddress("10.98.0.\(number)")
        host.endpoint = UnderlayAddress("192.0.2.\(number):51820")
        return host
    }

    private static func faults(
        _ hosts: [Directory.Host], _ context: DirectoryContext = SampleDirectory.context
    ) -> [String] {
        DirectoryCheck(Directory(hosts), context).faults.map {
            "\($0.place.words.dropFirst().joined(separator: ".")): \($0.message) | \($0.hint)"
        }
    }

    /// The faults of two good hosts once `change` has happened to the second.
    private static func faults(
        after change: (inout Directory.Host) -> Void
    ) -> [String] {
        var second = host("hv3", 3)
        change(&second)
        return faults([host("hv2", 2), second])
    }

    @Test("a directory of complete hosts has no faults, nor has one that lists this host")
    func passesTheGood() {
        #expect(Self.faults([Self.host("hv2", 2), Self.host("hv3", 3)]).isEmpty)
        #expect(Self.faults([Self.host("hv1", 1), Self.host("hv2", 2)]).isEmpty)
        #expect(Self.faults([Directory.Host(name: "hv1")]).isEmpty)
    }

    @Test("another host needs a key, an address, and an endpoint unless it roams")
    func wantsTheNecessary() {
        #expect(
            Self.faults { $0.publicKeys = [] }.first?.hasPrefix(
                "hv3: host `hv3` has no `public-key`")
                == true)
        #expect(
            Self.faults { $0.address = nil }.first?.hasPrefix("hv3: host `hv3` has no `address`")
                == true)
        #expect(
            Self.faults { $0.endpoint = nil }.first?.hasPrefix("hv3: host `hv3` has no `endpoint`")
                == true)
        let roaming = Self.faults {
            $0.endpoint = nil
            $0.roams = true
        }
        #expect(roaming.isEmpty)
    }

    @Test("two hosts share neither key nor address nor endpoint")
    func findsTwins() {
        #expect(
            Self.faults { $0.publicKeys = [Self.keys[1]] }.first?.hasPrefix(
                "hv3.public-key.0: host `hv2` has the same key") == true)
        #expect(
            Self.faults { $0.address = IPAddress("10.98.0.2") }.first?.hasPrefix(
                "hv3.address: host `hv2` has the same address 10.98.0.2") == true)
        #expect(
            Self.faults { $0.endpoint = UnderlayAddress("192.0.2.2:51820") }.first?.hasPrefix(
                "hv3.endpoint: host `hv2` has the same endpoint") == true)
        #expect(
            Self.faults { $0.publicKeys += $0.publicKeys }.first?.hasPrefix(
                "hv3.public-key.1: the key stands twice") == true)
    }

    @Test("no other host has this host's key or address")
    func findsImpostors() {
        #expect(
            Self.faults { $0.publicKeys.append(Self.keys[0]) }.first?.hasPrefix(
                "hv3.public-key.1: this is the key of this host, `hv1`") == true)
        #expect(
            Self.faults { $0.address = IPAddress("10.98.0.1") }.first?.hasPrefix(
                "hv3.address: 10.98.0.1 is the overlay address of this host") == true)
    }

    @Test("the entry of this host's name must be true of it")
    func checksOwnEntry() {
        var own = Self.host("hv1", 1)
        own.publicKeys = [Self.keys[3]]
        own.address = IPAddress("10.98.0.7")
        let faults = Self.faults([own])
        #expect(faults.count == 2)
        #expect(faults.first?.contains("that is none of its keys") == true)
        #expect(faults.last?.contains("whose overlay address is 10.98.0.1, not 10.98.0.7") == true)
        var keyless = SampleDirectory.context
        keyless.publicKeys = []
        #expect(
            Self.faults([own], keyless).first?.contains("`vswctl overlay keygen`") == true)
    }

    @Test("both keys of a rotation are this host's")
    func takesBothOwnKeys() {
        var own = Self.host("hv1", 1)
        own.publicKeys = [Self.keys[3], Self.keys[0]]
        var context = SampleDirectory.context
        context.publicKeys = own.publicKeys
        #expect(Self.faults([own], context).isEmpty)
    }

    @Test("overlay addresses are of one family: this host's, else the first one's")
    func refusesMixedFamilies() {
        let faults = Self.faults { $0.address = IPAddress("fd98::3") }
        #expect(faults.first?.contains("fd98::3 is IPv6, but this host has IPv4") == true)
        var second = Self.host("hv3", 3)
        second.address = IPAddress("fd98::3")
        var elsewhere = SampleDirectory.context
        elsewhere.address = nil
        #expect(
            Self.faults([Self.host("hv2", 2), second], elsewhere).first?.contains(
                "fd98::3 is IPv6, but the hosts above have IPv4") == true)
    }

    @Test(
        "an endpoint is of a family that this host listens in",
        arguments: [
            ("0.0.0.0:51820", "[2001:db8::3]:51820", false),
            ("[::]:51820", "192.0.2.3:51820", true),
            ("[::]:51820", "[2001:db8::3]:51820", true),
            ("[2001:db8::1]:51820", "192.0.2.3:51820", false),
            ("192.0.2.1:51820", "192.0.2.3:51820", true),
        ])
    func checksEndpointFamily(listen: String, endpoint: String, isGood: Bool) {
        var context = SampleDirectory.context
        context.listen = UnderlayAddress(listen)
        var host = Self.host("hv3", 3)
        host.endpoint = UnderlayAddress(endpoint)
        #expect(Self.faults([host], context).isEmpty == isGood)
    }

    @Test("more hosts than there are numbers are refused")
    func countsHosts() {
        let hosts = (0...1_024).map { number in
            var host = Directory.Host(name: "h\(number)")
            var bytes = [UInt8](repeating: 7, count: 32)
            (bytes[0], bytes[1]) = (UInt8(number >> 8), UInt8(number & 255))
            host.publicKeys = [PublicKey(bytes: bytes)!]
            host.address = IPAddress(high: 0, low: 0xffff_0a00_0100 + UInt64(number))
            host.roams = true
            return host
        }
        #expect(
            Self.faults(hosts).map { $0.prefix(34) }
                == [": the directory has 1025 other hosts"].map { $0.prefix(34) })
        #expect(Self.faults(Array(hosts.dropLast())).isEmpty)
    }
}
