import Packet

/// The port slots that the control side has handed to the worker and will free.
@safe struct SlotList: @unchecked Sendable {
    // Sendable: only reached under the lock of ``Switch``; the pointers are its own.
    private var slots: [PortNumber: UnsafeMutablePointer<PortSlot>] = unsafe [:]

    /// Moves `slot` to memory of its own, which ``remove(_:)`` will free.
    static func allocate(_ slot: consuming PortSlot) -> UnsafeMutablePointer<PortSlot> {
        let pointer = UnsafeMutablePointer<PortSlot>.allocate(capacity: 1)
        unsafe pointer.initialize(to: slot)
        return unsafe pointer
    }

    /// Takes note of `slot` under `number`, which must be free.
    mutating func insert(_ slot: UnsafeMutablePointer<PortSlot>, _ number: PortNumber) {
        unsafe slots[number] = unsafe slot
    }

    /// Frees the slot of `number`, closing its device.
    ///
    /// SAFETY: the worker must have let go of it.
    mutating func remove(_ number: PortNumber) {
        guard let slot = unsafe slots.removeValue(forKey: number) else { return }
        unsafe slot.deinitialize(count: 1)
        unsafe slot.deallocate()
    }

    /// Frees all slots, after the worker has ended.
    mutating func removeAll() {
        for number in unsafe Array(slots.keys) { remove(number) }
    }

    /// Whether `number` is taken.
    func contains(_ number: PortNumber) -> Bool { unsafe slots[number] != nil }
}
