import Testing
import vswctl

@Suite("DurationText")
struct DurationTextTests {
    @Test(
        "a number with a unit is read; seconds when there is none",
        arguments: [
            ("90", 90), ("30s", 30), ("2m", 120), ("1h", 3_600), ("1d", 86_400), ("0", 0),
        ])
    func reads(text: String, seconds: Int) {
        #expect(DurationText(text)?.seconds == seconds)
    }

    @Test(
        "what is not a duration is refused, also one that overflows",
        arguments: ["", "s", "-1", "1.5h", "2 m", "1w", "m2", "9223372036854775807d", "٣s", "1ms"])
    func refuses(text: String) {
        #expect(DurationText(text) == nil)
    }

    @Test(
        "the two largest units are shown",
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m"), (3_661, "1h 1m"), (90_061, "1d 1h"),
            (3_605, "1h 5s"),
        ])
    func shows(seconds: Int, text: String) {
        #expect(DurationText(seconds: seconds).description == text)
    }
}
