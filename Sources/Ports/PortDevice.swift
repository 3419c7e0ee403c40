import Packet

/// A port of any kind, told apart by a switch rather than by dynamic dispatch.
public enum PortDevice: ~Copyable, Port {
    /// A TAP device that the switch owns.
    case tap(TAPPort)
    /// A device that belongs to someone else.
    case packetSocket(PacketSocketPort)
    /// The host itself, at layer 3.
    case host(HostPort)
    /// No device: frames of a test or of the simulator.
    case memory(MemoryPort)
    /// Nothing at all: what stands where frames take another way.
    case none

    /// What to poll for readable frames.
    public var descriptor: CInt {
        switch self {
        case .tap(let port): port.descriptor
        case .packetSocket(let port): port.descriptor
        case .host(let port): port.descriptor
        case .memory(let port): port.descriptor
        case .none: -1
        }
    }

    /// Whether super-frames and partial checksums may be transmitted as they are.
    public var carriesSuperFrames: Bool {
        switch self {
        case .tap(let port): port.carriesSuperFrames
        case .packetSocket(let port): port.carriesSuperFrames
        case .host(let port): port.carriesSuperFrames
        case .memory(let port): port.carriesSuperFrames
        case .none: true
        }
    }

    /// Replaces what `batch` holds by the frames that wait.
    public func receive(into arena: borrowing FrameArena, _ batch: inout FrameBatch) {
        switch self {
        case .tap(let port): port.receive(into: arena, &batch)
        case .packetSocket(let port): port.receive(into: arena, &batch)
        case .host(let port): port.receive(into: arena, &batch)
        case .memory(let port): port.receive(into: arena, &batch)
        case .none: batch.removeAll()
        }
    }

    /// Sends `frame` with the virtio-net header that lies before it.
    public func transmit(_ frame: Frame) -> TransmitResult {
        switch self {
        case .tap(let port): port.transmit(frame)
        case .packetSocket(let port): port.transmit(frame)
        case .host(let port): port.transmit(frame)
        case .memory(let port): port.transmit(frame)
        case .none: .refused
        }
    }
}
