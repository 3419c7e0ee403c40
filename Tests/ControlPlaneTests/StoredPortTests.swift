import ControlPlane
import Packet
import Testing

@Suite("StoredPort")
struct StoredPortTests {
    @Test("addresses and labels are read back from their stored text")
    func roundTrips() throws {
        let sample = StoredPort.sample(device: "web1")
        let addresses = try #require(StoredPort.addresses(sample.addressText))
        #expect(addresses.list == sample.addresses && !addresses.any)
        #expect(StoredPort.labels(sample.labelText) == sample.labels)
    }

    @Test("any address, and none, are told apart")
    func knowsAny() throws {
        var port = StoredPort.sample(device: "web1")
        port.anyAddress = true
        #expect(StoredPort.addresses(port.addressText)?.any == true)
        let none = try #require(StoredPort.addresses(""))
        #expect(none.list.isEmpty && !none.any)
    }

    @Test("text that is none is refused", arguments: ["10.0.0", "10.0.0.1 x", "anything"])
    func refusesAddresses(text: String) {
        #expect(StoredPort.addresses(text) == nil)
        #expect(StoredPort.labels(text) == nil)
    }

    @Test("a label without a value, and one with an equals sign in its value, are kept")
    func keepsOddLabels() {
        var port = StoredPort(device: "web1", mode: .tap, network: "default")
        port.labels = StoredPort.labels("a= b=c=d") ?? [:]
        #expect(port.labels == ["a": "", "b": "c=d"])
        #expect(port.labelText == "a= b=c=d")
    }

    @Test("a port without a VM is an uplink")
    func knowsUplinks() {
        #expect(StoredPort(device: "eth1", mode: .netdev, network: "default").isUplink)
        #expect(!StoredPort.sample(device: "web1").isUplink)
    }
}
