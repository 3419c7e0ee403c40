import Glibc
import Ports
import Testing

struct UnderlayResultTests {
    @Test(
        "a full queue may pass later, a size or a way is told, anything else says its number",
        arguments: [
            (errno: 0 as CInt, outcome: UnderlayResult.Outcome.sent), (EAGAIN, .wouldBlock),
            (ENOBUFS, .wouldBlock), (ENOMEM, .wouldBlock), (EMSGSIZE, .tooBig),
            (ENETUNREACH, .unreachable), (EHOSTUNREACH, .unreachable), (ENETDOWN, .unreachable),
            (EAFNOSUPPORT, .unreachable), (ECONNREFUSED, .unreachable),
            (EADDRNOTAVAIL, .unreachable), (EPERM, .failed(EPERM)), (EINVAL, .failed(EINVAL)),
            (EIO, .failed(EIO)), (EBADF, .failed(EBADF)),
        ])
    func classifies(errno: CInt, outcome: UnderlayResult.Outcome) {
        #expect(UnderlayResult.Outcome(errno: errno) == outcome)
    }
}
