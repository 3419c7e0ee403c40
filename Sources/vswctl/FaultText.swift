import ControlAPI

/// An error in a policy file as compilers print it: place, sentence, the line with a caret, hint.
package struct FaultText: CustomStringConvertible {
    private let fault: PolicyFault

    /// Wraps a fault.
    package init(_ fault: PolicyFault) {
        self.fault = fault
    }

    /// The text; each line ends with a newline.
    package var description: String {
        let place = "\(fault.path):\(fault.line):\(fault.column)"
        var text = "\(place.printable): \(fault.message.printable)\n"
        if let line = fault.sourceLine {
            text += "    \(Self.flat(line).printable)\n    \(caret(under: line))\n"
        }
        if let hint = fault.hint {
            text += "    hint: \(hint.printable)\n"
        }
        return text
    }

    /// Blanks up to the column, then the caret; a column beyond the line points at its end.
    private func caret(under line: String) -> String {
        let offset = min(max(fault.column - 1, 0), line.count)
        return String(repeating: " ", count: offset) + "^"
    }

    /// Tabs as one blank each, so that the caret stands under its character.
    private static func flat(_ line: String) -> String {
        String(line.map { $0 == "\t" ? " " : $0 })
    }
}
