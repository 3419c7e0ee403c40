internal import CPcap
import Packet
import Synchronization

/// A compiled expression of the libpcap filter language (`man pcap-filter`).
///
/// - Cost: at most ``instructionCountMax`` steps for each frame, for only forward jumps are
///   accepted: a frame cannot make its filter loop.
/// - Thread: immutable; compiled by the control side (host names in the expression are looked up
///   then, which may block), run by the worker through ``FilterProgram``.
@safe public final class CaptureFilter: @unchecked Sendable {
    // Sendable, safe: the instructions are written once, before the initialiser returns.

    /// The largest expression, in UTF-8 bytes; a bound on the compiler's time and stack.
    package static let expressionByteCountMax = 4_096
    /// The largest program, the kernel's `BPF_MAXINSNS`.
    static let instructionCountMax = 4_096
    /// The largest program that libpcap's optimiser is let loose on: its time grows with the cube,
    /// 0.5 s for this much and 30 s for the worst expression of ``expressionByteCountMax``.
    static let optimizedCountMax = 6_144

    /// The expression as it was given.
    public let expression: String
    private let instructions: UnsafeMutablePointer<bpf_insn>

    /// Compiles `expression`; an empty one takes every frame.
    public init(_ expression: String) throws(CaptureError) {
        let compiled = try Self.compile(expression)
        self.expression = expression
        unsafe instructions = .allocate(capacity: compiled.count)
        for (index, instruction) in compiled.enumerated() {
            unsafe (instructions + index).initialize(to: instruction)
        }
    }

    deinit { unsafe instructions.deallocate() }

    /// The worker's side; valid as long as the filter lives.
    var program: FilterProgram {
        unsafe FilterProgram(instructions: UnsafePointer(instructions))
    }

    /// Whether the filter takes `frame`.
    package func matches(_ frame: Frame) -> Bool { program.matches(frame) }
}

/// A filter program in memory that a ``CaptureFilter`` owns.
@safe struct FilterProgram: BitwiseCopyable {
    fileprivate let instructions: UnsafePointer<bpf_insn>

    /// Whether the program takes `frame`. No allocation, no loop, no read beyond the frame.
    func matches(_ frame: Frame) -> Bool {
        let byteCount = UInt32(truncatingIfNeeded: frame.byteCount)
        return unsafe bpf_filter(
            instructions, frame.base.assumingMemoryBound(to: UInt8.self), byteCount, byteCount) != 0
    }
}

extension CaptureFilter {
    /// libpcap's compiler: serialised, because before libpcap 1.8 it kept its state in globals.
    private static let compiler = Mutex(())

    private static func compile(_ expression: String) throws(CaptureError) -> [bpf_insn] {
        guard expression.utf8.count <= expressionByteCountMax else {
            let start = String(expression.prefix(40)) + "…"
            throw .filter(
                expression: start, reason: "it is longer than \(expressionByteCountMax) bytes")
        }
        guard !expression.utf8.contains(0) else {
            throw .filter(expression: expression, reason: "it contains a zero byte")
        }
        let compiled = compiler.withLock { _ in compileLocked(expression) }
        let instructions: [bpf_insn]
        switch compiled {
        case .failure(let error): throw error
        case .success(let program): instructions = program
        }
        if let fault = fault(of: instructions) {
            throw .filter(expression: expression, reason: fault)
        }
        return instructions
    }

    private static func compileLocked(_ expression: String) -> Result<[bpf_insn], CaptureError> {
        let snapByteCount = CInt(CaptureRequest.snapByteCountMax)
        guard let handle = unsafe pcap_open_dead(DLT_EN10MB, snapByteCount) else {
            return .failure(.filter(expression: expression, reason: "out of memory"))
        }
        defer { unsafe pcap_close(handle) }
        let raw = unsafe compile(expression, handle, isOptimized: false)
        guard case .success(let program) = raw, program.count <= optimizedCountMax else {
            return raw
        }
        return unsafe compile(expression, handle, isOptimized: true)
    }

    private static func compile(
        _ expression: String, _ handle: OpaquePointer, isOptimized: Bool
    ) -> Result<[bpf_insn], CaptureError> {
        var program = unsafe bpf_program()
        let netmask = UInt32.max  // PCAP_NETMASK_UNKNOWN, a macro with a cast
        let status = unsafe pcap_compile(
            handle, &program, expression, isOptimized ? 1 : 0, netmask)
        guard status == 0 else {
            let reason = unsafe String(cString: pcap_geterr(handle))
            return .failure(.filter(expression: expression, reason: reason))
        }
        defer { unsafe pcap_freecode(&program) }
        let count = Int(unsafe program.bf_len)
        return .success(
            unsafe [bpf_insn](UnsafeBufferPointer(start: program.bf_insns, count: count)))
    }

    /// Why the worker must not run `program`; nil when it may.
    private static func fault(of program: [bpf_insn]) -> String? {
        guard !program.isEmpty, program.count <= instructionCountMax else {
            return "it needs \(program.count) instructions, more than \(instructionCountMax);"
                + " make it shorter"
        }
        guard unsafe bpf_validate(program, CInt(program.count)) != 0 else {
            return "libpcap compiled it into an invalid program"
        }
        // BPF_JMP|BPF_JA with a negative offset, as `protochain` compiles to.
        if program.contains(where: { $0.code == 0x05 && Int32(bitPattern: $0.k) < 0 }) {
            return "protochain would let a frame make its filter loop; name the protocol instead"
        }
        // BPF_LD|BPF_ABS from the kernel's SKF_AD_OFF area, which only a socket filter can read.
        if program.contains(where: { $0.code & 0xe7 == 0x20 && $0.k >= 0xffff_f000 }) {
            return "inbound, outbound and ifindex are not known here; use addresses instead"
        }
        return nil
    }
}
