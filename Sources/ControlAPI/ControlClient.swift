import NIOCore
import NIOHTTP1

/// A client of the control interface: one method for each route.
///
/// Each call opens its own connection to the daemon's Unix socket, so a client holds nothing and
/// may be used from any task. Calls throw ``ControlError``.
public struct ControlClient: Sendable {
    /// Where the daemon listens unless it is told otherwise.
    public static let defaultSocketPath = "/run/vswitch/control.sock"
    /// The longest reply that is taken, in bytes; a capture's stream has no limit.
    public static let replyByteCountMax = 64 << 20

    /// The socket's path.
    public let socketPath: String
    /// How long the daemon may take for a reply; for a capture, to its beginning.
    public let deadline: Duration

    /// Creates a client; nothing is opened yet.
    public init(
        socketPath: String = Self.defaultSocketPath, deadline: Duration = .seconds(30)
    ) {
        self.socketPath = socketPath
        self.deadline = deadline
    }

    /// The daemon at a glance.
    public func status() async throws(ControlError) -> Status {
        try await ask(.status)
    }

    /// The interface's description, in YAML.
    public func openAPI() async throws(ControlError) -> String {
        String(decoding: try await fetch(.openAPI, ControlRequest(.openAPI)), as: UTF8.self)
    }
}

// MARK: Networks and ports

extension ControlClient {
    /// Every network.
    public func networks() async throws(ControlError) -> NetworkList {
        try await ask(.listNetworks)
    }

    /// Adds a network.
    public func addNetwork(_ request: NetworkRequest) async throws(ControlError) -> Network {
        try await tell(.addNetwork, request)
    }

    /// One network.
    public func network(_ name: String) async throws(ControlError) -> Network {
        try await ask(.showNetwork, name)
    }

    /// Removes a network that has no ports.
    public func removeNetwork(_ name: String) async throws(ControlError) {
        _ = try await fetch(.removeNetwork, ControlRequest(.removeNetwork, name))
    }

    /// Every port.
    public func ports() async throws(ControlError) -> PortList {
        try await ask(.listPorts)
    }

    /// Attaches a device.
    public func attach(_ request: AttachRequest) async throws(ControlError) -> Port {
        try await tell(.attachPort, request)
    }

    /// One port.
    public func port(_ device: String) async throws(ControlError) -> Port {
        try await ask(.showPort, device)
    }

    /// Detaches a device, and undoes what attaching did to it.
    public func detach(_ device: String) async throws(ControlError) {
        _ = try await fetch(.detachPort, ControlRequest(.detachPort, device))
    }
}

// MARK: Policy

extension ControlClient {
    /// Compiles policy files against the VMs that exist; changes nothing.
    public func checkPolicy(_ request: PolicyRequest) async throws(ControlError) -> PolicyCheckReply
    {
        try await tell(.checkPolicy, request)
    }

    /// Which connections the files would make possible or impossible; changes nothing.
    public func diffPolicy(_ request: PolicyDiffRequest) async throws(ControlError)
        -> PolicyDiffReply
    {
        try await tell(.diffPolicy, request)
    }

    /// Makes the files the whole policy, or changes nothing.
    public func applyPolicy(
        _ request: PolicyApplyRequest
    ) async throws(ControlError) -> PolicyApplyReply {
        try await tell(.applyPolicy, request)
    }

    /// The policies that were in force.
    public func policyHistory() async throws(ControlError) -> PolicyHistory {
        try await ask(.policyHistory)
    }

    /// Brings the policy of an earlier generation back.
    public func rollBack(
        _ request: PolicyRollbackRequest
    ) async throws(ControlError) -> PolicyApplyReply {
        try await tell(.rollBackPolicy, request)
    }

    /// Keeps the policy that waits to be confirmed.
    public func confirmPolicy() async throws(ControlError) -> PolicyConfirmReply {
        try await ask(.confirmPolicy)
    }

    /// The whole policy in force.
    public func policies() async throws(ControlError) -> PolicyList {
        try await ask(.listPolicies)
    }

    /// One policy in force.
    public func policy(_ name: String) async throws(ControlError) -> PolicyShow {
        try await ask(.showPolicy, name)
    }

    /// What would become of a connection, and which rules decide it.
    public func explain(_ request: ExplainRequest) async throws(ControlError) -> ExplainReply {
        try await tell(.explain, request)
    }
}

// MARK: Flows, counters, captures

extension ControlClient {
    /// Live connections and recent denials.
    public func flows(_ query: FlowQuery = FlowQuery()) async throws(ControlError) -> FlowList {
        try await ask(.listFlows, query: query.query)
    }

