import ControlAPI
import ControlPlane
import Foundation
import Logging
import ServiceLifecycle

/// A whole daemon in this process, with devices in memory, behind a real Unix socket.
final class DaemonRig: Sendable {
    let devices = FakeDevices()
    let log = LogLines()
    let socketPath: String
    let stateDirectory: String
    private let temporary: SwitchRig.Home
    private let group: ServiceGroup
    private let task: Task<Result<Void, any Error>, Never>

    /// Starts a daemon and waits until it answers.
    init() async throws {
        temporary = try SwitchRig.Home()
        socketPath = "\(temporary.temporary.path)/run/control.sock"
        stateDirectory = "\(temporary.temporary.path)/state"
        let daemon = Self.daemon(stateDirectory, socketPath, devices, log)
        let configuration = ServiceGroupConfiguration.ServiceConfiguration(
            service: DaemonService(daemon: daemon),
            successTerminationBehavior: .gracefullyShutdownGroup)
        let group = ServiceGroup(
            configuration: .init(services: [configuration], logger: Logger(label: "rig")))
        self.group = group
        task = Task { await Result { () async throws in try await group.run() } }
        let client = client
        guard try await SwitchRig.eventually({ (try? await client.status()) != nil }) else {
            throw StartError("the daemon did not start: \(await stop()) \(log.all)")
        }
    }

    deinit {
        let group = group
        Task { await group.triggerGracefulShutdown() }
    }

    /// A daemon that no signal of the test's process ends.
    static func daemon(
        _ stateDirectory: String, _ socketPath: String, _ devices: FakeDevices, _ log: LogLines
    ) -> Daemon {
        var daemon = Daemon(
            name: "hv1", stateDirectory: stateDirectory, socketPath: socketPath,
            logger: log.logger(.info))
        daemon.devices = devices
        daemon.endsBySignal = false
        return daemon
    }

    var client: ControlClient { ControlClient(socketPath: socketPath) }

    /// Ends the daemon as a signal does, and waits for that.
    @discardableResult
    func stop() async -> Result<Void, any Error> {
        await group.triggerGracefulShutdown()
        return await task.value
    }
}

private struct DaemonService: Service {
    let daemon: Daemon

    func run() async throws { try await daemon.run() }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

/// A reply as it came over the socket.
struct RawReply {
    let status: Int
    let head: String
    let body: [UInt8]

    /// The problem document in the body.
    func problem() throws -> Problem { try ControlJSON.decode(Problem.self, from: body) }
}

/// An HTTP client that sends exactly what it is told, also what no client should send.
enum RawClient {
    /// Sends `text` and reads until the daemon closes; on a thread of its own, because the daemon
    /// shares the tasks' threads with the test.
    static func send(_ text: String, to path: String) async throws -> RawReply {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(text, with: path) })
            }
        }
    }

    private static func exchange(_ text: String, with path: String) throws -> RawReply {
        let descriptor = try connect(path)
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            rest = rest.dropFirst(count)
        }
        return try reply(try readAll(descriptor))
    }

    /// A request of this method and target, closed after the reply.
    static func request(
        _ method: String, _ target: String, body: String? = nil, to path: String
    ) async throws -> RawReply {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: vswitch\r\nConnection: close\r\n"
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return try await send(text + "\r\n" + (body ?? ""), to: path)
    }

    /// A connected socket that waits at most five seconds.
    static func connect(_ path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, size)
            }
        }
        guard status == 0 else { throw StartError("cannot connect: \(errno)") }
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, length)
        return descriptor
    }

    private static func readAll(_ descriptor: CInt) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    private static func reply(_ bytes: [UInt8]) throws -> RawReply {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw StartError("no reply: \(String(decoding: bytes, as: UTF8.self))")
        }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return RawReply(status: status ?? 0, head: head, body: Array(bytes[end.upperBound...]))
    }
}
