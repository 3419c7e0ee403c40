/// A port that was opened, and how to undo that.
public struct OpenedPort: ~Copyable {
    /// What must be undone after the port is closed.
    public let teardown: PortTeardown
    private let device: PortDevice

    /// A port with its undoing.
    init(_ device: consuming PortDevice, _ teardown: PortTeardown) {
        self.device = device
        self.teardown = teardown
    }

    /// Hands the port out; it is closed when the one who takes it lets go of it.
    public consuming func takeDevice() -> PortDevice { device }
}
