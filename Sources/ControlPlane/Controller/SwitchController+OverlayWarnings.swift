import ControlAPI
import Overlay

// What a person should look at.
extension SwitchController {
    /// One sentence for each trouble of the overlay; empty when all is well, or there is none.
    var overlayWarnings: [String] {
        guard host.overlay != nil else { return [] }
        return standingWarnings + peerWarnings + ownEntryWarnings
    }

    private var standingWarnings: [String] {
        var warnings: [String] = []
        if let absence = overlay.absence {
            warnings.append("The overlay is not running: \(absence.sentence)")
        }
        if !LockedMemory.isLocked {
            warnings.append(
                "The kernel does not lock the memory of keys, which may reach the swap: raise"
                    + " RLIMIT_MEMLOCK (systemd: LimitMEMLOCK=) and restart the daemon.")
        }
        if let fault = overlay.directoryFault {
            warnings.append("The stored directory is not in force: \(fault.sentence)")
        }
        for (host, fault) in overlay.preshared.faults.sorted(by: { $0.key < $1.key }) {
            warnings.append("Host '\(host)' is not spoken to: \(fault).")
        }
        return warnings
    }

    /// Hosts that were called and never answered.
    private var peerWarnings: [String] {
        let reports = dataPath.overlayReport()
        return overlay.directory.others(than: host.name).compactMap { host in
            guard let report = overlay.numbers[host.name].flatMap({ reports[$0] }),
                report.lastReceived == nil, report.handshakes.initiationsSent > 2
            else { return nil }
            let endpoint = report.endpoint.map { " at \($0)" } ?? ""
            return "Host '\(host.name)'\(endpoint) has never answered: is it up, is this host in"
                + " its directory, and does UDP pass?"
        }
    }

    /// Ports that other hosts know otherwise: they would drop their frames.
    private var ownEntryWarnings: [String] {
        guard let own = overlay.directory.host(host.name), !own.vms.isEmpty else { return [] }
        return attachedPorts.compactMap { port in
            guard let name = port.vm,
                let vm = own.vms.first(where: { $0.name == name && $0.network == port.network })
            else { return nil }
            return port.difference(from: vm).map { what in
                "Port '\(port.device)' differs from the directory in its \(what): other hosts drop"
                    + " what VM '\(name)' sends. Correct the one or the other."
            }
        }
    }
}

extension StoredPort {
    /// In what the directory's entry of this port's VM differs; nil when in nothing that counts.
    fileprivate func difference(from vm: Directory.VM) -> String? {
        if mac != vm.mac { return "MAC address" }
        if anyAddress != vm.anyAddress || Set(addresses) != Set(vm.addresses) {
            return "IP addresses"
        }
        return labels == vm.labels ? nil : "labels"
    }
}
