/// The ones' complement sum of 16-bit words as RFC 1071 §1 tells it, byte by byte.
func naiveSum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() {
        sum += index % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte)
        if sum > 0xffff { sum -= 0xffff }
    }
    return UInt16(sum)
}

/// The pseudo-header of the IP packet `packet` (RFC 9293 §3.1, RFC 8200 §8.1), written out.
func naivePseudoHeader(_ packet: [UInt8], transport: Int, _ ipProtocol: UInt8) -> [UInt8] {
    let count = packet.count - transport
    let length: [UInt8] = [UInt8(count >> 8), UInt8(count & 0xff)]
    return packet[0] >> 4 == 4
        ? Array(packet[12..<20]) + [0, ipProtocol] + length
        : Array(packet[8..<40]) + [0, 0] + length + [0, 0, 0, ipProtocol]
}

/// Whether the checksum of the TCP or UDP packet at `transport` of `frame` is right, or is none.
func hasValidTransportChecksum(_ frame: [UInt8], transport: Int, _ ipProtocol: UInt8) -> Bool {
    let packet = Array(frame[14...])
    let pseudo = naivePseudoHeader(packet, transport: transport - 14, ipProtocol)
    return naiveSum(pseudo + frame[transport...]) == 0xffff
}

/// The frame with the checksum of its IPv4 header repaired, if it has a whole one: damage behind a
/// wrong checksum would never be read.
func withIPv4Checksum(_ octets: [UInt8]) -> [UInt8] {
    guard octets.count >= 34, octets[12] == 8, octets[13] == 0 else { return octets }
    let end = 14 + Int(octets[14] & 15) * 4
    guard end >= 34, end <= octets.count else { return octets }
    var octets = octets
    octets[24] = 0
    octets[25] = 0
    let sum = ~naiveSum(Array(octets[14..<end]))
    octets[24] = UInt8(sum >> 8)
    octets[25] = UInt8(sum & 0xff)
    return octets
}
