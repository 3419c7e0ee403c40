import ControlAPI
import DataPath
import Packet
import PolicyEngine

// After a start, and every few seconds: makes devices and state agree again.
extension SwitchController {
    /// Takes up what the last daemon left: finishes or undoes half-done changes, compiles the
    /// policy, opens the ports' devices, publishes. A device that is gone makes its port `missing`,
    /// no more.
    package func restore() async throws(Problem) {
        await beginChange()
        defer { endChange() }
        await cleanUp()
        for (index, port) in attachedPorts.enumerated() {
            let number = PortNumber(rawValue: UInt16(truncatingIfNeeded: index + 1))
            links[port.device] = PortLink(number: number, absence: .notOpenedYet)
        }
        startOverlay()
        restoreDirectory()
        renewIdentities()
        restorePolicy()
        try commit { $0.generation += 1 }
        reconnect()
        publish()
    }

    /// Lets policies speak of the hosts, now that the overlay is there, and opens the host's port.
    func takeUpOverlay() throws(Problem) {
        renewPolicy(by: try policy.recompiled(for: universe(of: numberedPorts)))
        reconnect()
    }

    /// Compiles the stored policy. One that cannot be compiled any more closes every port: nothing
    /// passes that no policy allows.
    func restorePolicy() {
        do throws(PolicyErrors) {
            replacePolicy(
                by: try PolicyBook(restoring: state.policies, for: universe(of: numberedPorts)))
        } catch {
            let error = Problem(error)
            replacePolicy(by: .empty)
            policyFault = error
            logger.critical(
                "the stored policy cannot be compiled; every port stays closed",
                metadata: ["reason": "\(error.detail)"])
        }
    }

    /// Looks after the devices: finishes removals, notices devices that went, takes up those that
    /// came back.
    package func heal() async {
        await beginChange()
        defer { endChange() }
        await cleanUp()
        let hadOverlay = overlay.isRunning
        startOverlay()
        let hasDirectory = retryDirectory()
        if overlay.isRunning != hadOverlay { try? takeUpOverlay() }
        let hasExpired = expireRules()
        let hasLost = await dropLostDevices()
        let hasFound = reconnect()
        guard hasLost || hasFound || hasDirectory || hasExpired || overlay.isRunning != hadOverlay
        else { return }
        do throws(Problem) {
            try commit { $0.generation += 1 }
        } catch {
            logger.error("cannot note a change", metadata: ["reason": "\(error.detail)"])
        }
        publish()
    }

    /// Compiles the policy again when the last day of one of its rules is over; whether it was.
    private func expireRules() -> Bool {
        guard let last = policy.compiled.nextExpiry, last < .current else { return false }
        do throws(Problem) {
            renewPolicy(by: try policy.recompiled(for: universe(of: numberedPorts)))
        } catch {
            // Nothing else changed, so the files still agree; if not, the rule is not to outlive
            // its day.
            logger.critical("the policy is void", metadata: ["reason": "\(error.detail)"])
            replacePolicy(by: .empty)
            policyFault = error
        }
        return true
    }

    /// Finishes what an attach or detach left half-done.
    private func cleanUp() async {
        for port in state.ports where port.phase != .attached && links[port.device] == nil {
            await finishRemoval(of: port)
        }
    }

    /// Tries to open every device that is missing; whether any could be.
    @discardableResult
    private func reconnect() -> Bool {
        var hasFound = false
        for port in attachedPorts {
            guard let link = links[port.device], !link.isPresent else { continue }
            do throws(Problem) {
                links[port.device] = try connect(port, as: link.number, adopting: true)
                hasFound = true
                if port.mode == .host { renewRoutes() }
                logger.info("device is back", metadata: ["device": "\(port.device)"])
            } catch {
                note(error, asAbsenceOf: port)
            }
        }
        return hasFound
    }

    /// Lets go of devices that the kernel has taken away. Their names do not matter: whoever owns
    /// the namespace may rename a device, and its port goes on.
    private func dropLostDevices() async -> Bool {
        let lost = await dataPath.counts().lost
        var hasLost = false
        for port in attachedPorts {
            guard let link = links[port.device], lost.contains(link.number) else { continue }
            note(.deviceIsGone(port.device), asAbsenceOf: port)
            await dataPath.detach(link.number)
            hasLost = true
        }
        return hasLost
    }

    /// Notes why the device is not there; tells it once.
    private func note(_ problem: Problem, asAbsenceOf port: StoredPort) {
        guard links[port.device]?.absence?.detail != problem.detail else { return }
        links[port.device]?.absence = problem
        logger.warning(
            "device is missing; it is tried again",
            metadata: ["device": "\(port.device)", "reason": "\(problem.detail)"])
    }
}

extension Problem {
    static let notOpenedYet = Problem(.unavailable, "The device is not open yet.")

    fileprivate static func deviceIsGone(_ device: String) -> Problem {
        Problem(
            .notFound, "Device '\(device)' is gone.", field: "device",
            hint: "It is taken up again when it is back; else detach the port.")
    }
}
