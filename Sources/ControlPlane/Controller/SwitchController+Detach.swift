import ControlAPI
import DataPath
import Packet

// Detaching: out of the policy and the data path first, then the device.
extension SwitchController {
    /// Detaches the port on `device` and undoes what attaching did to the device.
    package func detach(_ device: String) async throws(Problem) {
        await beginChange()
        defer { endChange() }
        let (port, link) = try attachedPort(device)
        if port.mode == .host {
            throw Problem(
                .conflict, "'\(device)' is the host's own port: it exists as long as the overlay.",
                field: "device", hint: "To close it, let no policy select 'label vswitch/host'.")
        }
        let others = numberedPorts.filter { $0.0.device != device }
        let book = try policy.recompiled(for: universe(of: others))
        try commit { $0.beginDetach(device) }
        renewPolicy(by: book)
        publish()
        await dataPath.detach(link.number)
        links[device] = nil
        denials.forget(link.number)
        if let problem = await finishRemoval(of: port) { throw problem }
        logger.info("port detached", metadata: ["device": "\(device)"])
    }
}

extension StoredState {
    /// Takes the port on `device` away from users; the row stays until the device is taken down.
    fileprivate mutating func beginDetach(_ device: String) {
        generation += 1
        for index in ports.indices where ports[index].device == device {
            ports[index].phase = .detaching
        }
    }
}
