import CLinux
import Glibc
import Ports

/// A TAP device as a VM monitor holds it that took no offloads: whatever is written to the network
/// device comes out of the descriptor segmented and with its checksums, by the kernel.
final class PlainTAP {
    private let descriptor: CInt
    private var buffer = [UInt8](repeating: 0, count: 70_000)

    init(_ name: String, in namespace: String) throws {
        let opened = try NetworkRig.inside(namespace) { () throws(PortError) in vsw_tun_open() }
        guard opened >= 0, vsw_tap_attach(opened, name, 1) == 0 else {
            throw NetworkRig.Failure(description: "no TAP device \(name)")
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Everything that comes out until nothing does for a moment; without virtio-net headers.
    func readAll(expected: Int) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while true {
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&interest, 1, frames.count < expected ? 2_000 : 0) == 1 else {
                return frames
            }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 10 else { return frames }
            frames.append(Array(buffer[10..<count]))
        }
    }
}
