import Packet
import Telemetry

extension PortSecurity {
    /// Why an ARP message (RFC 826) must be dropped.
    ///
    /// An announcement (RFC 5227 §3) names one address as sender and target: so it may only be an
    /// own one.
    static func arpFault(
        _ frame: borrowing ParsedFrame, _ bytes: RawSpan, _ binding: BindingView
    ) -> DropReason? {
        guard binding.mayUseIPv4, let packet = frame.arp(in: bytes),
            packet.senderHardware == binding.mac
        else { return .spoofedARP }
        // A probe (RFC 5227 §2.1.1) has no sender yet; it may only ask for an own address.
        let claimed = packet.isProbe ? packet.targetProtocol : packet.senderProtocol
        return binding.mayClaim(IPAddress(claimed)) ? nil : .spoofedARP
    }
}
