/// Joins the pcapng streams of several captures into one: one section, interfaces numbered anew.
package struct PcapNGMerger {
    private var hasSection = false
    private var interfaceCount: UInt32 = 0
    private var numbers: [Source: UInt32] = [:]

    /// An interface of one of the streams.
    private struct Source: Hashable {
        let stream: Int
        let interface: UInt32
    }

    private var interfacesOfStream: [Int: UInt32] = [:]

    /// Nothing has been joined yet.
    package init() {}

    /// The block of stream number `stream` as it goes into the joined stream; nil if it does not.
    package mutating func merge(_ block: PcapNGBlock, from stream: Int) -> PcapNGBlock? {
        switch block.kind {
        case .sectionHeader:
            defer { hasSection = true }
            interfacesOfStream[stream] = 0
            return hasSection ? nil : block
        case .interfaceDescription:
            describe(stream)
            return block
        case .enhancedPacket, .interfaceStatistics:
            return renumber(block, stream)
        case nil:
            return block
        }
    }

    private mutating func describe(_ stream: Int) {
        let own = interfacesOfStream[stream, default: 0]
        numbers[Source(stream: stream, interface: own)] = interfaceCount
        interfacesOfStream[stream] = own + 1
        interfaceCount += 1
    }

    private func renumber(_ block: PcapNGBlock, _ stream: Int) -> PcapNGBlock? {
        guard block.bytes.count >= 24, let own = block.interface,
            let number = numbers[Source(stream: stream, interface: own)]
        else { return nil }
        var block = block
        block.setInterface(number)
        return block
    }
}
