import Glibc

/// Cuts the host's network stack off from a device that a guest uses, in both directions.
///
/// - In: everything the device brings is dropped at the ingress hook, which lies behind packet
///   sockets and before the stack, bridges and VLAN devices.
/// - Out: only frames of our packet socket, which bear ``mark``, pass the egress hook.
/// - IPv6 is disabled on the device, so that the host does not even try.
///
/// All of this belongs to the device and stays when the daemon dies. What was there before is
/// kept in the filters' handle, on the device itself, so that it can be undone after a crash.
package struct HostIsolation {
    /// SO_MARK of the frames that may leave: "vsw1".
    package static let mark: UInt32 = 0x7673_7731

    /// The device.
    package let device: DeviceName
    /// Its index, in the namespace of the thread.
    package let index: Int

    /// The isolation of the device `index`, to be established or undone.
    package init(device: DeviceName, index: Int) {
        self.device = device
        self.index = index
    }

    /// Establishes the isolation, or renews it. Must come before the link is set up.
    package func establish() throws(PortError) {
        let control = try TrafficControl(device, index: index)
        if let before = try record(control) { return try renew(control, before) }
        let before = try observe(control)
        do {
            if !before.contains(.clsact) { try control.addClsact() }
            try renew(control, before)
        } catch {
            // The failure is what the caller must hear of; what cannot be undone stays closed.
            try? undo()
            throw error
        }
    }

    /// Puts everything back as it was; does nothing when there is no isolation.
    package func undo() throws(PortError) {
        let control = try TrafficControl(device, index: index)
        guard let before = try record(control) else { return }
        if !before.contains(.up) {
            try Link(name: device, index: index).apply(LinkChange(isUp: false))
        }
        if !before.contains(.ipv6Disabled) { try IPv6Switch(device).set(disabled: false) }
        for hook in TrafficFilter.Hook.allCases {
            let entries = try control.filters(at: hook)
            for handle in Set(entries.filter(\.isOurs).map(\.handle)) {
                try control.delete(handle, at: hook)
            }
        }
        if !before.contains(.clsact), try isEmpty(control) { try control.deleteClsact() }
    }

    /// Whether both filters are in place.
    package func isEstablished() throws(PortError) -> Bool {
        let control = try TrafficControl(device, index: index)
        for hook in TrafficFilter.Hook.allCases {
            guard try control.filters(at: hook).contains(where: \.isOurs) else { return false }
        }
        return true
    }
}

extension HostIsolation {
    /// What was so before, in the low bits of our filters' handle.
    struct Before: OptionSet, Hashable {
        let rawValue: UInt32

        /// IPv6 was disabled, or not there.
        static let ipv6Disabled = Before(rawValue: 1)
        /// There was a clsact discipline.
        static let clsact = Before(rawValue: 2)
        /// The link was up.
        static let up = Before(rawValue: 4)

        /// The handle of filters that remember this: "vs" and the bits.
        var handle: UInt32 { Self.prefix | rawValue }

        fileprivate static let prefix: UInt32 = 0x7673_0000
        fileprivate static let prefixMask: UInt32 = 0xffff_0000
    }

    private func record(_ control: borrowing TrafficControl) throws(PortError) -> Before? {
        for hook in TrafficFilter.Hook.allCases {
            if let ours = try control.filters(at: hook).first(where: \.isOurs) {
                return Before(rawValue: ours.handle & ~Before.prefixMask)
            }
        }
        return nil
    }

    private func observe(_ control: borrowing TrafficControl) throws(PortError) -> Before {
        var before: Before = []
        switch try control.ingressKind() {
        case nil: break
        case "clsact": before.insert(.clsact)
        default: throw PortError(.isolate, device.text, .ingressTaken)
        }
        if try IPv6Switch(device).isDisabled() { before.insert(.ipv6Disabled) }
        if try NetworkDevice.find(device).isUp { before.insert(.up) }
        return before
    }

    private func renew(
        _ control: borrowing TrafficControl, _ before: Before
    ) throws(PortError) {
        try control.set(.dropAll, handle: before.handle)
        try control.set(.pass(mark: Self.mark), handle: before.handle)
        try IPv6Switch(device).set(disabled: true)
    }

    private func isEmpty(_ control: borrowing TrafficControl) throws(PortError) -> Bool {
        for hook in TrafficFilter.Hook.allCases {
            guard try control.filters(at: hook).isEmpty else { return false }
        }
        return true
    }
}

extension TrafficControl.Entry {
    /// Whether the switch made this filter.
    fileprivate var isOurs: Bool {
        kind == "bpf"
            && handle & HostIsolation.Before.prefixMask == HostIsolation.Before.prefix
    }
}
