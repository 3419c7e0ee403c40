import Packet

/// Changes to a network device, sent to the kernel as one request: all of it or nothing.
package struct LinkChange {
    /// The new hardware address.
    package var mac: MACAddress?
    /// The new MTU, in bytes.
    package var mtu: Int?
    /// The new state.
    package var isUp: Bool?
    /// Whether the device forms an IPv6 address of link scope by itself (RFC 4862 §5.3).
    package var generatesAddress: Bool?

    /// A change of what is not nil.
    package init(
        mac: MACAddress? = nil, mtu: Int? = nil, isUp: Bool? = nil, generatesAddress: Bool? = nil
    ) {
        self.mac = mac
        self.mtu = mtu
        self.isUp = isUp
        self.generatesAddress = generatesAddress
    }
}
