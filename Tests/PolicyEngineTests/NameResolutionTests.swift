import PolicyEngine
import Testing

@Suite struct NameResolutionTests {
    @Test(
        "a name that the file does not define is refused with the one that was meant",
        arguments: [
            ("allow webb -> db", "7 unknown group `webb` | did you mean `web`?"),
            ("allow web -> any except dbs", "25 unknown group `dbs` | did you mean `db`?"),
            ("allow frontend -> db", "7 unknown group `frontend` | the groups are `db`, `web`"),
            ("allow web -> db on htp", "20 unknown service `htp` | did you mean `http`?"),
            ("allow web -> db on pg", "20 unknown service `pg` | the services are `http`"),
            ("allow http -> web", "7 `http` is a service, not a group | services stand after `on`"),
            (
                "allow db -> web on tcp/1, web",
                "27 `web` is a group, not a service | groups stand before `on`"
            ),
        ])
    func refusesUnknownNames(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test("a file without groups says so")
    func knowsOfNoGroups() {
        #expect(
            faults("policy: x\nfor: shop\n") == [
                "2:6 unknown group `shop` | this file defines no groups"
            ])
    }

    @Test("a group is made of groups above it, and so never of itself")
    func ordersGroups() throws {
        let found = faults(
            """
            policy: x
            for: b
            groups:
              a: b, vm x
              b: any except b
              c: a, d
            """)
        #expect(
            found == [
                "4:6 group `a` names `b`, which is not above it | "
                    + "a group is made of groups above it; move `b` up",
                "5:17 group `b` names `b`, which is not above it | "
                    + "a group is made of groups above it; move `b` up",
                "6:9 unknown group `d` | did you mean `a`?",
            ])
        #expect(faults("policy: x\nfor: b\ngroups:\n  a: any\n  b: a except vm x\n").isEmpty)
    }

    @Test("a service is not made of services")
    func keepsServicesFlat() {
        #expect(
            faults("policy: x\nfor: any\nservices:\n  a: tcp/1\n  b: udp/1, a\n") == [
                "5:13 a service is made of protocols and ports, not of `a` | "
                    + "write out what `a` stands for, as in `tcp/80, tcp/443`"
            ])
    }

    @Test("two rules of a file have different names")
    func refusesDuplicateRuleNames() {
        let found = faults(
            """
            policy: x
            for: any
            rules:
            - deny any -> any on tcp/1 as a
            - deny any -> any on tcp/2
            - deny any -> any on tcp/3 as a
            """)
        #expect(
            found == [
                "6:31 the rule name `a` is already used on line 4 | "
                    + "give each rule of a file a name of its own"
            ])
    }

    @Test("a group at fault does not make those who name it faulty")
    func reportsOnce() {
        let text = "policy: x\nfor: web\ngroups:\n  web: label\n"
        #expect(faults(text).count == 1)
    }
}
