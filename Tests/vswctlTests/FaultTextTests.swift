import ControlAPI
import Testing
import vswctl

@Suite("FaultText")
struct FaultTextTests {
    func fault(column: Int, line: String?) -> PolicyFault {
        var fault = PolicyFault(path: "a.yaml", line: 3, column: column, message: "no group 'x'")
        fault.sourceLine = line
        return fault
    }

    @Test("place, sentence, line, caret and hint stand on lines of their own")
    func shape() {
        var fault = fault(column: 9, line: "- allow x -> y")
        fault.hint = "did you mean 'web'?"
        #expect(
            FaultText(fault).description == """
                a.yaml:3:9: no group 'x'
                    - allow x -> y
                            ^
                    hint: did you mean 'web'?

                """)
    }

    @Test("without a line there is no caret")
    func withoutLine() {
        #expect(FaultText(fault(column: 9, line: nil)).description == "a.yaml:3:9: no group 'x'\n")
    }

    @Test("a column outside the line points at its ends", arguments: [(-5, 4), (0, 4), (99, 7)])
    func columnOutside(column: Int, blanks: Int) {
        let lines = Pieces(lines: FaultText(fault(column: column, line: "abc")).description)
        #expect(lines[2] == String(repeating: " ", count: blanks) + "^")
    }

    @Test("tabs become blanks, so that the caret stands under its character")
    func tabs() {
        let lines = Pieces(lines: FaultText(fault(column: 3, line: "\t\tx")).description)
        #expect(lines[1] == "      x")
        #expect(lines[2] == "      ^")
    }

    @Test("a line of a file cannot steer the terminal")
    func controls() {
        let text = FaultText(fault(column: 1, line: "\u{1B}]0;x\u{7}")).description
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    }
}
