import Packet
import Telemetry

extension PortSecurity {
    /// Why a neighbour discovery message (RFC 4861), whose source address is sound, must be
    /// dropped.
    static func discoveryFault(
        _ frame: borrowing ParsedFrame, _ bytes: RawSpan, _ binding: BindingView
    ) -> DropReason? {
        guard let message = frame.neighborDiscovery(in: bytes) else { return .spoofedND }
        let hasSource = frame.fiveTuple.source != .unspecified
        let isOwnSource = (message.sourceLinkLayer ?? binding.mac) == binding.mac
        let isOwnTarget = (message.targetLinkLayer ?? binding.mac) == binding.mac
        switch message.kind {
        case .routerAdvertisement, .redirect:
            // The target of a redirect is another station, and so is its link-layer address.
            if !binding.mayRoute { return .rogueRouter }
            return isOwnSource ? nil : .spoofedND
        case .routerSolicitation:
            return isOwnSource && isOwnTarget ? nil : .spoofedND
        case .neighborSolicitation:
            // Without a source it asks whether anyone has an address that it is about to take.
            let isOwn = hasSource || binding.mayClaim(message.target)
            return isOwn && isOwnSource && isOwnTarget ? nil : .spoofedND
        case .neighborAdvertisement:
            let isOwn = hasSource && binding.mayClaim(message.target)
            return isOwn && isOwnSource && isOwnTarget ? nil : .spoofedND
        }
    }
}
