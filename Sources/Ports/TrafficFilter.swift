/// A program of classic BPF that judges frames at one hook of a device (tc-bpf(8), direct action).
package struct TrafficFilter {
    /// Where the program runs.
    package enum Hook: UInt32, CaseIterable {
        /// On frames from the device, after packet sockets have seen them (TC_H_MIN_INGRESS).
        case ingress = 0xffff_fff2
        /// On frames to the device, before it segments them (TC_H_MIN_EGRESS).
        case egress = 0xffff_fff3
    }

    /// One instruction: operation, jumps, operand (struct sock_filter, linux/filter.h):
    /// 8 bytes without padding.
    package struct Instruction {
        var operation: UInt16
        var jumpIfTrue: UInt8 = 0
        var jumpIfFalse: UInt8 = 0
        var operand: UInt32
    }

    /// Where the program runs.
    package let hook: Hook
    /// The program.
    package let program: [Instruction]

    /// Drops everything that the device brings before the host's stack sees it.
    package static let dropAll = TrafficFilter(hook: .ingress, program: [.finish(shot)])

    /// Lets out what bears `mark`, and drops the rest.
    package static func pass(mark: UInt32) -> TrafficFilter {
        TrafficFilter(
            hook: .egress,
            program: [.loadMark, .skipUnless(mark), .finish(unspecified), .finish(shot)])
    }

    /// TC_ACT_SHOT.
    private static let shot: UInt32 = 2
    /// TC_ACT_UNSPEC: later filters of other programs have their say; without any the frame passes.
    private static let unspecified = UInt32.max

    /// The program as the kernel reads it.
    package var bytes: [UInt8] {
        program.flatMap { instruction in
            unsafe withUnsafeBytes(of: instruction) { unsafe [UInt8]($0) }
        }
    }
}

extension TrafficFilter.Instruction {
    /// BPF_LD | BPF_W | BPF_ABS at SKF_AD_OFF + SKF_AD_MARK: the frame's mark.
    static let loadMark = Self(operation: 0x20, operand: 0xffff_f000 + 20)

    /// BPF_JMP | BPF_JEQ | BPF_K: skips the next instruction unless the value is `operand`.
    static func skipUnless(_ operand: UInt32) -> Self {
        Self(operation: 0x15, jumpIfFalse: 1, operand: operand)
    }

    /// BPF_RET | BPF_K.
    static func finish(_ verdict: UInt32) -> Self { Self(operation: 0x06, operand: verdict) }
}
