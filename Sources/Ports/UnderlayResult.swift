import Glibc

/// What became of a run of datagrams.
package struct UnderlayResult: Hashable, Sendable, BitwiseCopyable {
    /// Why it ended.
    package enum Outcome: Hashable, Sendable, BitwiseCopyable {
        /// The kernel has all of it.
        case sent
        /// The socket's or the device's queue is full: the rest is lost, a later run may pass.
        case wouldBlock
        /// A datagram is larger than the MTU of the device that it would leave through.
        case tooBig
        /// There is no way to the destination, or none from this socket's family.
        case unreachable
        /// The kernel refused for another reason, an errno.
        case failed(CInt)
    }

    /// Why it ended.
    package let outcome: Outcome
    /// How many datagrams went before that.
    package let sentCount: Int

    /// A run that ended thus after `sentCount` datagrams.
    package init(_ outcome: Outcome, sentCount: Int) {
        self.outcome = outcome
        self.sentCount = sentCount
    }
}

extension UnderlayResult.Outcome {
    /// The outcome of a call that ended with `errno`; 0 is success.
    package init(errno: CInt) {
        switch errno {
        case 0: self = .sent
        case EAGAIN, ENOBUFS, ENOMEM: self = .wouldBlock
        case EMSGSIZE: self = .tooBig
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT,
            ECONNREFUSED:
            self = .unreachable
        default: self = .failed(errno)
        }
    }
}