    /// The counters of every port.
    public func counters() async throws(ControlError) -> CounterReport {
        try await ask(.counters)
    }

    /// The counters of one port.
    public func counters(_ device: String) async throws(ControlError) -> PortCounters {
        try await ask(.portCounters, device)
    }

    /// The last drops at a port.
    public func drops(
        at device: String, _ query: DropQuery = DropQuery()
    ) async throws(ControlError) -> DropList {
        try await ask(.portDrops, device, query: query.query)
    }

    /// Captures at a port: hands each piece of the pcapng stream to `receive` as it arrives.
    ///
    /// Returns when the capture has ended by itself, throws `CancellationError` when the task is
    /// cancelled, and what `receive` throws. A slow `receive` holds the stream back: nothing
    /// piles up here, and what the daemon cannot keep it counts as lost.
    public func capture(
        _ device: String, _ options: CaptureOptions = CaptureOptions(),
        receive: ([UInt8]) async throws -> Void
    ) async throws {
        let request = ControlRequest(.capture, device, query: options.query)
        try await connection.exchange(request) { head, parts, timer in
            guard head.status == .ok else {
                let bytes = try await Self.collect(&parts)
                throw Self.failure(.capture, head, bytes)
            }
            timer.cancel()
            while case .body(let buffer) = try await Self.next(&parts) {
                try await receive(Array(buffer.readableBytesView))
            }
        }
        try Task.checkCancellation()
    }
}

// MARK: Requests and replies

extension ControlClient {
    private var connection: ControlConnection {
        ControlConnection(socketPath: socketPath, deadline: deadline)
    }

    /// The answer to a request without a body.
    func ask<Reply: Decodable>(
        _ route: Route, _ word: String = "", query: [(name: String, value: String)] = []
    ) async throws(ControlError) -> Reply {
        let bytes = try await fetch(route, ControlRequest(route, word, query: query))
        return try Self.decode(bytes, route)
    }

    /// The answer to a request that carries `body`.
    func tell<Reply: Decodable>(
        _ route: Route, _ body: some RequestBody
    ) async throws(ControlError) -> Reply {
        let request = ControlRequest(route, body: try Self.encode(body, route))
        return try Self.decode(try await fetch(route, request), route)
    }

    /// The body of a successful reply.
    private func fetch(
        _ route: Route, _ request: ControlRequest
    ) async throws(ControlError) -> [UInt8] {
        do {
            return try await connection.exchange(request) { head, parts, _ in
                let bytes = try await Self.collect(&parts)
                guard (200..<300).contains(head.status.code) else {
                    throw Self.failure(route, head, bytes)
                }
                return bytes
            }
        } catch let error as ControlError {
            throw error
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw .unreachable(path: socketPath, reason: "\(error)")
        }
    }

    /// The next part; a stream that ends without an end part was cut.
    private static func next(
        _ parts: inout ControlConnection.Parts
    ) async throws -> HTTPClientResponsePart {
        guard let part = try await parts.next() else {
            try Task.checkCancellation()
            throw EarlyEnd()
        }
        return part
    }

    private static func collect(_ parts: inout ControlConnection.Parts) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while case .body(let buffer) = try await next(&parts) {
            guard bytes.count + buffer.readableBytes <= replyByteCountMax else {
                throw ControlError.replyTooLarge(byteCountMax: replyByteCountMax)
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    /// The JSON text of a request.
    private static func encode(
        _ body: some RequestBody, _ route: Route
    ) throws(ControlError) -> [UInt8] {
        do {
            return try ControlJSON.encode(body)
        } catch {
            throw .unexpectedReply(route: route, reason: "the request cannot be written: \(error)")
        }
    }

    private static func decode<Reply: Decodable>(
        _ bytes: [UInt8], _ route: Route
    ) throws(ControlError) -> Reply {
        do {
            return try ControlJSON.decode(Reply.self, from: bytes)
        } catch let error as DecodingError {
            throw .unexpectedReply(route: route, reason: Problem(error).sentence)
        } catch {
            throw .unexpectedReply(route: route, reason: "\(error)")
        }
    }

    /// The error for a reply whose status is not a success.
    private static func failure(
        _ route: Route, _ head: HTTPResponseHead, _ bytes: [UInt8]
    ) -> ControlError {
        if let problem = try? ControlJSON.decode(Problem.self, from: bytes) {
            return .problem(problem)
        }
        return .unexpectedReply(
            route: route, reason: "status \(head.status.code) without a problem document")
    }
}
