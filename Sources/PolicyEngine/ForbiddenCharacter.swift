/// A character that no policy file may hold, because it hides what a reader would see.
enum ForbiddenCharacter {
    case byteOrderMark, control, bidirectional, invisible, lineSeparator

    /// Why `scalar` is refused; nil for a character that may stand in a file.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x09, 0x0a, 0x20...0x7e: return nil
        case 0..<0x20, 0x7f, 0x80..<0x85, 0x86..<0xa0: self = .control
        case 0x85, 0x2028, 0x2029: self = .lineSeparator
        case 0xfeff: self = .byteOrderMark
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: self = .bidirectional
        case 0xad, 0x200b...0x200d, 0x2060...0x2064, 0xfff9...0xfffb, 0xe0000...0xe007f:
            self = .invisible
        default: return nil
        }
    }

    /// What the character is, for the message.
    var explanation: String {
        switch self {
        case .byteOrderMark: "a byte order mark"
        case .control: "a control character"
        case .bidirectional: "a bidirectional control, which can make a rule read as another"
        case .invisible: "an invisible character"
        case .lineSeparator: "a line separator that YAML readers treat differently"
        }
    }
}
