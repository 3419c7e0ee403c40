import ControlAPI
import PolicyEngine
import Yams

/// Reads the YAML of manifests: several documents, any style, but nothing by which a text could
/// grow beyond what it shows.
enum KubernetesDocuments {
    /// Every document of file number `file`, in order; faults are noted.
    ///
    /// - Cost: linear in the text: without anchors no part is read twice, and libyaml bounds the
    ///   depth (1,000 levels).
    static func read(
        _ text: PolicyFileText, _ file: Int, _ faults: inout KubernetesFaults
    ) -> [Node] {
        guard text.text.utf8.count <= PolicyFileText.byteCountMax else {
            faults.refuse(
                KubernetesPlace(file: file, line: 1, column: 1),
                "the file has more than 1048576 bytes (1 MiB)", hint: "import it in parts")
            return []
        }
        if let line = anchorLine(text.text) {
            faults.refuse(
                KubernetesPlace(file: file, line: line, column: 1), "anchors (`&`) are not read",
                hint: "write the text out in each place")
            return []
        }
        var documents: [Node] = []
        do {
            let parser = try Parser(yaml: text.text, resolver: .basic, encoding: .utf8)
            while let document = try parser.nextRoot() { documents.append(document) }
        } catch {
            let (message, mark) = explain(error)
            faults.refuse(
                KubernetesPlace(file: file, line: max(mark?.line ?? 1, 1), column: 1),
                "this is not YAML: \(message)", hint: "`kubectl apply --dry-run=client` tells more")
        }
        return documents
    }

    /// The line of the first `&` that may begin an anchor; nil when there is none.
    ///
    /// Quotes are not looked at: taking a text for an anchor only refuses it.
    private static func anchorLine(_ text: String) -> Int? {
        var line = 1
        var before = UInt8(ascii: "\n")
        var isOpen = false
        for octet in text.utf8 {
            if isOpen, isNameOctet(octet) { return line }
            isOpen = octet == UInt8(ascii: "&") && !isTextOctet(before)
            if octet == UInt8(ascii: "\n") { line += 1 }
            before = octet
        }
        return nil
    }

    /// Whether an anchor's name may begin with the octet (libyaml's `IS_ALPHA`).
    private static func isNameOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Whether no token of YAML begins directly behind the octet: in `a=1&b=2` the `&` is text.
    private static func isTextOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "="), UInt8(ascii: "/"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "&"), UInt8(ascii: ";"):
            true
        default: false
        }
    }

    private static func explain(_ error: any Error) -> (String, Mark?) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (problem, mark)
        case .duplicatedKeysInMapping(let keys, let context):
            ("the key `\(keys.first ?? "")` stands twice", context.mark)
        default: ("it cannot be read", nil)
        }
    }
}
