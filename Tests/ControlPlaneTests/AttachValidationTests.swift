import ControlAPI
import ControlPlane
import Packet
import Testing

/// What is wrong with an attach request, where, and what is told about it.
private struct Refusal: Sendable, CustomTestStringConvertible {
    let request: AttachRequest
    let status: Int
    let field: String
    let words: String

    /// A request for the TAP `a` of VM `a`, made wrong by `change`.
    init(
        _ status: Int, _ field: String, _ words: String,
        _ change: (inout AttachRequest) -> Void
    ) {
        var request = AttachRequest(device: "a", vm: "a")
        change(&request)
        self.request = request
        self.status = status
        self.field = field
        self.words = words
    }

    var testDescription: String { "\(field): \(words)" }

    /// A request for an uplink on `eth2`, made wrong by `change`.
    static func uplink(
        _ status: Int, _ field: String, _ words: String,
        _ change: (inout AttachRequest) -> Void
    ) -> Refusal {
        Refusal(status, field, words) { request in
            request = AttachRequest(device: "eth2")
            request.uplink = true
            change(&request)
        }
    }
}

@Suite("AttachValidation")
struct AttachValidationTests {
    /// Ports db1 and web1 and an uplink eth1 exist; so do the free devices veth0, jumbo0 and eth2.
    private func port(for request: AttachRequest) throws(Problem) -> StoredPort {
        let devices = FakeDevices()
        for device in ["db1", "web1", "eth1", "veth0", "eth2"] { devices.add(device) }
        devices.add("jumbo0", mtu: 9000)
        devices.add("small0", mtu: 1400)
        return try AttachValidation(.sample, devices, host: "hv1").port(for: request)
    }

    private static let mac = "52:54:00:00:00:77"

    private static let refusals = [
        Refusal(501, "mode", "vhost-user") { $0.mode = .vhostUser },
        Refusal(400, "vlan", "uplinks") { $0.vlan = 7 },
        Refusal(409, "device", "already attached") { $0.device = "web1" },
        Refusal(404, "network", "no network 'red'") { $0.network = "red" },
        Refusal(404, "netns", "namespace") { $0.netns = "nowhere" },
        Refusal(400, "vm", "whose port") { $0.vm = nil },
        Refusal(400, "vm", "name of a VM") { $0.vm = "a b" },
        Refusal(400, "vm", "name of a VM") { $0.vm = "" },
        Refusal(404, "device", "no device") { $0.mode = .netdev },
        Refusal(409, "device", "exists already") { ($0.device, $0.mode) = ("veth0", .tap) },
        Refusal(400, "mac", "required") { $0.device = "veth0" },
        Refusal(409, "device", "MTU of 9000") { ($0.device, $0.mac) = ("jumbo0", mac) },
        .uplink(501, "vlan", "VLAN") { $0.vlan = 7 },
        .uplink(400, "vm", "uplink") { $0.vm = "a" },
        .uplink(400, "mac", "uplink") { $0.mac = mac },
        .uplink(400, "ip", "uplink") { $0.ip = ["any"] },
        .uplink(400, "labels", "uplink") { $0.labels = ["a": "b"] },
        .uplink(400, "mode", "'netdev'") { ($0.device, $0.mode) = ("eth9", .tap) },
        .uplink(404, "device", "no device") { $0.device = "eth9" },
        .uplink(409, "device", "MTU of 1400") { $0.device = "small0" },
    ]

    private static let addressRefusals = [
        Refusal(400, "mac", "not a MAC") { $0.mac = "52:54:00" },
        Refusal(400, "mac", "group bit") { $0.mac = "01:00:5e:00:00:01" },
        Refusal(400, "mac", "zero") { $0.mac = "00:00:00:00:00:00" },
        Refusal(409, "mac", "already bound to device 'db1'") { $0.mac = "52:54:00:00:00:01" },
        Refusal(400, "ip.0", "not an IP") { $0.ip = ["10.0.0"] },
        Refusal(400, "ip.0", "not an IP") { $0.ip = ["10.0.0.9/24"] },
        Refusal(400, "ip.1", "twice") { $0.ip = ["::2", "::2"] },
        Refusal(400, "ip.1", "alone") { $0.ip = ["10.9.9.9", "any"] },
        Refusal(400, "ip.0", "of a host") { $0.ip = ["224.0.0.1"] },
        Refusal(400, "ip.0", "of a host") { $0.ip = ["ff02::1"] },
        Refusal(400, "ip.0", "of a host") { $0.ip = ["0.0.0.0"] },
        Refusal(400, "ip.0", "of a host") { $0.ip = ["255.255.255.255"] },
        Refusal(400, "ip.0", "of a host") { $0.ip = ["127.0.0.1"] },
        Refusal(400, "ip.0", "of a host") { $0.ip = ["::1"] },
        Refusal(409, "ip.1", "bound to device 'db1'") { $0.ip = ["10.9.9.9", "10.0.0.1"] },
        Refusal(400, "labels.a b", "cannot stand") { $0.labels = ["a b": "c"] },
        Refusal(400, "labels.role", "cannot stand") { $0.labels = ["role": ""] },
    ]

    @Test(
        "a bad request is refused with status, field and a sentence",
        arguments: refusals + addressRefusals)
    private func refuses(refusal: Refusal) {
        let problem = #expect(throws: Problem.self) { try port(for: refusal.request) }
        #expect(problem?.status == refusal.status)
        #expect(problem?.field == refusal.field)
        #expect(problem?.detail.contains(refusal.words) == true, "\(problem?.detail ?? "")")
    }

    @Test("a device that does not exist becomes a TAP with a MAC address that stays the same")
    func makesTAP() throws {
        var request = AttachRequest(device: "tap9", vm: "vm9", ip: ["10.0.0.9"])
        request.netns = "g9"
        let port = try port(for: request)
        #expect(port.mode == .tap && port.namespace == "g9" && port.network == "default")
        let mac = try #require(port.mac)
        #expect(mac.isUnicast && mac.rawValue >> 40 & 2 == 2, "locally administered")
        let again = try self.port(for: request)
        #expect(again.mac == mac)
        let other = try self.port(for: AttachRequest(device: "tap9", vm: "vm8"))
        #expect(other.mac != mac)
        #expect(port.phase == .attaching, "it is not there before it is opened")
    }

    @Test("a device that exists is attached as it is")
    func takesNetdev() throws {
        var request = AttachRequest(device: "veth0", vm: "a", ip: ["any"])
        request.mac = Self.mac
        let port = try port(for: request)
        #expect(port.mode == .netdev && port.anyAddress && port.addresses.isEmpty)
        #expect(port.mac == MACAddress(Self.mac))
    }

    @Test("an uplink may carry larger packets than its network, and needs nothing else")
    func takesUplink() throws {
        var request = AttachRequest(device: "jumbo0")
        request.uplink = true
        let port = try port(for: request)
        #expect(port.isUplink && port.mac == nil && port.mode == .netdev)
    }

    @Test("the same addresses may be bound in another network")
    func separatesNetworks() throws {
        var request = AttachRequest(
            device: "tap9", vm: "a", network: "blue", ip: ["10.0.0.1"])
        request.mac = "52:54:00:00:00:01"
        request.labels = ["role": "db", "vswitch/router": "yes"]
        let port = try port(for: request)
        #expect(port.network == "blue" && port.labels.count == 2)
    }
}
