import Packet

/// Writes a capture file in the pcapng format (draft-ietf-opsawg-pcapng), block by block.
///
/// What is taken out is always whole blocks, so that a file that ends after any of them is valid.
public struct PcapNGWriter: Sendable {
    /// Who wrote the capture, for the section header.
    public struct Origin: Equatable, Sendable {
        /// The machine's hardware, as `x86_64`.
        public var hardware: String
        /// The operating system and its version.
        public var operatingSystem: String
        /// The program that captured.
        public var application: String

        /// These names.
        public init(hardware: String, operatingSystem: String, application: String) {
            self.hardware = hardware
            self.operatingSystem = operatingSystem
            self.application = application
        }
    }

    private var output: [UInt8] = []
    private var snapByteCounts: [Int] = []

    /// A file that begins with a section header of unknown length (§4.1).
    public init(_ origin: Origin) {
        var block = PcapNGBlock(.sectionHeader)
        block.append(0x1a2b_3c4d as UInt32)  // byte-order magic
        block.append(1 as UInt16)  // version 1.0
        block.append(0 as UInt16)
        block.append(UInt64.max)  // length of the section: not known while it is written
        block.appendOption(2, text: origin.hardware)  // shb_hardware
        block.appendOption(3, text: origin.operatingSystem)  // shb_os
        block.appendOption(4, text: origin.application)  // shb_userappl
        output += block.finished()
    }

    /// Whether blocks wait to be taken.
    public var isEmpty: Bool { output.isEmpty }

    /// How many bytes wait to be taken.
    public var byteCount: Int { output.count }

    /// The blocks written since the last call.
    public mutating func takeBytes() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Describes an Ethernet interface (§4.2); gives its number in this file.
    public mutating func addInterface(_ interface: PcapNGInterface) -> Int {
        var block = PcapNGBlock(.interfaceDescription)
        block.append(1 as UInt16)  // LINKTYPE_ETHERNET
        block.append(0 as UInt16)  // reserved
        block.append(UInt32(truncatingIfNeeded: interface.snapByteCount))
        block.appendOption(2, text: interface.name)  // if_name
        block.appendOption(3, text: interface.description)  // if_description
        block.appendOption(9, [9])  // if_tsresol: nanoseconds
        if !interface.filter.isEmpty {
            block.appendOption(11, [0] + interface.filter.utf8)  // if_filter, kind 0: libpcap text
        }
        output += block.finished()
        snapByteCounts.append(max(0, interface.snapByteCount))
        return snapByteCounts.count - 1
    }

    /// Adds `frame`, as far as the snap length allows, as an enhanced packet block (§4.3).
    ///
    /// A partial checksum is completed in the written copy over the whole frame, so that readers
    /// see what reaches the wire. `interface` is a number that ``addInterface(_:)`` gave.
    public mutating func addFrame(
        _ frame: borrowing CapturedFrame, interface: Int, comment: String? = nil
    ) {
        let record = frame.record
        let count = min(frame.bytes.byteCount, snapByteCounts[interface])
        var block = PcapNGBlock(.enhancedPacket, bodyByteCount: count)
        block.append(UInt32(interface))
        block.append(UInt32(truncatingIfNeeded: record.timestamp >> 32))
        block.append(UInt32(truncatingIfNeeded: record.timestamp))
        block.append(UInt32(count))
        block.append(UInt32(frame.bytes.byteCount))
        let start = block.append(frame.bytes, count: count)
        if let checksum = WireChecksum(of: frame.bytes, record.virtio), checksum.end <= count {
            block.store(bigEndian: checksum.value, at: start + checksum.offset)
        }
        block.appendOption(1, text: comment ?? "")  // opt_comment
        block.appendOption(2, [record.direction == .fromGuest ? 1 : 2, 0, 0, 0])  // epb_flags
        output += block.finished()
    }

    /// Adds what was seen and lost at `interface` until `timestamp` (§4.6).
    public mutating func addStatistics(
        _ counts: CaptureCounts, interface: Int, at timestamp: UInt64
    ) {
        var block = PcapNGBlock(.interfaceStatistics)
        block.append(UInt32(interface))
        block.append(UInt32(truncatingIfNeeded: timestamp >> 32))
        block.append(UInt32(truncatingIfNeeded: timestamp))
        block.appendOption(4, count: counts.seen)  // isb_ifrecv
        block.appendOption(5, count: counts.lost)  // isb_ifdrop
        block.appendOption(6, count: counts.matched)  // isb_filteraccept
        output += block.finished()
    }
}
