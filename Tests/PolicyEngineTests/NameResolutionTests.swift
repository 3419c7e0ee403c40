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

    @Test("a promise and a test name what the file defines")
    func checksPromisesAndTests() {
        let found = faults(
            """
            policy: x
            for: any
            groups:
              web: label role=web
            services:
              http: tcp/80
            rules:
            - deny any -> any on tcp/1 as one
            - deny any -> any on tcp/2
            default: deny
            never:
            - webb -> any except wob
            - any -> web on htp
            tests:
            - vm a -> vm b on htp => deny
            - vm a -> vm b on http => deny by on
            - vm a -> vm b on http => deny by x/two
            - vm a -> vm b on http => deny by x/#3
            - vm a -> vm b on http => deny by x/#1
            - vm a -> vm b on http => deny by one
            - vm a -> vm b on http => deny by x/#2
            - vm a -> vm b on http => deny by default
            - vm a -> vm b on http => deny by x/default
            - vm a -> vm b on http => deny by other/any
            """)
        let rules = "the rules are `#2`, `default`, `one`"
        #expect(
            found == [
                "12:3 unknown group `webb` | did you mean `web`?",
                "12:22 unknown group `wob` | did you mean `web`?",
                "13:17 unknown service `htp` | did you mean `http`?",
                "15:19 unknown service `htp` | did you mean `http`?",
                "16:35 unknown rule `on` | did you mean `one`?",
                "17:35 unknown rule `x/two` | \(rules)",
                "18:35 unknown rule `x/#3` | did you mean `#2`?",
                "19:35 unknown rule `x/#1` | did you mean `#2`?",
            ])
        #expect(
            faults("policy: x\nfor: any\ntests:\n- vm a -> vm b on tcp/1 => deny by y\n") == [
                "4:36 unknown rule `y` | this file has no rules"
            ])
    }
}
