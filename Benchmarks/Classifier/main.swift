// Classifier SHAPE RULES VMS [EDITS]: compiles a drawn rule set and looks random packets up.
// One line: shape, rules, VMs, ns median, ns worst, bytes of tables, ms of compilation.

import Packet
import PolicyEngine

let words = CommandLine.arguments
guard words.count >= 4, let shape = Shape(rawValue: words[1]), let count = Int(words[2]),
    let vmCount = Int(words[3]), count > 0, vmCount > 0, vmCount < 65_536
else { stop("usage: Classifier SHAPE RULES VMS, SHAPE one of \(Shape.allCases)") }

let trial = Trial(shape, count, vmCount: vmCount)

func compile() -> CompiledPolicy {
    do throws(PolicyErrors) {
        return try PolicyCompiler.compile([trial.file], trial.universe)
    } catch {
        stop("\(error)")
    }
}

var compiled = compile()
let times = (0..<3).map { _ in milliseconds { compiled = compile() } }
let cost = Cost(compiled.table, trial.trace(1 << 18))
func column(_ value: Double, _ digits: Int = 0) -> String {
    let scale = digits == 0 ? 1.0 : 10.0
    let rounded = (value * scale).rounded() / scale
    return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
}
print(
    [
        words[1], "\(trial.sentences.count)", "\(vmCount)",
        "median", column(cost.median, 1), "worst", column(cost.worst),
        "bytes", "\(compiled.byteCount)", "compile", column(times.sorted()[1], 1),
    ].joined(separator: " "))
