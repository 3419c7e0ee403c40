import CLinux
import Glibc
import Packet

/// Which ports have frames to read: epoll over their descriptors (epoll(7), level-triggered).
///
/// - Thread: owned by one worker.
/// - Cost: one system call a turn; no allocation after the initialiser.
@safe package struct Poller: ~Copyable {
    /// How many ready descriptors one ``wait(milliseconds:)`` reports at most.
    private static let eventMax = 64
    /// The mark of the bell among the descriptors.
    private static let bellMark = UInt64.max

    /// How many entries ``ready(_:)`` has since the last wait.
    package private(set) var readyCount = 0
    private let epoll: CInt
    private let bell: CInt
    private let found: UnsafeMutablePointer<vsw_event>

    /// A set that watches the eventfd `bell` alone; nil when the system has no descriptor left.
    package init?(bell: CInt) {
        epoll = vsw_epoll_create()
        self.bell = bell
        unsafe found = .allocate(capacity: Self.eventMax)
        guard epoll >= 0, vsw_epoll_add(epoll, bell, VSW_EVENT_IN, Self.bellMark) == 0 else {
            return nil
        }
    }

    deinit {
        if epoll >= 0 { close(epoll) }
        unsafe found.deallocate()
    }

    /// Watches `descriptor` on behalf of `port`.
    func watch(_ descriptor: CInt, for port: PortNumber) {
        _ = vsw_epoll_add(epoll, descriptor, VSW_EVENT_IN, UInt64(port.rawValue))
    }

    /// Stops watching `descriptor`.
    func forget(_ descriptor: CInt) {
        _ = vsw_epoll_remove(epoll, descriptor)
    }

    /// Waits until a port is ready, the bell rings, or the time is over; -1 waits on.
    package mutating func wait(milliseconds: CInt) {
        let count = unsafe vsw_epoll_wait(epoll, found, CInt(Self.eventMax), milliseconds)
        readyCount = max(0, Int(count))
    }

    /// The ready port at `index`; nil stands for the bell, which falls silent.
    func ready(_ index: Int) -> PortNumber? {
        let mark = unsafe found[index].token
        guard mark != Self.bellMark else {
            _ = vsw_eventfd_drain(bell)
            return nil
        }
        return PortNumber(rawValue: UInt16(truncatingIfNeeded: mark))
    }
}
