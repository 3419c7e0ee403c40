import CLinux
import Packet

extension UnderlayAddress {
    /// The address that the system calls gave.
    @inline(__always) init(_ address: vsw_udp_address) {
        self.init(IPAddress(high: address.high, low: address.low), port: address.port)
    }

    /// The address for the system calls.
    @inline(__always) var system: vsw_udp_address {
        vsw_udp_address(high: address.high, low: address.low, port: port)
    }
}
