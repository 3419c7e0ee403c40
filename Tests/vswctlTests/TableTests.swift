import Testing
import vswctl

@Suite("Table")
struct TableTests {
    @Test("columns are as wide as their widest cell, and the last one is not padded")
    func aligns() {
        var table = Table(["PORT", "VM", "STATE"])
        table.add(["1", "web1", "open"])
        table.add(["12", "a", "closed"])
        let lines = [
            "PORT  VM    STATE",
            "   1  web1  open",
            "  12  a     closed",
        ]
        #expect(table.description == lines.map { $0 + "\n" }.joined())
    }

    @Test("numbers stand to the right, also in the last column")
    func numbersToTheRight() {
        var table = Table(["NAME", "COUNT"])
        table.add(["a", "7"])
        table.add(["b", "123456"])
        #expect(table.description == "NAME   COUNT\na          7\nb     123456\n")
    }

    @Test("an empty cell is a dash, so that columns can be counted")
    func marksEmptyCells() {
        var table = Table(["A", "B", "C"])
        table.add([nil, "", "x"])
        #expect(table.description == "A  B  C\n-  -  x\n")
    }

    @Test("a table without rows is its header")
    func empty() {
        #expect(Table(["A", "B"]).description == "A  B\n")
        #expect(Table().description.isEmpty)
    }

    @Test("fields without a value are left out")
    func leavesOutFields() {
        let table = Table.fields([("name", "a"), ("mac", nil), ("ip", ""), ("longer", "b")])
        #expect(table.description == "name    a\nlonger  b\n")
    }

    @Test("widths count characters, not bytes")
    func countsCharacters() {
        var table = Table(["A", "B"])
        table.add(["é́ü", "x"])
        table.add(["abc", "y"])
        #expect(table.description == "A    B\né́ü   x\nabc  y\n")
    }

    @Test(
        "no text can steer the terminal",
        arguments: ["\u{1B}[2J", "a\nb", "a\r", "\u{9B}1m", "\u{202E}abc", "\u{2028}", "\u{7}"])
    func replacesControls(text: String) {
        #expect(text.printable.contains("\u{FFFD}"))
        #expect(!text.printable.unicodeScalars.contains { $0.properties.isWhitespace })
        var table = Table(["A"])
        table.add([text])
        #expect(table.description.count { $0.isNewline } == 2)
    }

    @Test("plain text stays as it is", arguments: ["web1", "ü ñ 漢", "a b", ""])
    func keepsText(text: String) {
        #expect(text.printable == text)
    }
}
