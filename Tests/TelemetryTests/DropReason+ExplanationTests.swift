import Telemetry
import Testing

@Suite("DropReason.explanation")
struct DropReasonExplanationTests {
    @Test("every reason has an explanation of its own")
    func everyReasonIsExplained() {
        let texts = DropReason.allCases.map(\.explanation)
        #expect(Set(texts).count == texts.count)
        for reason in DropReason.allCases { #expect(reason.explanation != reason.name) }
    }

    @Test("an explanation is one sentence: what happened, then what to do")
    func explanationIsOneSentence() {
        for reason in DropReason.allCases {
            let text = reason.explanation
            #expect(text.first?.isUppercase == true, "\(reason)")
            #expect(text.hasSuffix(".") && !text.contains(". "), "\(reason)")
            #expect(text.contains(";"), "\(reason) does not say what to do")
            #expect(!text.contains("  ") && text.count <= 160, "\(reason) has \(text.count)")
        }
    }
}
