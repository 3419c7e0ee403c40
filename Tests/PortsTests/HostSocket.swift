import Foundation

/// A blocking socket with time limits, bound to an address of its host.
final class HostSocket: Sendable {
    let descriptor: CInt
    let isIPv6: Bool

    init(_ descriptor: CInt, isIPv6: Bool, number: Int) {
        self.descriptor = descriptor
        self.isIPv6 = isIPv6
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        let byteCount = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, byteCount)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, byteCount)
        _ = withName(number, port: 0) { Glibc.bind(descriptor, $0, $1) }
    }

    deinit { close(descriptor) }

    /// The port that the socket is bound to.
    var port: UInt16 {
        var name = sockaddr_in6()
        var byteCount = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &byteCount)
            }
        }
        return UInt16(bigEndian: name.sin6_port)
    }

    func set(_ level: CInt, _ option: CInt, _ value: CInt) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, 4) == 0
    }

    func connect(to number: Int, port: UInt16) -> Bool {
        withName(number, port: port) { Glibc.connect(descriptor, $0, $1) } == 0
    }

    func send(_ bytes: [UInt8]) -> Int {
        Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    func receive(_ byteCount: Int = 70_000) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = recv(descriptor, &bytes, byteCount, 0)
        return count < 0 ? nil : Array(bytes[..<count])
    }

    private func withName(
        _ number: Int, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var storage = sockaddr_storage()
        return withUnsafeMutableBytes(of: &storage) { bytes in
            let family = sa_family_t(isIPv6 ? AF_INET6 : AF_INET)
            bytes.storeBytes(of: family, as: sa_family_t.self)
            bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            let octets: [UInt8] =
                isIPv6
                ? [0xfd, 0x98] + [UInt8](repeating: 0, count: 13) + [UInt8(number)]
                : [10, 98, 0, UInt8(number)]
            for (index, octet) in octets.enumerated() { bytes[(isIPv6 ? 8 : 4) + index] = octet }
            let name = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return body(name, isIPv6 ? 28 : 16)
        }
    }
}
