import Glibc
import Ports
import Testing

struct PortErrorTests {
    private static let reasons: [PortError.Reason] = [
        .invalidName, .unknownDevice, .deviceExists, .busy, .noPrivilege,
        .namespaceMissing("web1"), .mtuMismatch(device: 1_400, network: 1_500), .notEthernet,
        .notTAP, .ingressTaken, .system(step: "bind"), .system(step: ""),
    ]

    @Test(
        "every reason is one sentence that names operation and device, with a hint",
        arguments: reasons)
    func isASentence(reason: PortError.Reason) {
        let text = PortError(.configure, "tap0", reason).description
        #expect(text.hasPrefix("cannot configure 'tap0': "))
        #expect(!text.contains("\n") && !text.hasSuffix(".") && !text.contains("()"))
        let hint = PortError(.configure, "tap0", reason).hint
        #expect(hint.hasSuffix(".") && hint.count > 20)
    }

    @Test(
        "a failed system call says what the system says",
        arguments: [
            (errno: EPERM, reason: PortError.Reason.noPrivilege), (EACCES, .noPrivilege),
            (EBUSY, .busy), (EEXIST, .deviceExists), (ENODEV, .unknownDevice),
            (ENXIO, .unknownDevice), (EINVAL, .system(step: "")),
        ])
    func explainsErrno(errno: CInt, reason: PortError.Reason) {
        let error = PortError(.openTAP, "tap0", errno: errno)
        #expect(error.reason == reason && error.errno == errno)
        #expect(error.description.hasSuffix("(\(String(cString: strerror(errno))))"))
    }

    @Test("a mismatch of MTUs names both, and the hint the command")
    func namesMTUs() {
        let error = PortError(
            .openPacketSocket, "tap0", .mtuMismatch(device: 1_400, network: 1_500))
        #expect(error.description.contains("1400") && error.description.contains("1500"))
        #expect(error.hint.contains("ip link set tap0 mtu 1500"))
    }
}
