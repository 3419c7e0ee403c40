import Foundation
import Packet
import Ports

/// One end of the underlay in a test: a port with memory of its own.
final class UnderlayEnd {
    struct Received: Hashable {
        var bytes: [UInt8]
        var source: UnderlayAddress
        var tos: UInt8 = 0
        var isTruncated = false
    }

    private var port: UnderlayPort
    private var batch: DatagramBatch
    /// How many datagrams each filled buffer held.
    private(set) var segmentCounts: [Int] = []
    /// How many buffers each receive call filled, without the calls that filled none.
    private(set) var batchCounts: [Int] = []

    init(_ port: consuming UnderlayPort, bufferByteCount: Int = 65_536) {
        self.port = port
        batch = DatagramBatch(bufferByteCount: bufferByteCount)
    }

    /// A port at `text` (address and port, or address alone for any port) in `namespace`.
    convenience init(
        _ text: String, in namespace: String, _ features: UnderlayFeatures = .all,
        bufferByteCount: Int = 65_536
    ) throws {
        var socket = UnderlaySocket(try Self.address(text))
        socket.features = features
        self.init(try Self.open(socket, in: namespace), bufferByteCount: bufferByteCount)
    }

    /// Opens `socket` in `namespace`, whose errors pass.
    static func open(_ socket: UnderlaySocket, in namespace: String) throws -> UnderlayPort {
        var failure: UnderlayError?
        let port = try NetworkRig.inside(namespace) { () throws(PortError) -> UnderlayPort? in
            do throws(UnderlayError) {
                return try socket.open()
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        guard let port else { throw NetworkRig.Failure(description: "neither port nor error") }
        return port
    }

    static func address(_ text: String) throws -> UnderlayAddress {
        if let address = UnderlayAddress(text) { return address }
        guard let address = IPAddress(text) else {
            throw NetworkRig.Failure(description: "no address: \(text)")
        }
        return UnderlayAddress(address, port: 0)
    }

    var address: UnderlayAddress { port.address }
    var descriptor: CInt { port.descriptor }
    var features: UnderlayFeatures { port.features }
    var segmentationFailureCount: UInt64 { port.segmentationFailureCount }
    var sender: UnderlaySender { port.sender }
    func takeLostCount() -> Int { port.takeLostCount() }

    /// The address of this end's port on another of its host's addresses.
    func at(_ text: String) throws -> UnderlayAddress {
        UnderlayAddress(try Self.address(text).address, port: address.port)
    }

    func send(
        _ bytes: [UInt8], by segmentByteCount: Int? = nil, to destination: UnderlayAddress,
        tos: UInt8 = 0
    ) -> UnderlayResult {
        bytes.withUnsafeBytes { buffer in
            var run = DatagramRun(
                base: buffer.baseAddress!, byteCount: buffer.count,
                segmentByteCount: segmentByteCount ?? bytes.count, to: destination)
            run.tos = tos
            return port.transmit(run)
        }
    }

    /// Receives until `count` datagrams are there, or the time is over.
    func receive(_ count: Int = .max, milliseconds: Int = 2_000) -> [Received] {
        var found: [Received] = []
        let end = Date(timeIntervalSinceNow: Double(milliseconds) / 1_000)
        while found.count < count, Date() < end {
            var interest = pollfd(fd: port.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&interest, 1, 20)
            port.receive(&batch)
            if batch.count > 0 { batchCounts.append(batch.count) }
            for index in 0..<batch.count { found += segments(batch.datagram(at: index)) }
        }
        return found
    }

    private func segments(_ datagram: Datagram) -> [Received] {
        segmentCounts.append(datagram.segmentCount)
        return (0..<datagram.segmentCount).map { index in
            Received(
                bytes: [UInt8](datagram.segment(at: index)), source: datagram.source,
                tos: datagram.tos, isTruncated: datagram.isTruncated)
        }
    }
}
