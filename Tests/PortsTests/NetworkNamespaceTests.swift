import Foundation
import Ports
import Testing

struct NetworkNamespaceTests {
    @Test("work is done inside, by name or by path, and the thread comes back, also after an error")
    func comesBack() throws {
        let rig = try NetworkRig()
        let name = try rig.makeNamespace()
        let device = try DeviceName("test")
        let own = try Self.identity()
        for text in [name, "/run/netns/\(name)"] {
            let namespace = NetworkNamespace(name: text)
            let inner = try NetworkNamespace.inside(namespace, for: device) {
                () throws(PortError) in
                (try? Self.identity()) ?? ""
            }
            #expect(inner != own && !inner.isEmpty)
            #expect(try Self.identity() == own)
            #expect(throws: PortError(.detach, "x", .busy)) {
                try NetworkNamespace.inside(namespace, for: device) { () throws(PortError) in
                    throw PortError(.detach, "x", .busy)
                }
            }
            #expect(try Self.identity() == own)
        }
    }

    @Test("nil is where the thread is")
    func staysHere() throws {
        let own = try Self.identity()
        let inner = try NetworkNamespace.inside(nil, for: DeviceName("test")) {
            () throws(PortError) in
            (try? Self.identity()) ?? ""
        }
        #expect(inner == own)
    }

    @Test(
        "what is no namespace is missing",
        arguments: [
            "vswt-none", "", ".", "..", "a/b", "/vswt-none", "/etc/hostname",
        ])
    func isMissing(name: String) throws {
        let device = try DeviceName("tap0")
        #expect(throws: PortError(.enterNamespace, "tap0", .namespaceMissing(name))) {
            try NetworkNamespace.inside(NetworkNamespace(name: name), for: device) {}
        }
    }

    private static func identity() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
    }
}
