import Packet

/// The contents of a compiled policy's tables, before they move into memory of their own.
struct TableImage {
    var ports: [PortRecord] = []
    var words: [UInt32] = [0]
    var slots: [HostSlot] = []
    var trie: [UInt32] = []
    var starts: [IPAddress] = []
    var startClasses: [UInt32] = []
    var peerClasses: [UInt32] = []
    let secret = HostSecret()

    /// Adds the tries, and the classes of addresses without a VM.
    mutating func append(_ partition: PrefixPartition, _ strangers: PeerClasses) {
        trie = AddressTrie(partition.ipv4).words
        starts = partition.ipv6.map(\.first)
        startClasses = partition.ipv6.map { UInt32($0.prefixClass) }
        peerClasses = strangers.ofPrefixClass.map { UInt32($0) }
    }

    /// Adds a network's hosts; the result is where they begin, and their number of slots less one.
    mutating func append(_ network: PeerClasses) -> (hosts: UInt32, mask: UInt32) {
        let table = HostTable(network.hosts, secret)
        defer { slots += table.slots }
        return (UInt32(slots.count), UInt32(table.slots.count - 1))
    }

    /// Sets the record of a port.
    mutating func set(_ record: PortRecord, at port: PortNumber) {
        while ports.count <= port.index { ports.append(PortRecord()) }
        ports[port.index] = record
    }

    /// The bytes so far.
    var byteCount: Int {
        words.count * 4 + slots.count * MemoryLayout<HostSlot>.stride + trie.count * 4
            + starts.count * 20
    }
}
