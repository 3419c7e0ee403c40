import FlowTable
import Testing

@Suite struct IndexListsTests {
    @Test("a hundred thousand moves between four lists agree with arrays")
    func againstArrays() {
        let memory = ListMemory(listCount: 4, memberCount: 64, spacing: 40)
        var (model, generator) = ([[UInt32]](repeating: [], count: 4), SeededGenerator(seed: 9))
        for round in 0..<100_000 {
            let index = UInt32.random(in: 1..<64, using: &generator)
            memory.lists.remove(index)
            for list in 0..<4 { model[list].removeAll { $0 == index } }
            if Bool.random(using: &generator) {
                let list = Int.random(in: 0..<4, using: &generator)
                memory.lists.append(index, to: list)
                model[list].append(index)
            }
            let firsts = (0..<4).map(memory.lists.first)
            #expect(firsts == model.map { $0.first ?? 0 }, "seed 9, round \(round)")
        }
        for list in 0..<4 { #expect(memory.drain(list) == model[list]) }
    }

    @Test("removing a member of no list changes nothing")
    func removeStranger() {
        let memory = ListMemory(listCount: 1, memberCount: 4, spacing: 12)
        memory.lists.append(1, to: 0)
        memory.lists.remove(2)
        #expect(memory.drain(0) == [1])
        memory.lists.remove(1)
        #expect(memory.drain(0) == [])
    }
}

/// Zeroed memory for lists whose members lie `spacing` bytes apart.
final class ListMemory {
    let lists: IndexLists
    private let heads: UnsafeMutableRawPointer
    private let links: UnsafeMutableRawPointer

    init(listCount: Int, memberCount: Int, spacing: Int) {
        heads = .allocate(byteCount: listCount * 8, alignment: 8)
        links = .allocate(byteCount: memberCount * spacing, alignment: 8)
        heads.initializeMemory(as: UInt8.self, repeating: 0, count: listCount * 8)
        links.initializeMemory(as: UInt8.self, repeating: 0, count: memberCount * spacing)
        lists = IndexLists(
            heads: heads.assumingMemoryBound(to: IndexList.self), links: links, stride: spacing)
    }

    deinit {
        heads.deallocate()
        links.deallocate()
    }

    /// Empties a list from its front.
    func drain(_ list: Int) -> [UInt32] {
        var members: [UInt32] = []
        while lists.first(of: list) != 0 {
            members.append(lists.first(of: list))
            lists.remove(members.last!)
        }
        return members
    }
}
