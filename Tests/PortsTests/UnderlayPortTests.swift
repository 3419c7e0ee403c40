import Foundation
import Packet
import Ports
import Testing

/// Two underlay ports on one wire: what arrives is what was sent, by every way of sending it.
struct UnderlayPortTests {
    private static let ways: [UnderlayFeatures] = [
        .all, [.segmentation, .batching], [.batching], [.segmentation], [],
    ]

    @Test(
        "a run arrives as the datagrams it was made of, whatever either end may use",
        arguments: UnderlayRig.paths, ways)
    func carriesRuns(path: UnderlayRig.Path, way: UnderlayFeatures) throws {
        let rig = try UnderlayRig()
        for receiving in [UnderlayFeatures.all, []] {
            let (left, right, destination) = try rig.open(path, way, receiving)
            #expect(left.features == way && right.features == receiving)
            let bytes = UnderlayRig.bytes(10 * 1_000 + 123)
            let result = left.send(bytes, by: 1_000, to: destination, tos: 0xb9)
            #expect(result == UnderlayResult(.sent, sentCount: 11))
            let received = right.receive(11)
            #expect(received.map(\.bytes) == UnderlayRig.cut(bytes, by: 1_000))
            let source = try left.at(path.source)
            #expect(received.allSatisfy { $0.source == source && $0.tos == 0xb9 })
            #expect(received.allSatisfy { !$0.isTruncated })
            #expect(left.features == way && left.segmentationFailureCount == 0)
        }
    }

    @Test("a run is one send and one receive where both ends have the features")
    func joinsDatagrams() throws {
        let rig = try UnderlayRig()
        let (left, right, destination) = try rig.open(UnderlayRig.v4)
        let bytes = UnderlayRig.bytes(44 * 1_472)
        #expect(left.send(bytes, by: 1_472, to: destination).sentCount == 44)
        #expect(right.receive(44).map(\.bytes) == UnderlayRig.cut(bytes, by: 1_472))
        #expect(right.segmentCounts == [44])
        let (slow, plain, there) = try rig.open(UnderlayRig.v4, [], [])
        #expect(slow.send(bytes, by: 1_472, to: there).sentCount == 44)
        #expect(plain.receive(44).count == 44)
        #expect(plain.segmentCounts == [Int](repeating: 1, count: 44))
        #expect(plain.batchCounts.max() == 8)
    }

    @Test(
        "a run of any length is cut into calls that the kernel takes",
        arguments: [(size: 16, count: 1_000), (1_023, 300), (1_452, 46), (1_452, 45), (1, 65)],
        [UnderlayFeatures.all, [.batching], []])
    func carriesLongRuns(shape: (size: Int, count: Int), way: UnderlayFeatures) throws {
        let rig = try UnderlayRig()
        for path in [UnderlayRig.v4, UnderlayRig.v6] {
            let (left, right, destination) = try rig.open(path, way)
            let bytes = UnderlayRig.bytes(shape.size * shape.count)
            let result = left.send(bytes, by: shape.size, to: destination)
            #expect(result == UnderlayResult(.sent, sentCount: shape.count))
            let received = right.receive(shape.count)
            #expect(received.map(\.bytes) == UnderlayRig.cut(bytes, by: shape.size))
        }
    }

    @Test(
        "one call takes at most 64 datagrams and 65,507 bytes, and at least one datagram",
        arguments: [
            (size: 1, count: 64), (1_023, 64), (1_024, 63), (1_452, 45), (1_472, 44), (8_952, 7),
            (65_507, 1), (65_508, 1), (0, 64), (-5, 64), (.max, 1),
        ])
    func boundsCalls(size: Int, count: Int) {
        #expect(UnderlayPort.segmentCountMax(segmentByteCount: size) == count)
    }

    @Test("every TOS byte arrives, and zero is the default", arguments: UnderlayRig.paths)
    func carriesTOS(path: UnderlayRig.Path) throws {
        let (left, right, destination) = try UnderlayRig().open(path)
        for tos in UInt8.min...UInt8.max {
            #expect(left.send([tos], to: destination, tos: tos).outcome == .sent)
            #expect(right.receive(1).map(\.tos) == [tos])
        }
        _ = left.send([1, 2, 3], by: 1, to: destination, tos: 3)
        _ = left.send([4, 5], by: 1, to: destination)
        #expect(right.receive(5).map(\.tos) == [3, 3, 3, 0, 0])
    }

    @Test("datagrams of several senders are not mixed up")
    func keepsSendersApart() throws {
        let rig = try UnderlayRig()
        let (left, right, destination) = try rig.open(UnderlayRig.v4)
        let other = try UnderlayEnd("10.9.0.1", in: rig.left)
        for round in 0..<20 {
            #expect(
                left.send([UInt8](repeating: 1, count: 50), by: 10, to: destination).sentCount == 5)
            #expect(
                other.send([UInt8](repeating: 2, count: 50), by: 10, to: destination).sentCount == 5
            )
            let received = right.receive(10)
            #expect(received.count == 10, "round \(round)")
            for datagram in received {
                let source = datagram.bytes[0] == 1 ? left.address : other.address
                #expect(datagram.source == source && datagram.bytes.count == 10)
            }
        }
    }

    @Test("a call takes eight buffers, the next the rest, and none when nothing waits")
    func takesBatches() throws {
        let (left, right, destination) = try UnderlayRig().open(UnderlayRig.v4, [], [])
        for index in 0..<11 { _ = left.send([UInt8(index)], to: destination) }
        #expect(right.receive(11).map(\.bytes) == (0..<11).map { [UInt8($0)] })
        #expect(right.batchCounts == [8, 3])
        #expect(right.receive(1, milliseconds: 30).isEmpty)
    }

    @Test("a sender on another thread shares the socket, and its datagrams bear the same source")
    func sendsFromOtherThreads() throws {
        let (left, right, destination) = try UnderlayRig().open(UnderlayRig.any6)
        let sender = left.sender
        let source = try left.at("fd09::1")
        withExtendedLifetime(left) {
            let thread = Thread {
                for index in 0..<200 {
                    let bytes = [UInt8](repeating: UInt8(index), count: 148)
                    _ = bytes.withUnsafeBytes { sender.send($0, to: destination) }
                }
            }
            thread.start()
            for _ in 0..<20 {
                let bytes = UnderlayRig.bytes(2_000)
                #expect(left.send(bytes, by: 100, to: destination).sentCount == 20)
            }
            let received = right.receive(600)
            #expect(received.count == 600 && received.allSatisfy { $0.source == source })
            let other = received.filter { $0.bytes.count == 148 }
            #expect(other.map(\.bytes[0]) == Array(0..<200))
        }
    }
}
