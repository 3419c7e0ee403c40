import Packet

/// A VXLAN header with the group policy extension (RFC 7348 §5; draft-smith-vxlan-group-policy §2):
/// which network a frame belongs to, and which group its sender.
///
/// ```
/// 0: G....I.. | 1: .D..A... | 2: group, 16 bits | 4: VNI, 24 bits | 7: reserved
/// ```
/// - Shape: the 8 bytes of the wire as one number, first byte highest.
package struct VXLANHeader: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The header, first byte highest.
    package let rawValue: UInt64

    /// The header with these bytes, whatever they say.
    @inlinable package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The header of a frame in network `vni`, sent by a member of `group`. `policyIsApplied` tells
    /// the receiver that the sender's side has judged the frame already (the A bit).
    @inlinable package init(_ vni: VNI, group: UInt16? = nil, policyIsApplied: Bool = false) {
        var bits = Self.networkIsValid | UInt64(vni.rawValue) << 8
        if let group { bits |= Self.groupIsValid | UInt64(group) << 32 }
        if policyIsApplied { bits |= Self.policyBit }
        rawValue = bits
    }

    /// The size of the header, in bytes.
    @inlinable package static var byteCount: Int { 8 }
    /// The UDP port of VXLAN (RFC 7348 §5).
    @inlinable package static var port: UInt16 { 4789 }

    /// The network; nil when the header names none (the I bit), and the packet must be dropped. The
    /// bits that RFC 7348 reserves are ignored, as it demands of receivers.
    @inlinable package var vni: VNI? {
        guard rawValue & Self.networkIsValid != 0 else { return nil }
        return VNI(rawValue: UInt32(truncatingIfNeeded: rawValue >> 8) & 0xff_ffff)
    }
    /// The sender's group, if the header tells one (the G bit).
    @inlinable package var group: UInt16? {
        rawValue & Self.groupIsValid != 0 ? UInt16(truncatingIfNeeded: rawValue >> 32) : nil
    }
    /// Whether the sender's side has applied its policy (the A bit). Means nothing without a group.
    @inlinable package var policyIsApplied: Bool { rawValue & Self.policyBit != 0 }

    @inlinable static var networkIsValid: UInt64 { 0x08 << 56 }
    @inlinable static var groupIsValid: UInt64 { 0x80 << 56 }
    @inlinable static var policyBit: UInt64 { 0x08 << 48 }
}
