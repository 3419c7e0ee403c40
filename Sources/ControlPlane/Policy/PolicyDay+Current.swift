import Glibc
import PolicyEngine

extension PolicyDay {
    /// The day that it is now in UTC, by the host's clock.
    static var current: PolicyDay {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return PolicyDay(secondsSince1970: time.tv_sec)
    }
}
