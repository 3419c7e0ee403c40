/// The group of a VM as frames between hosts carry it, in the 16 bits of the VXLAN group policy
/// field (draft-smith-vxlan-group-policy-05 §2.1).
///
/// Two hosts never speak about groups: both derive the tag from the labels of the VM, the sender
/// from its port, the receiver from its directory, and a frame passes only when both mean the same
/// ones. The tag names labels, it does not entitle: policies are judged by the directory's labels.
package enum GroupTag {
    /// The tag of a VM with these labels: never 0, which stands for no group.
    ///
    /// The 64 bits of FNV-1a over the labels in the order of their keys, folded to 16 by exclusive
    /// or (draft-eastlake-fnv §3); 0 becomes 1.
    package static func of(_ labels: [String: String]) -> UInt16 {
        var digest = FNV1a()
        for key in labels.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            digest.add([key, labels[key] ?? ""])
        }
        let value = digest.value
        let folded = value ^ value >> 16 ^ value >> 32 ^ value >> 48
        return max(UInt16(truncatingIfNeeded: folded), 1)
    }
}
