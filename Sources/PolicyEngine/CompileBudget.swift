/// How large a compiled policy may grow. A policy over the budget is refused whole.
public struct CompileBudget: Hashable, Sendable {
    /// Boundaries in the rows of one port; a row that several peers share counts once.
    public var boundaryCountPerPort: Int
    /// Bytes of the rows and class tables of one port.
    public var byteCountPerPort: Int
    /// Bytes of all tables of the host.
    public var byteCountPerHost: Int

    /// A budget of these sizes.
    public init(boundaryCountPerPort: Int, byteCountPerPort: Int, byteCountPerHost: Int) {
        self.boundaryCountPerPort = boundaryCountPerPort
        self.byteCountPerPort = byteCountPerPort
        self.byteCountPerHost = byteCountPerHost
    }

    /// 65,536 boundaries and 1 MiB for each port, 256 MiB for the host.
    public static let standard = CompileBudget(
        boundaryCountPerPort: 1 << 16, byteCountPerPort: 1 << 20, byteCountPerHost: 256 << 20)
}
