import FlowTable
import Packet
import Ports
import Telemetry

/// Ports enter and leave.
extension Switch {
    /// Hands `device` to the worker as port `number`, which must be free and below 1,024.
    ///
    /// The port passes no frame until a configuration lists it as open.
    /// If it throws, the device is closed.
    public func attach(
        _ device: consuming PortDevice, as number: PortNumber
    ) throws(SwitchError) {
        guard number.index < Self.portCountMax, !isAttached(number) else {
            throw .portNumber(number)
        }
        let slot: PortSlot
        do {
            slot = try PortSlot(
                device, flowCapacity: settings.flowCapacity, secret: settings.secret)
        } catch { throw .memory(error) }
        let pointer = unsafe SlotList.allocate(slot)
        state.withLock { unsafe $0.slots.insert(pointer, number) }
        unsafe send(.attach(pointer, number))
    }

    /// Takes the port away. When this returns, the worker no longer knows the device, which is
    /// closed, and the number is free.
    public func detach(_ number: PortNumber) async {
        guard isAttached(number) else { return }
        // A capture ends with its port: the number may be another guest's next.
        state.withLock { state in
            state.captures.removeAll { $0.tap.port == number }
            renew(&state)
        }
        await settled(send(.detach(number)))
        state.withLock { $0.slots.remove(number) }
    }

    private func isAttached(_ number: PortNumber) -> Bool {
        state.withLock { $0.slots.contains(number) }
    }
}
