import Glibc
import Packet
import Ports
import Testing

struct UnderlayErrorTests {
    private static let address = UnderlayAddress(IPAddress.unspecifiedIPv4, port: 51_820)

    @Test(
        "every reason is one sentence that names the address, with a hint",
        arguments: [
            UnderlayError.Reason.addressInUse, .addressNotLocal, .addressUnsuited, .noFamily,
            .noPrivilege, .system(step: "bind"), .system(step: ""),
        ])
    func isASentence(reason: UnderlayError.Reason) {
        let error = UnderlayError(Self.address, reason)
        #expect(error.description.hasPrefix("cannot listen on 0.0.0.0:51820: "))
        #expect(!error.description.contains("\n") && !error.description.hasSuffix("."))
        #expect(!error.description.contains("()"))
        #expect(error.hint.hasSuffix(".") && error.hint.count > 20)
    }

    @Test(
        "a failed system call says what the system says",
        arguments: [
            (errno: EADDRINUSE, reason: UnderlayError.Reason.addressInUse),
            (EADDRNOTAVAIL, .addressNotLocal), (EAFNOSUPPORT, .noFamily), (EPERM, .noPrivilege),
            (EACCES, .noPrivilege), (EMFILE, .system(step: "socket")),
        ])
    func explainsErrno(errno: CInt, reason: UnderlayError.Reason) {
        let error = UnderlayError(Self.address, step: "socket", errno: errno)
        #expect(error.reason == reason && error.errno == errno)
        #expect(error.description.hasSuffix("(\(String(cString: strerror(errno))))"))
    }
}
