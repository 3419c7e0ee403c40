import ControlPlane
import Foundation
import Testing

@Suite("ServiceNotifier")
struct ServiceNotifierTests {
    /// A bound datagram socket that waits at most a second.
    private func socket(at path: String) throws -> CInt {
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var octets = Array(path.utf8)
        if octets.first == UInt8(ascii: "@") { octets[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let size = socklen_t(2 + octets.count)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(status == 0)
        var timeout = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    private func receive(_ descriptor: CInt) -> String {
        var octets = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &octets, octets.count, 0)
        return String(decoding: octets.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test("systemd is told in its words, at a path and in the abstract namespace")
    func tells() throws {
        let temporary = try TemporaryDirectory()
        for path in ["\(temporary.path)/notify", "@vsw-\(UInt32.random(in: .min ... .max))"] {
            let descriptor = try socket(at: path)
            defer { close(descriptor) }
            let notifier = ServiceNotifier(socketPath: path)
            notifier.ready()
            #expect(receive(descriptor) == "READY=1")
            notifier.stopping()
            #expect(receive(descriptor) == "STOPPING=1")
        }
    }

    @Test("without systemd nothing happens", arguments: [nil, "", "/nowhere/at/all"])
    func staysSilent(path: String?) {
        ServiceNotifier(socketPath: path).ready()
    }
}
