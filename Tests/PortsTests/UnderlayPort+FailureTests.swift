import CLinux
import Foundation
import Packet
import Ports
import Testing

/// What an underlay port does when the kernel refuses, loses or cannot do something.
struct UnderlayPortFailureTests {
    @Test(
        "the largest datagram passes, one byte more is too big, by every way of sending it",
        arguments: UnderlayRig.paths,
        [UnderlayFeatures.all, [.batching], []])
    func meetsTheMTU(path: UnderlayRig.Path, way: UnderlayFeatures) throws {
        for mtu in [1_500, 9_000] {
            let (left, right, destination) = try UnderlayRig(mtu: mtu).open(path, way)
            let fitting = path.payloadByteCountMax + mtu - 1_500
            for count in 1...3 {
                let bytes = UnderlayRig.bytes(fitting * count)
                let result = left.send(bytes, by: fitting, to: destination)
                #expect(result == UnderlayResult(.sent, sentCount: count))
                #expect(
                    right.receive(count).map(\.bytes.count)
                        == .init(repeating: fitting, count: count))
                let long = UnderlayRig.bytes((fitting + 1) * count)
                let refused = left.send(long, by: fitting + 1, to: destination)
                #expect(refused == UnderlayResult(.tooBig, sentCount: 0), "\(count) datagrams")
            }
            #expect(left.features == way && left.segmentationFailureCount == 0)
            #expect(right.receive(1, milliseconds: 30).isEmpty)
        }
    }

    @Test(
        "what the kernel believes of a path does not count, and DF is set",
        arguments: [false, true])
    func ignoresKnownPaths(isRun: Bool) throws {
        let rig = try UnderlayRig()
        try rig.rig.ip(rig.left, "route replace 10.9.0.0/24 dev wire0 mtu 1000")
        try rig.rig.ip(rig.left, "route replace 10.9.0.2/32 dev wire0 mtu lock 900")
        let wire = try Endpoint("wire1", in: rig.right)
        let (left, right, destination) = try rig.open(UnderlayRig.v4, isRun ? .all : [])
        let bytes = UnderlayRig.bytes(1_472 * 2)
        #expect(left.send(bytes, by: 1_472, to: destination).sentCount == 2)
        #expect(right.receive(2).map(\.bytes.count) == [1_472, 1_472])
        let seen = wire.receive(1, milliseconds: 500) { $0.bytes.count > 1_000 }
        #expect(seen.allSatisfy { $0.bytes[20] & 0xe0 == 0x40 } && !seen.isEmpty, "DF, no fragment")
    }

    @Test("what does not fit into its buffer is truncated and says so, and the next is sound")
    func reportsTruncation() throws {
        let rig = try UnderlayRig(mtu: 9_000)
        let left = try UnderlayEnd("10.9.0.1", in: rig.left)
        let right = try UnderlayEnd("10.9.0.2", in: rig.right, bufferByteCount: 2_048)
        for bytes in [2_048, 2_049, 100].map({ UnderlayRig.bytes($0) }) {
            #expect(left.send(bytes, to: right.address).outcome == .sent)
        }
        let received = right.receive(3)
        #expect(received.map(\.isTruncated) == [false, true, false])
        #expect(received.map(\.bytes.count) == [2_048, 2_048, 100])
        #expect(left.send(UnderlayRig.bytes(3_000), by: 1_000, to: right.address).sentCount == 3)
        let run = right.receive(1)
        #expect(!run.isEmpty && run.allSatisfy(\.isTruncated))
        #expect(run.map(\.bytes.count).reduce(0, +) == 2_048)
    }

    @Test(
        "datagrams lost because nobody read are counted: sent is received and lost",
        arguments: [
            UnderlayRig.v4, UnderlayRig.any6,
        ])
    func countsLosses(path: UnderlayRig.Path) throws {
        let rig = try UnderlayRig()
        let (left, _, _) = try rig.open(path)
        var socket = UnderlaySocket(try UnderlayEnd.address(path.right))
        (socket.bufferByteCount, socket.features) = (20_000, [])
        let right = UnderlayEnd(try UnderlayEnd.open(socket, in: rig.right))
        let destination = try right.at(path.destination)
        #expect(right.takeLostCount() == 0)
        for _ in 0..<100 { #expect(left.send([1, 2, 3], to: destination).outcome == .sent) }
        let lostCount = right.takeLostCount()
        #expect(lostCount > 0 && right.takeLostCount() == 0)
        #expect(right.receive(milliseconds: 100).count + lostCount == 100)
        #expect(left.send([1], to: destination).outcome == .sent)
        #expect(right.receive(1).count == 1)
    }

    @Test("by default a burst of ten thousand datagrams waits for its reader")
    func keepsBursts() throws {
        let (left, right, destination) = try UnderlayRig().open(UnderlayRig.v4, .all, [])
        let bytes = UnderlayRig.bytes(64 * 64)
        for _ in 0..<156 { #expect(left.send(bytes, by: 64, to: destination).sentCount == 64) }
        #expect(right.receive(156 * 64).count == 156 * 64)
        #expect(right.takeLostCount() == 0)
    }

    @Test("a destination that no route leads to, or of another family, is unreachable")
    func findsNoWay() throws {
        let rig = try UnderlayRig()
        let away4 = try UnderlayEnd.address("192.0.2.1:9")
        let away6 = try UnderlayEnd.address("[2001:db8::1]:9")
        let v4 = try UnderlayEnd("10.9.0.1", in: rig.left)
        let v6 = try UnderlayEnd("fd09::1", in: rig.left)
        let any = try UnderlayEnd("::", in: rig.left)
        for (end, to) in [
            (v4, away4), (v4, away6), (v6, away4), (v6, away6), (any, away4), (any, away6),
        ] {
            for count in [1, 3] {
                let result = end.send(UnderlayRig.bytes(10 * count), by: 10, to: to)
                #expect(
                    result == UnderlayResult(.unreachable, sentCount: 0), "\(end.address) \(to)")
            }
            #expect(end.features == .all)
        }
        let near = UnderlayAddress(try #require(IPAddress("10.9.0.2")), port: 9)
        #expect(v6.send([1], to: near).outcome == .unreachable, "bound to IPv6 alone")
    }

    @Test("a full queue would block, says how many datagrams went, and takes more later")
    func fillsUp() throws {
        let rig = try UnderlayRig()
        // Nobody answers for this address: datagrams wait for the neighbour, charged to the socket.
        let silent = try UnderlayEnd.address("10.9.0.77:9")
        var socket = UnderlaySocket(try UnderlayEnd.address("10.9.0.1"))
        (socket.bufferByteCount, socket.features) = (5_000, [])
        let end = UnderlayEnd(try UnderlayEnd.open(socket, in: rig.left))
        let result = end.send(UnderlayRig.bytes(40 * 1_400), by: 1_400, to: silent)
        #expect(result.outcome == .wouldBlock)
        #expect((1..<40).contains(result.sentCount))
    }
}

extension UnderlayPortFailureTests {
    @Test(
        "a run that the kernel does not segment goes the slower way at once, and so do later ones",
        arguments: [UnderlayFeatures.all, [.segmentation]])
    func fallsBack(way: UnderlayFeatures) throws {
        let (left, right, destination) = try UnderlayRig().open(UnderlayRig.v4, way)
        // Without checksums the kernel refuses to segment (EINVAL, udp_send_skb in net/ipv4/udp.c).
        var one: CInt = 1
        #expect(setsockopt(left.descriptor, SOL_SOCKET, SO_NO_CHECK, &one, 4) == 0)
        let bytes = UnderlayRig.bytes(100 * 100 + 1)
        for _ in 0..<2 {
            let result = left.send(bytes, by: 100, to: destination)
            #expect(result == UnderlayResult(.sent, sentCount: 101))
            #expect(right.receive(101).map(\.bytes) == UnderlayRig.cut(bytes, by: 100))
            #expect(left.features == way.subtracting(.segmentation))
            #expect(left.segmentationFailureCount == 1)
        }
    }

    @Test("a destination that nothing can be sent to does not cost the others their speed")
    func keepsSegmentation() throws {
        let (left, _, destination) = try UnderlayRig().open(UnderlayRig.v4)
        let nobody = UnderlayAddress(destination.address, port: 0)
        let result = left.send(UnderlayRig.bytes(30), by: 10, to: nobody)
        #expect(result == UnderlayResult(.failed(EINVAL), sentCount: 0))
        #expect(left.features == .all && left.segmentationFailureCount == 0)
    }

    @Test(
        "an error that an earlier datagram left behind loses neither a send nor a receive",
        arguments: [UnderlayFeatures.all, [.batching], []])
    func survivesOldErrors(way: UnderlayFeatures) throws {
        let rig = try UnderlayRig()
        let (left, right, destination) = try rig.open(UnderlayRig.v4, way)
        // The kernel reports refusals to connected sockets alone.
        let closed = UnderlayAddress(destination.address, port: destination.port ^ 1)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = closed.port.bigEndian
        name.sin_addr.s_addr = UInt32(truncatingIfNeeded: closed.address.low).bigEndian
        let connected = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(left.descriptor, $0, 16)
            }
        }
        #expect(connected == 0)
        for count in [1, 3] {
            #expect(left.send([1], to: closed).outcome == .sent)
            usleep(20_000)
            let result = left.send(UnderlayRig.bytes(10 * count), by: 10, to: destination)
            #expect(result == UnderlayResult(.sent, sentCount: count))
            #expect(right.receive(count).count == count)
        }
        #expect(left.features == way && left.segmentationFailureCount == 0)
        #expect(left.send([1], to: closed).outcome == .sent)
        usleep(20_000)
        #expect(left.receive(1, milliseconds: 50).isEmpty)
        #expect(left.send([1], to: destination).outcome == .sent)
    }

    @Test("a run without bytes, or of pieces without bytes, is refused and nothing is sent")
    func refusesEmptyRuns() throws {
        let (left, right, destination) = try UnderlayRig().open(UnderlayRig.v4)
        let refused = UnderlayResult(.failed(EINVAL), sentCount: 0)
        #expect(left.send([1, 2], by: 0, to: destination) == refused)
        #expect(left.send([1, 2], by: -1, to: destination) == refused)
        let sender = left.sender
        #expect(
            sender.send(UnsafeRawBufferPointer(start: nil, count: 0), to: destination) == refused)
        #expect(right.receive(1, milliseconds: 30).isEmpty)
    }

    @Test("an empty datagram of a stranger is one datagram without bytes")
    func takesEmptyDatagrams() throws {
        let (left, right, destination) = try UnderlayRig().open(UnderlayRig.v6)
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = destination.port.bigEndian
        withUnsafeMutableBytes(of: &name.sin6_addr) {
            $0.storeBytes(of: destination.address.high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: destination.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        let sent = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(left.descriptor, nil, 0, 0, $0, 28)
            }
        }
        #expect(sent == 0)
        #expect(right.receive(1).map(\.bytes) == [[]])
    }
}
