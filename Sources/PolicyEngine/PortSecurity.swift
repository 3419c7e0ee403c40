public import Packet
public import Telemetry

/// Holds what a frame says of its sender against what is bound to the port it came from.
///
/// Step 4 of the frame's way, before any table is touched: a guest that lies about itself leaves
/// nothing behind. Runs once for each frame: no allocation, no lock, no reference counting.
public enum PortSecurity {
    /// Why the frame must be dropped; nil when its sender is who the port is bound to.
    ///
    /// - Parameters:
    ///   - frame: the frame's headers, read without a fault.
    ///   - bytes: the frame.
    ///   - binding: what is bound to the port that it came from.
    public static func fault(
        _ frame: borrowing ParsedFrame, _ bytes: RawSpan, _ binding: BindingView
    ) -> DropReason? {
        guard frame.sourceMAC == binding.mac else { return .spoofedMAC }
        if frame.kind == .arp { return arpFault(frame, bytes, binding) }
        guard isSourceSound(frame, binding) else { return .spoofedIP }
        if frame.kind == .neighborDiscovery { return discoveryFault(frame, bytes, binding) }
        if frame.isDHCPFromServer, !binding.mayServeDHCP { return .rogueDHCP }
        if isRouterMessage(frame), !binding.mayRoute { return .rogueRouter }
        return nil
    }

    private static func isSourceSound(
        _ frame: borrowing ParsedFrame, _ binding: BindingView
    ) -> Bool {
        let source = frame.fiveTuple.source
        guard source.isIPv4 ? binding.mayUseIPv4 : binding.mayUseIPv6 else { return false }
        if source == .unspecifiedIPv4 {
            // A DHCP client that has no address yet (RFC 2131 §4.1).
            guard frame.isDHCPFromClient, !frame.isFragment else { return false }
            return frame.fiveTuple.destination == .broadcastIPv4
        }
        if source == .unspecified {
            // Duplicate address detection and router solicitation (RFC 4862 §5.4.2, RFC 4861
            // §4.1), judged as discovery; listener reports before an address (RFC 3590 §4).
            let kind = frame.kind
            return kind == .neighborDiscovery || kind == .multicastControl
        }
        return binding.mayClaim(source)
    }

    /// ICMP for IPv4 by which a guest could turn its neighbours' traffic to itself: redirect
    /// (RFC 792) and router advertisement (RFC 1256).
    private static func isRouterMessage(_ frame: borrowing ParsedFrame) -> Bool {
        guard frame.kind == .icmpOther, frame.service.ipProtocol == .icmp else { return false }
        let type = frame.service.detail >> 8
        return type == 5 || type == 9
    }
}
