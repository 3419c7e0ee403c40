import Packet
import Telemetry

extension DropReason {
    /// The reason under which a frame with `fault` is counted; `fault` must not be `.none`.
    init(_ fault: FrameFault) {
        switch fault {
        case .none, .runt: self = .runt
        case .oversized: self = .oversized
        case .virtioHeader: self = .virtioHeader
        case .vlanTagged: self = .vlanTagged
        case .etherType: self = .etherType
        case .sourceMAC: self = .sourceMAC
        case .arp: self = .arp
        case .ipv4Header: self = .ipv4Header
        case .ipv6Header: self = .ipv6Header
        case .transportHeader: self = .transportHeader
        case .icmp: self = .icmp
        case .fragment: self = .fragment
        }
    }
}
