import Packet

extension IPAddress {
    /// Whether a host may have this address: no group, not unspecified, not broadcast, not
    /// loopback.
    var isHost: Bool {
        let isLoopback = isIPv4 ? low >> 24 == 0xff_ff7f : high == 0 && low == 1
        let isNobody = self == .unspecified || self == .unspecifiedIPv4 || self == .broadcastIPv4
        return !isMulticast && !isLoopback && !isNobody
    }
}
