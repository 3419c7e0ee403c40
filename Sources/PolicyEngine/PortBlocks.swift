/// Where a port's tables begin, for each direction.
///
/// - Shape of a block: the number of own classes; for each, ascending, its number in the upper half
///   of a word and in the lower where its stages begin; the stages: their number, then for each one
///   word (bits 0...7 how many parts, bit 31 whether they are merged, the upper half the default)
///   and the parts' places in ``PartStore``, a word each.
final class PortBlocks: Sendable {
    let egress: TableStorage<UInt64>
    let ingress: TableStorage<UInt64>

    /// One stage of a look-up.
    struct Stage {
        let parts: [UInt32]
        let isMerged: Bool
        let fallback: UInt32
    }

    static let mergedMark: UInt64 = 1 << 31

    private init(_ egress: [UInt64], _ ingress: [UInt64]) {
        self.egress = TableStorage(egress)
        self.ingress = TableStorage(ingress)
    }

    var byteCount: Int { egress.byteCount + ingress.byteCount }

    /// Whether a stage looks into one of `parts`.
    func uses(_ parts: Set<UInt32>) -> Bool {
        !parts.isEmpty && (Self.uses(parts, egress) || Self.uses(parts, ingress))
    }

    private static func uses(_ parts: Set<UInt32>, _ block: borrowing TableStorage<UInt64>) -> Bool
    {
        var place = 1 + Int(block[0])
        while place < block.count {
            let stageCount = Int(block[place])
            place += 1
            for _ in 0..<stageCount {
                let end = place + 1 + Int(block[place] & 0xff)
                for index in place + 1..<end
                where parts.contains(UInt32(truncatingIfNeeded: block[index])) {
                    return true
                }
                place = end
            }
        }
        return false
    }

    /// Blocks while they are built.
    struct Draft {
        private var egress: [(number: Int, stages: [UInt64])] = []
        private var ingress: [(number: Int, stages: [UInt64])] = []

        /// Adds an own class, later than those before.
        mutating func add(_ number: Int, _ stages: [Stage], _ direction: TrafficDirection) {
            var words = [UInt64(stages.count)]
            for stage in stages {
                words.append(
                    UInt64(stage.parts.count) | (stage.isMerged ? mergedMark : 0)
                        | UInt64(stage.fallback) << 32)
                words.append(contentsOf: stage.parts.map { UInt64($0) })
            }
            switch direction {
            case .egress: egress.append((number, words))
            case .ingress: ingress.append((number, words))
            }
        }

        var finished: PortBlocks { PortBlocks(Self.block(egress), Self.block(ingress)) }

        private static func block(_ cells: [(number: Int, stages: [UInt64])]) -> [UInt64] {
            var heads = [UInt64(cells.count)]
            var stages: [UInt64] = []
            var known: [[UInt64]: Int] = [:]
            for cell in cells {
                let place = known[cell.stages] ?? stages.count
                if place == stages.count {
                    known[cell.stages] = place
                    stages += cell.stages
                }
                heads.append(UInt64(cell.number) << 32 | UInt64(cells.count + 1 + place))
            }
            return heads + stages
        }
    }
}
