import Glibc
import Ports
import Testing

struct TransmitResultTests {
    @Test(
        "a full queue may pass later, anything else never",
        arguments: [
            (errno: EAGAIN, result: TransmitResult.wouldBlock), (ENOBUFS, .wouldBlock),
            (EINVAL, .refused), (EMSGSIZE, .refused), (EIO, .refused), (ENETDOWN, .refused),
            (EBADFD, .refused), (ENXIO, .refused), (0, .refused),
        ])
    func classifies(errno: CInt, result: TransmitResult) {
        #expect(TransmitResult(errno: errno) == result)
    }
}
