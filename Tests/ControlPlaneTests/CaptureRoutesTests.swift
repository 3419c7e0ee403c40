import ControlAPI
import ControlPlane
import Foundation
import Synchronization
import Testing

@Suite("captures over the control interface", .serialized)
struct CaptureRoutesTests {
    private func daemon() async throws -> DaemonRig {
        let rig = try await DaemonRig()
        _ = try await rig.client.attach(AttachRequest(device: "web1", vm: "web1"))
        return rig
    }

    private func hasEnded(_ rig: DaemonRig) async throws -> Bool {
        try await SwitchRig.eventually { rig.log.all.contains { $0.contains("capture ended") } }
    }

    @Test("a capture with a duration ends by itself, with a header and the counts")
    func endsAfterDuration() async throws {
        let rig = try await daemon()
        let bytes = Mutex<[UInt8]>([])
        let start = ContinuousClock.now
        try await rig.client.capture("web1", CaptureOptions(durationSeconds: 1)) { chunk in
            bytes.withLock { $0 += chunk }
        }
        #expect(ContinuousClock.now - start >= .milliseconds(900))
        let all = bytes.withLock { $0 }
        #expect(all.prefix(4) == [0x0a, 0x0d, 0x0d, 0x0a] && all.count % 4 == 0)
        #expect(try await hasEnded(rig))
    }

    @Test("a client that hangs up ends its capture, also when no frame comes")
    func endsWithClient() async throws {
        let rig = try await daemon()
        var client: RawClient? = try RawClient(rig.socketPath)
        client?.send(RawRequest.text("GET", "/v1/ports/web1/capture"))
        #expect(
            try await SwitchRig.eventually {
                rig.log.all.contains { $0.contains("capture started") }
            })
        try await Task.sleep(for: .milliseconds(200))
        #expect(!rig.log.all.contains { $0.contains("capture ended") })
        client = nil
        #expect(try await hasEnded(rig))
    }

    @Test("the daemon's end ends a capture in order")
    func endsWithDaemon() async throws {
        let rig = try await daemon()
        let client = rig.client
        let isStarted = Mutex(false)
        let capture = Task {
            try await client.capture("web1") { _ in isStarted.withLock { $0 = true } }
        }
        #expect(try await SwitchRig.eventually { isStarted.withLock { $0 } })
        let start = ContinuousClock.now
        try await rig.stop().get()
        #expect(ContinuousClock.now - start < .seconds(3))
        #expect(try await hasEnded(rig))
        _ = await capture.result
    }
}
