import PolicyEngine
import Testing

@Suite struct PolicyErrorTests {
    private func report(_ text: String) -> String {
        do throws(PolicyErrors) {
            _ = try PolicyParser.parse(PolicySource(path: "dir/shop.yaml", text: text))
            return ""
        } catch {
            return error.description
        }
    }

    @Test("an error shows place, message, line, caret and hint")
    func showsTheLine() {
        let text = """
            policy: shop
            for: any
            groups:
              web: label role=web
            rules:
              - allow webb -> web on tcp/80
            """
        #expect(
            report(text) == """
                dir/shop.yaml:6:11: unknown group `webb`
                      - allow webb -> web on tcp/80
                              ^
                hint: did you mean `web`?
                """)
    }

    @Test("an empty line stands between two errors")
    func separatesErrors() {
        let report = report("policy: a\nfor: any\nfoo: 1\nrulez: 2\n")
        #expect(
            report == """
                dir/shop.yaml:3:1: unknown key `foo`
                    foo: 1
                    ^
                hint: did you mean `for`?

                dir/shop.yaml:4:1: unknown key `rulez`
                    rulez: 2
                    ^
                hint: did you mean `rules`?
                """)
    }

    @Test("a character that could disturb a terminal is not repeated in the report")
    func hidesControls() {
        let report = report("policy: a\u{202e}b\nfor: any\n")
        #expect(!report.unicodeScalars.contains("\u{202e}"))
        #expect(report.contains("policy: a\u{fffd}b"))
    }

    @Test("the caret stands below the column also behind wide characters")
    func countsScalars() {
        let report = report("policy: a\nfor: any # é\nrules:\n- allow é -> any\n")
        #expect(report.contains("shop.yaml:4:9: `é`"))
        #expect(report.contains("\n            ^\n"))
    }

    @Test("a warning names the place")
    func warningDescription() throws {
        let file = try policy("policy: x\nfor: label a=b\n")
        let compiled = try PolicyCompiler.compile([file], PolicyUniverse())
        #expect(
            compiled.warnings.map(\.description) == [
                "shop.yaml:2:6: `for` of policy `x` selects no VM yet; "
                    + "its rules bind as soon as one is attached"
            ])
    }
}
