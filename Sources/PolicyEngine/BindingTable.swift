public import Packet

/// The bindings of a switch's ports in memory of their own, as workers read them.
public struct BindingTable: ~Copyable, Sendable {
    private let views: TableStorage<BindingView>
    private let addresses: TableStorage<IPAddress>

    /// A copy of `bindings`.
    public init(_ bindings: [PortNumber: PortBinding]) {
        let sorted = bindings.sorted { $0.key.rawValue < $1.key.rawValue }
        let addresses = TableStorage(sorted.flatMap(\.value.addresses))
        var views: [BindingView] = []
        var offset = 0
        for (port, binding) in sorted {
            while views.count < port.index {
                unsafe views.append(BindingView(PortBinding(mac: .zero), addresses.base))
            }
            unsafe views.append(BindingView(binding, addresses.base + offset))
            offset += binding.addresses.count
        }
        self.views = TableStorage(views)
        self.addresses = addresses
    }

    /// The binding of `port`, valid as long as this table lives; nil when the port has none.
    public func view(of port: PortNumber) -> BindingView? {
        guard port.index < views.count else { return nil }
        let view = unsafe views.base[port.index]
        return view.mac == .zero ? nil : view
    }
}

/// One port's binding: a view into a ``BindingTable``, which must outlive it.
///
/// `@safe`: the table alone makes views, over addresses that it owns.
@safe @frozen public struct BindingView: BitwiseCopyable {
    /// The bound MAC address.
    public let mac: MACAddress
    /// The link-local address that a host forms from ``mac``.
    @usableFromInline let linkLocal: IPAddress
    @usableFromInline let addresses: UnsafePointer<IPAddress>?
    @usableFromInline let addressCount: Int
    /// Whether every unicast address may be used.
    public let anyAddress: Bool
    /// Whether the port may speak IPv4 at all: an IPv4 address is bound, or every one may be used.
    public let mayUseIPv4: Bool
    /// Whether the port may speak IPv6 at all.
    public let mayUseIPv6: Bool
    /// Whether the port may answer DHCP clients.
    public let mayServeDHCP: Bool
    /// Whether the port may act as a router.
    public let mayRoute: Bool

    /// The binding of nobody: no frame conforms to it.
    public static var nothing: BindingView { unsafe BindingView(PortBinding(mac: .zero), nil) }

    /// - Parameter addresses: a copy of the binding's addresses.
    init(_ binding: PortBinding, _ addresses: UnsafePointer<IPAddress>?) {
        mac = binding.mac
        linkLocal = .linkLocal(binding.mac)
        unsafe self.addresses = addresses
        addressCount = binding.addresses.count
        anyAddress = binding.anyAddress
        mayUseIPv4 = binding.anyAddress || binding.addresses.contains(where: \.isIPv4)
        mayUseIPv6 = binding.anyAddress || binding.addresses.contains { !$0.isIPv4 }
        mayServeDHCP = binding.mayServeDHCP
        mayRoute = binding.mayRoute
    }

    /// Whether `address` is bound to the port: given for it, or the link-local address of its MAC
    /// if it may speak IPv6. Its cost grows with the number of bound addresses alone.
    @inlinable public func isBound(_ address: IPAddress) -> Bool {
        for index in 0..<addressCount where unsafe addresses.unsafelyUnwrapped[index] == address {
            return true
        }
        return mayUseIPv6 && address == linkLocal
    }

    /// Whether the port may call `address` its own: it is bound, or every unicast one may be used.
    @inlinable public func mayClaim(_ address: IPAddress) -> Bool {
        isBound(address) || (anyAddress && address.isHost)
    }
}

// SAFETY: nothing writes to the addresses after the table was made (TableStorage).
extension BindingView: @unchecked Sendable {}

extension IPAddress {
    /// Whether a host on a link can have this address: not multicast, broadcast, loopback
    /// (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), nor unspecified.
    @usableFromInline var isHost: Bool {
        if isMulticast { return false }
        guard isIPv4 else { return high != 0 || low > 1 }
        let firstOctet = low >> 24 & 0xff
        return firstOctet != 0 && firstOctet != 127 && self != .broadcastIPv4
    }
}
