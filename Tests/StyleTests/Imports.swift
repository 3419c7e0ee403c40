/// Who may import whom: the rooms of ARCHITECTURE.md, and the libraries each may use.
enum Imports {
    /// What a target's files may import. A target that is not listed may import nothing.
    static let allowed: [String: Set<String>] = [
        "Packet": ["Glibc"],
        "Telemetry": ["Synchronization"],
        "Ports": ["Packet", "Telemetry", "CLinux", "CNetlink", "Glibc", "Synchronization"],
        "FlowTable": ["Packet", "Telemetry", "Glibc", "Synchronization"],
        "PolicyEngine": ["Packet", "Telemetry", "Yams", "Glibc"],
        "Overlay": [
            "Packet", "Telemetry", "CCrypto", "CMultiBuffer", "Glibc", "Synchronization",
        ],
        "Capture": ["Packet", "Telemetry", "CLinux", "CPcap", "Glibc", "Synchronization"],
        "DataPath": [
            "Packet", "Telemetry", "Ports", "FlowTable", "PolicyEngine", "Overlay", "Capture",
            "CLinux", "Glibc", "Synchronization",
        ],
        "ControlAPI": ["NIOCore", "NIOPosix", "NIOHTTP1", "Foundation", "Glibc"],
        "ControlPlane": [
            "ControlAPI", "DataPath", "Packet", "Telemetry", "Ports", "FlowTable", "PolicyEngine",
            "Overlay", "Capture", "GRDB", "Logging", "NIOCore", "NIOPosix", "NIOHTTP1", "Yams",
            "Dispatch", "Foundation", "Glibc", "Synchronization",
        ],
        "vswitchd": [
            "ControlPlane", "CLinux", "ArgumentParser", "Logging", "Yams", "Foundation", "Glibc",
        ],
        "vswctl": ["ControlAPI", "ArgumentParser", "Dispatch", "Foundation", "Glibc"],
    ]

    static func violations(in file: SourceFile) -> [Violation] {
        let allowed = allowed[file.room, default: []]
        return file.code.enumerated().compactMap { index, line in
            guard let module = module(importedBy: line), !allowed.contains(module) else {
                return nil
            }
            let sentence = "\(file.room) may not import \(module)"
            return Violation(path: file.path, line: index + 1, sentence: sentence)
        }
    }

    /// `Glibc` for `public import struct Glibc.timespec`; nil for a line that imports nothing.
    static func module(importedBy line: String) -> String? {
        var words = line.split { $0 == " " || $0 == ";" }.map(String.init)
        guard let keyword = words.firstIndex(of: "import") else { return nil }
        guard words[..<keyword].allSatisfy(isModifier) else { return nil }
        words.removeSubrange(...keyword)
        if let first = words.first, kinds.contains(first) { words.removeFirst() }
        return words.first.map { String($0.prefix { $0 != "." }) }
    }

    private static func isModifier(_ word: String) -> Bool {
        word.hasPrefix("@") || ["public", "package", "internal", "private"].contains(word)
    }

    private static let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let"]
}
