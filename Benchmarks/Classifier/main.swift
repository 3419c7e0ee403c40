// Classifier SHAPE RULES VMS [PROMISES]: compiles a drawn rule set, looks random packets up and
// edits it. Each edit holds the promises, `never` sentences, against what it can have changed.
// One line: shape, rules, VMs, promises, ns median, ns worst, bytes of tables, ms of compilation
// and proof, ms until a VM has joined a group, a VM was added, a rule was changed, a rule got a
// prefix that no rule has, a rule was put in.

import Packet
import PolicyEngine

let words = CommandLine.arguments
guard (4...5).contains(words.count), let shape = Shape(rawValue: words[1]),
    let count = Int(words[2]), let vmCount = Int(words[3]), count > 0, vmCount > 0,
    vmCount < 65_000, let promiseCount = Int(words.count > 4 ? words[4] : "0"), promiseCount >= 0
else { stop("usage: Classifier SHAPE RULES VMS [PROMISES], SHAPE one of \(Shape.allCases)") }

let trial = Trial(shape, count, vmCount: vmCount, promiseCount: promiseCount)

/// The policy of `body`, which must be sound.
func policy(_ body: () throws(PolicyErrors) -> CompiledPolicy) -> CompiledPolicy {
    do throws(PolicyErrors) {
        return try body()
    } catch {
        stop("\(error)")
    }
}

/// The rules have no last day: any day will do.
let today = PolicyDay(number: 0)

func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

var compiled = policy { () throws(PolicyErrors) in
    try PolicyCompiler.compile([trial.file], trial.universe, today: today)
}
let full = median(
    (0..<3).map { _ in
        let former = compiled
        defer { _ = former }
        return milliseconds {
            compiled = policy { () throws(PolicyErrors) in
                try PolicyCompiler.compile([trial.file], trial.universe, today: today)
            }
        }
    })
let cost = Cost(compiled.table, trial.trace(1 << 18))

/// The median of eleven edits, one upon the other.
@MainActor func edits(
    on start: (PolicyFile, CompiledPolicy) = (trial.file, compiled),
    _ change: (Int, inout PolicyFile, inout PolicyUniverse) -> Void
) -> Double {
    var (file, current) = start
    var universe = trial.universe
    // Kept alive: freeing the former policy is not part of making the new one.
    var former: [CompiledPolicy] = []
    let times = (0..<11).map { number in
        change(number, &file, &universe)
        former.append(current)
        return milliseconds {
            current = policy { () throws(PolicyErrors) in
                try PolicyCompiler.compile(
                    [file], universe, CompileTerms(today: today, previous: current))
            }
        }
    }
    return median(times)
}

let joined = edits { number, _, universe in
    universe.endpoints[number % vmCount].labels["role"] = number % 2 == 0 ? "r1" : "r2"
}
let added = edits { number, _, universe in
    let address = 0x0a63_0000 | UInt32(number)
    universe.endpoints.append(Trial.endpoint(vmCount + number, address))
}
let changed = edits { number, file, _ in
    var random = SeededRandom(seed: UInt64(number))
    let first = random.below(file.rules.count - 1) + 1
    let second = random.below(file.rules.count - 1) + 1
    let services = file.rules[first].services
    file.rules[first].services = file.rules[second].services
    file.rules[first].receivers = file.rules[second].receivers
    file.rules[first].text += " changed from \(services.count)"
}
let renamed = edits { number, file, _ in
    var random = SeededRandom(seed: UInt64(number))
    let place = random.below(file.rules.count - 1) + 1
    file.rules[place].senders = Trial.newPrefix(number)
    file.rules[place].text += " from elsewhere"
}
// Some fewer at first: a port has a budget of 100,000.
var fewer = trial.file
fewer.rules.removeLast(11)
let compiledFewer = policy { () throws(PolicyErrors) in
    try PolicyCompiler.compile([fewer], trial.universe, today: today)
}
let inserted = edits(on: (fewer, compiledFewer)) { number, file, _ in
    var random = SeededRandom(seed: UInt64(number))
    var rule = file.rules[random.below(file.rules.count - 1) + 1]
    rule.receivers = file.rules[random.below(file.rules.count - 1) + 1].receivers
    rule.text += " once more"
    file.rules.insert(rule, at: random.below(file.rules.count))
}

func column(_ value: Double, _ digits: Int = 0) -> String {
    let scale = digits == 0 ? 1.0 : 10.0
    let rounded = (value * scale).rounded() / scale
    return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
}
print(
    [
        words[1], "\(trial.sentences.count)", "\(vmCount)", "promises", "\(promiseCount)",
        "median", column(cost.median, 1), "worst", column(cost.worst),
        "bytes", "\(compiled.byteCount)", "compile", column(full, 1),
        "join", column(joined, 1), "add", column(added, 1), "rule", column(changed, 1),
        "prefix", column(renamed, 1), "more", column(inserted, 1),
    ].joined(separator: " "))
