import Packet

/// Turns captured frames into a pcapng stream: an interface for each port, described when its first
/// frame comes, and a comment for each frame that has one.
public struct CaptureExporter: Sendable {
    /// What readers are told beyond the bytes.
    public struct Narration: Sendable {
        /// How a port is described.
        public var interface: @Sendable (PortNumber) -> PcapNGInterface
        /// What is said about a frame, as `allow shop/#2 policies/shop.yaml:14`; nil says nothing.
        public var comment: @Sendable (CaptureRecord) -> String?

        /// A narration by these closures.
        public init(
            interface: @escaping @Sendable (PortNumber) -> PcapNGInterface,
            comment: @escaping @Sendable (CaptureRecord) -> String?
        ) {
            self.interface = interface
            self.comment = comment
        }
    }

    private var writer: PcapNGWriter
    private let narration: Narration
    private var interfaces: [PortNumber: Int] = [:]

    /// A stream that begins with its section header.
    public init(_ origin: PcapNGWriter.Origin, _ narration: Narration) {
        writer = PcapNGWriter(origin)
        self.narration = narration
    }

    /// Describes `port` now, so that also a capture without frames names it.
    public mutating func declare(_ port: PortNumber) { _ = number(of: port) }

    /// Adds `frame`.
    public mutating func append(_ frame: borrowing CapturedFrame) {
        let interface = number(of: frame.record.port)
        writer.addFrame(frame, interface: interface, comment: narration.comment(frame.record))
    }

    /// Adds the final counts of `port`; `timestamp` is in nanoseconds since 1970.
    public mutating func finish(_ port: PortNumber, _ counts: CaptureCounts, at timestamp: UInt64) {
        writer.addStatistics(counts, interface: number(of: port), at: timestamp)
    }

    /// How many bytes wait to be taken.
    public var byteCount: Int { writer.byteCount }

    /// The blocks written since the last call: always whole ones.
    public mutating func takeBytes() -> [UInt8] { writer.takeBytes() }

    /// The interface of `port`, described if it was not yet.
    private mutating func number(of port: PortNumber) -> Int {
        if let number = interfaces[port] { return number }
        let number = writer.addInterface(narration.interface(port))
        interfaces[port] = number
        return number
    }
}
