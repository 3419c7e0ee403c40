/// What a ``MemoryWire`` can be told to do wrong, for so many of the next frames.
public enum MemoryFault: Hashable, Sendable {
    /// Transmitting finds the queue full.
    case full(Int)
    /// Transmitting fails for good.
    case refused(Int)
    /// A transmitted frame is lost on its way to the guest, unseen by the switch.
    case lost(Int)
    /// A received frame is reported as longer than its slot.
    case truncated(Int)
    /// The device is gone, from now on.
    case gone
}
