import ControlAPI
import ControlPlane
import Foundation
import Testing

@Suite("the overlay's key")
struct SwitchControllerOverlayKeysTests {
    private func change(
        _ rig: SwitchRig, _ action: OverlayKeyAction
    ) async -> Result<OverlayKey, Problem> {
        do throws(Problem) {
            return .success(
                try await rig.controller.changeOverlayKey(OverlayKeyRequest(action: action)))
        } catch {
            return .failure(error)
        }
    }

    @Test("a host without a key says so; its first key starts the overlay")
    func begins() async throws {
        let rig = try await SwitchRig(overlay: OverlayRig.settings(1))
        #expect(try await !rig.controller.overlayReport().running)
        #expect(await rig.controller.status().warnings.first?.contains("no key yet") == true)
        let key = try await change(rig, .generate).get()
        let report = try await rig.controller.overlayReport()
        #expect(report.running && report.reason == nil && report.publicKeys == [key.publicKey])
        #expect(await rig.controller.status().warnings.isEmpty)
        #expect(try await rig.controller.overlayKey() == key)
        let next = try await rig.restarted()
        #expect(try await next.controller.overlayReport().publicKeys == [key.publicKey])
    }

    @Test("no private key is in a reply or in the log")
    func keepsSecrets() async throws {
        let rig = try await SwitchRig(overlay: OverlayRig.settings(1))
        let key = try await change(rig, .generate).get()
        _ = try await change(rig, .rotate).get()
        for name in ["overlay.key", "overlay.key.old"] {
            let path = "\(rig.stateDirectory)/\(name)"
            let secret = String(decoding: try contents(path), as: UTF8.self).dropLast()
            #expect(secret.count == 44 && secret != key.publicKey)
            #expect(!rig.log.all.contains { $0.contains(secret) })
            let report = try ControlJSON.encode(await rig.controller.overlayReport())
            #expect(!String(decoding: report, as: UTF8.self).contains(secret))
        }
    }

    @Test("a key can be made before the host has an overlay, and none is overwritten")
    func keepsKeys() async throws {
        let rig = try await SwitchRig()
        let key = try await change(rig, .generate).get()
        guard case .failure(let problem) = await change(rig, .generate) else {
            Issue.record("a key was overwritten")
            return
        }
        #expect(problem.status == 409 && problem.hint?.contains("--rotate") == true)
        #expect(try await rig.controller.overlayKey() == key)
    }

    @Test("a rotation has three steps, each at its time")
    func rotates() async throws {
        let rig = try await OverlayRig.host()
        let old = try await rig.controller.overlayKey().publicKey
        await #expect(throws: Problem.self) { try await change(rig, .retire).get() }
        let new = try await change(rig, .rotate).get()
        #expect(new.formerPublicKey == old && new.publicKey != old)
        await #expect(throws: Problem.self) { try await change(rig, .rotate).get() }
        // The directory says which key calls first, so that the others know it by then.
        let entry = "hosts:\n  hv1: {public-keys: [OLD]}\n"
        try await OverlayRig.apply(entry.replacing("OLD", with: old), to: rig)
        #expect(try await rig.controller.overlayReport().publicKeys == [old, new.publicKey])
        try await OverlayRig.apply(
            entry.replacing("OLD", with: "\(new.publicKey), \(old)"), to: rig)
        #expect(try await rig.controller.overlayReport().publicKeys == [new.publicKey, old])
        await #expect(throws: Problem.self) { try await change(rig, .retire).get() }
        try await OverlayRig.apply(entry.replacing("OLD", with: new.publicKey), to: rig)
        #expect(try await change(rig, .retire).get() == OverlayKey(publicKey: new.publicKey))
        #expect(try await rig.controller.overlayReport().publicKeys == [new.publicKey])
    }

    @Test("a key file that others can read is not used, until that is corrected")
    func refusesOpenFiles() async throws {
        let rig = try await OverlayRig.host()
        let path = "\(rig.stateDirectory)/overlay.key"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let next = try await rig.restarted()
        #expect(try await !next.controller.overlayReport().running)
        #expect(await next.controller.status().warnings.first?.contains("mode 644") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        await next.controller.heal()
        #expect(try await next.controller.overlayReport().running)
    }
}
