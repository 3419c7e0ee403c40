import ControlPlane
import Testing

@Suite("GroupTag")
struct GroupTagTests {
    @Test("the order in which labels were written does not matter; every key and value does")
    func dependsOnLabelsAlone() {
        let tag = GroupTag.of(["role": "db", "env": "prod"])
        #expect(tag == GroupTag.of(["env": "prod", "role": "db"]))
        let others = [
            [:], ["role": "db"], ["role": "db", "env": "test"], ["role": "prod", "env": "db"],
            ["roled": "b", "env": "prod"], ["role": "dbenv", "prod": ""],
        ]
        for labels in others { #expect(GroupTag.of(labels) != tag, "\(labels)") }
    }

    @Test("tags are those that other hosts compute, today and later")
    func isStable() {
        #expect(GroupTag.of([:]) == 0xf011)
        #expect(GroupTag.of(["role": "db"]) == 0xd61a)
    }

    @Test("no tag is 0, and tags spread")
    func spreads() {
        let tags = (0..<20_000).map { GroupTag.of(["number": "\($0)"]) }
        #expect(!tags.contains(0))
        // Of 20,000 balls in 65,535 boxes, 17,230 boxes are expected to have one.
        #expect((16_900...17_600).contains(Set(tags).count))
    }
}
