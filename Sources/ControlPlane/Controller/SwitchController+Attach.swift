import ControlAPI
import DataPath
import Packet
import Ports

// Attaching is one transaction: in the end the port is there and governed, or nothing is left.
extension SwitchController {
    /// Attaches the device that `request` names.
    package func attach(_ request: AttachRequest) async throws(Problem) -> ControlAPI.Port {
        await beginChange()
        defer { endChange() }
        var validation = AttachValidation(state, devices, host: host.name)
        validation.others = overlay.directory.others(than: host.name)
        var port = try validation.port(for: request)
        let number = try freeNumber()
        let book = try policy.recompiled(for: universe(of: numberedPorts + [(port, number)]))
        try commit { $0.ports.append(port) }  // the intent: a crash from here on is cleaned up
        do throws(Problem) {
            links[port.device] = try connect(port, as: number, adopting: false)
            try commit { port = $0.finishAttach(port) }
        } catch {
            await abandon(port)
            throw error
        }
        renewPolicy(by: book)
        publish()
        logger.info("port attached", metadata: ["device": "\(port.device)", "port": "\(number)"])
        return await report(port)
    }

    /// Opens the device of `port` and hands it to the data path, which passes nothing before the
    /// port is published.
    func connect(
        _ port: StoredPort, as number: PortNumber, adopting: Bool
    ) throws(Problem) -> PortLink {
        let mtu = network(port.network).mtu
        let device = try devices.open(port, mtu: mtu, adopting: adopting)
        do throws(SwitchError) {
            try dataPath.attach(device, as: number)
        } catch {
            if !adopting { try devices.remove(port) }
            throw Problem(.failed, "\(error).", field: "device")
        }
        return PortLink(number: number)
    }

    /// Takes back what an attach did before it failed. What cannot be taken back now is tried again
    /// by ``heal()``, and at the next start.
    private func abandon(_ port: StoredPort) async {
        if let link = links.removeValue(forKey: port.device) {
            await dataPath.detach(link.number)
        }
        await finishRemoval(of: port)
    }

    /// Removes the device of a port that the data path no longer has, and then its row.
    @discardableResult
    func finishRemoval(of port: StoredPort) async -> Problem? {
        do throws(Problem) {
            try devices.remove(port)
            try commit { $0.ports.removeAll { $0.device == port.device } }
            return nil
        } catch {
            logger.warning(
                "port is not removed yet",
                metadata: ["device": "\(port.device)", "reason": "\(error.detail)"])
            return error
        }
    }

    /// The lowest number that no port has, not even one that is being detached.
    func freeNumber() throws(Problem) -> PortNumber {
        let taken = Set(links.values.map(\.number.rawValue))
        let numbers = 1..<UInt16(Switch.portCountMax)
        guard let free = numbers.first(where: { !taken.contains($0) }) else {
            throw Problem(
                .conflict, "The switch has no room for another port.", field: "device",
                hint: "Detach a port that is no longer needed.")
        }
        return PortNumber(rawValue: free)
    }
}

extension StoredState {
    /// Makes `port`, whose device is open, exist for users.
    fileprivate mutating func finishAttach(_ port: StoredPort) -> StoredPort {
        generation += 1
        var port = port
        port.phase = .attached
        port.generation = generation
        ports.removeAll { $0.device == port.device }
        ports.append(port)
        return port
    }
}
