import PolicyEngine
import Testing

@Suite struct TokenTests {
    @Test(
        "signs need no spaces around them",
        arguments: [
            "allow web->db", "allow web,db->any", "allow label a=b->any", "allow label a!=b -> any",
            "allow label a in(b|c)->any", "allow any -> web on tcp/80,tcp/81-90 log",
        ])
    func splitsSigns(sentence: String) {
        #expect(ruleFaults(sentence).isEmpty)
    }

    @Test(
        "a character that belongs to no word is refused",
        arguments: [
            ("allow web > db", "11 `>` does not belong in a sentence | the arrow is written `->`"),
            (
                "allow web → db",
                "11 `→` does not belong in a sentence | "
                    + "names are made of ASCII letters, digits, `.`, `_` and `-`"
            ),
            (
                "allow wëb -> db",
                "8 `ë` does not belong in a sentence | "
                    + "names are made of ASCII letters, digits, `.`, `_` and `-`"
            ),
            (
                "allow label a~b -> db",
                "14 `~` does not belong in a sentence | "
                    + "names are made of ASCII letters, digits, `.`, `_` and `-`"
            ),
            (
                "allow web -> #db",
                "13 expected a peer, found the end of the sentence | "
                    + "a peer is `any`, a group, `vm NAME`, `cidr PREFIX` or `label KEY=VALUE`"
            ),
            (
                "allow w#b -> db",
                "8 `#` does not belong in a sentence | "
                    + "names are made of ASCII letters, digits, `.`, `_` and `-`"
            ),
            (
                "allow web -> db; deny",
                "16 `;` does not belong in a sentence | "
                    + "names are made of ASCII letters, digits, `.`, `_` and `-`"
            ),
        ])
    func refusesCharacters(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test(
        "a sign where a word belongs is named",
        arguments: [
            ("allow , -> db", "`,`"), ("allow ( -> db", "`(`"), ("allow ) -> db", "`)`"),
            ("allow | -> db", "`|`"), ("allow = -> db", "`=`"),
            ("allow => db", "`=>`"), ("allow != -> db", "`!=`"),
            ("allow -> db", "`->`"), ("allow", "the end of the sentence"),
        ])
    func namesSigns(sentence: String, sign: String) {
        let hint = "a peer is `any`, a group, `vm NAME`, `cidr PREFIX` or `label KEY=VALUE`"
        let column = sentence == "allow" ? 6 : 7
        #expect(ruleFaults(sentence) == ["\(column) expected a peer, found \(sign) | \(hint)"])
    }
}
