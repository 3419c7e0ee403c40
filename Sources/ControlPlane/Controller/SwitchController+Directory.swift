import ControlAPI
import DataPath
import Overlay
import Packet
import PolicyEngine

// The directory: checked, applied, shown.
extension SwitchController {
    /// Reads a directory against what this host is; changes nothing.
    package func checkDirectory(
        _ request: DirectoryRequest
    ) throws(Problem) -> DirectoryCheckReply {
        _ = try overlaySettings()
        do throws(PolicyErrors) {
            let others = try read(request).others(than: host.name)
            return DirectoryCheckReply(hosts: others.count, vms: others.vmCount, errors: [])
        } catch {
            return DirectoryCheckReply(
                hosts: 0, vms: 0, errors: error.errors.map { PolicyFault($0) })
        }
    }

    /// Makes the file the whole directory, or changes nothing.
    package func applyDirectory(
        _ request: DirectoryRequest
    ) async throws(Problem) -> DirectoryApplyReply {
        await beginChange()
        defer { endChange() }
        _ = try overlaySettings()
        let directory: Directory
        do throws(PolicyErrors) {
            directory = try read(request)
        } catch {
            throw Problem(directoryErrors: error.errors.map { PolicyFault($0) })
        }
        let others = directory.others(than: host.name)
        let preshared = PresharedKeys(of: others)
        if let fault = preshared.faults.min(by: { $0.key < $1.key })?.value {
            throw Problem(.conflict, "\(fault).", field: "preshared-key-file")
        }
        var numbers = overlay.numbers
        numbers.assign(others.map(\.name))
        let remote = RemoteVMs(of: others, numbers, networks: state.networks)
        let book = try policy.recompiled(for: universe(of: numberedPorts, and: remote))
        try commit { state in
            state.generation += 1
            state.directory = StoredDirectory(
                path: request.path, text: request.text, generation: state.generation)
        }
        takeUp(directory, preshared)
        renewPolicy(by: book)
        publish()
        renewIdentities()
        renewRoutes()
        logger.notice(
            "directory applied",
            metadata: ["generation": "\(state.generation)", "hosts": "\(others.count)"])
        return DirectoryApplyReply(
            generation: UInt64(state.generation), hosts: others.count, vms: others.vmCount,
            warnings: overlayWarnings)
    }

    /// The directory in force.
    package func showDirectory() throws(Problem) -> DirectoryShow {
        _ = try overlaySettings()
        let stored = state.directory
        return DirectoryShow(
            generation: UInt64(stored?.generation ?? 0), path: stored?.path ?? "",
            hosts: overlay.directory.hosts.map { DirectoryHost($0, isOwn: $0.name == host.name) },
            text: stored?.text ?? "")
    }

    private func read(_ request: DirectoryRequest) throws(PolicyErrors) -> Directory {
        try DirectoryFile.read(
            PolicySource(path: request.path, text: request.text), in: directoryContext)
    }

    /// What a directory must not contradict.
    private var directoryContext: DirectoryContext {
        var context = DirectoryContext(host: host.name, networks: state.networks.map(\.name))
        context.publicKeys = overlay.keys.map(\.publicKey)
        context.address = host.overlay?.address
        context.listen = host.overlay?.listen
        context.ports = state.ports
        return context
    }

    /// Reads the stored directory. One that cannot be used any more is as none: nobody is reached
    /// whom no directory names.
    func restoreDirectory() {
        guard host.overlay != nil, let stored = state.directory else { return }
        do throws(PolicyErrors) {
            let source = PolicySource(path: stored.path, text: stored.text)
            let directory = try DirectoryFile.read(source, in: directoryContext)
            takeUp(directory, PresharedKeys(of: directory.others(than: host.name)))
        } catch {
            let first = error.errors.first
            let place = "\(stored.path):\(first?.line ?? 0):\(first?.column ?? 0)"
            let fault = Problem(
                .directoryInvalid, "\(place): \(first?.message ?? "").", hint: first?.hint)
            guard overlay.directoryFault != fault else { return }
            overlay.directoryFault = fault
            logger.critical(
                "the stored directory cannot be used; no other host is reached",
                metadata: ["place": "\(place)", "reason": "\(first?.message ?? "")"])
        }
    }

    /// Takes up a stored directory that could not be used before; whether that changed anything.
    func retryDirectory() -> Bool {
        guard overlay.directoryFault != nil else { return false }
        restoreDirectory()
        guard overlay.directoryFault == nil,
            let book = try? policy.recompiled(for: universe(of: numberedPorts))
        else { return false }
        renewPolicy(by: book)
        renewIdentities()
        renewRoutes()
        return true
    }

    /// Makes `directory` the one in force from the next ``publish()`` on.
    private func takeUp(_ directory: Directory, _ preshared: PresharedKeys) {
        let others = directory.others(than: host.name)
        overlay.directory = directory
        overlay.directoryFault = nil
        overlay.preshared = preshared
        overlay.numbers.assign(others.map(\.name))
        overlay.remote = RemoteVMs(of: others, overlay.numbers, networks: state.networks)
    }
}

extension [Directory.Host] {
    /// How many interfaces of VMs live on these hosts.
    var vmCount: Int { reduce(0) { $0 + $1.vms.count } }
}

extension DirectoryHost {
    fileprivate init(_ host: Directory.Host, isOwn: Bool) {
        self.init(name: host.name, own: isOwn, kind: host.kind.rawValue)
        publicKeys = host.publicKeys.map(\.base64)
        presharedKeyFile = host.presharedKeyFile
        endpoint = host.endpoint?.description
        address = host.address?.description
        roaming = host.roams
        persistentKeepalive = host.persistentKeepalive.map { Int($0) }
        vms = host.vms.map { DirectoryVM($0) }
    }
}

extension DirectoryVM {
    fileprivate init(_ vm: Directory.VM) {
        self.init(name: vm.name, network: vm.network, mac: "\(vm.mac)")
        ip = vm.anyAddress ? ["any"] : vm.addresses.map(\.description)
        labels = vm.labels
    }
}
