import ControlAPI
import DataPath
import Glibc

extension SwitchController {
    /// The daemon at a glance.
    package func status() async -> Status {
        let counts = await dataPath.counts()
        let uptime = ContinuousClock.now - host.started
        var status = Status()
        status.name = host.name
        status.processID = Int(getpid())
        status.uptimeSeconds = Int(uptime.components.seconds)
        status.stateDirectory = host.stateDirectory
        status.generation = UInt64(state.generation)
        status.policies = policy.sources.count
        status.networks = state.networks.count
        status.ports = tally
        status.peers = peerTally
        status.workers = 1
        status.pressure = Pressure(
            connections: counts.connectionCount, connectionsMax: connectionCountMax,
            lostEvents: counts.lostEvents)
        status.pressure.batches = counts.turnCount
        status.warnings = warnings(balanced: counts.isBalanced)
        return status
    }

    private var peerTally: PeerTally {
        let others = overlay.directory.others(than: host.name)
        let established = dataPath.overlayReport().values.count { $0.state == .established }
        return PeerTally(listed: others.count, established: established)
    }

    private var tally: PortTally {
        var tally = PortTally(open: 0, closed: 0, missing: 0)
        for port in attachedPorts {
            guard let link = links[port.device], link.isPresent else {
                tally.missing += 1
                continue
            }
            if isOpen(port, link) { tally.open += 1 } else { tally.closed += 1 }
        }
        return tally
    }

    /// What a person should look at.
    private func warnings(balanced: Bool) -> [String] {
        var warnings: [String] = []
        if let policyFault {
            warnings.append("The stored policy is not in force: \(policyFault.detail)")
        }
        for file in policy.compiled.files where file.mode == .audit {
            warnings.append(
                "Policy '\(file.name.value)' is in audit mode: what it would refuse passes.")
        }
        for test in policy.compiled.failedTests {
            warnings.append("\(test.path):\(test.position.line): \(test.message)")
        }
        for port in attachedPorts {
            guard let absence = links[port.device]?.absence else { continue }
            warnings.append("Port '\(port.device)' is missing: \(absence.detail)")
        }
        warnings += overlayWarnings
        if !balanced {
            warnings.append("The counters do not balance: a frame was lost uncounted; report this.")
        }
        return warnings
    }
}
