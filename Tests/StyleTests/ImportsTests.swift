import Testing

@Suite struct ImportsTests {
    @Test("every room imports only what the picture of the house allows")
    func roomsKeepTheirPlace() {
        let broken = Repository.swiftFiles(below: "Sources").flatMap(Imports.violations)
        #expect(broken.isEmpty, "\(broken.report)")
    }

    @Test("siblings never import each other, and nothing imports upwards")
    func tableItselfIsLayered() {
        let floors = [
            ["Packet", "Telemetry"], ["Ports", "FlowTable", "PolicyEngine", "Capture"],
            ["DataPath"], ["ControlAPI", "ControlPlane"], ["vswitchd", "vswctl"],
        ]
        for (floor, rooms) in floors.enumerated() {
            let above = Set(floors[floor...].joined())
            for room in rooms where room != "ControlPlane" {
                #expect(Imports.allowed[room, default: []].isDisjoint(with: above), "\(room)")
            }
        }
        #expect(Imports.allowed["vswctl"]?.contains("ControlPlane") == false)
    }

    @Test(
        "a module is found in every spelling of an import",
        arguments: [
            ("import Packet", "Packet"), ("  public import struct Glibc.timespec", "Glibc"),
            ("@preconcurrency import GRDB", "GRDB"), ("import class A.B; import C", "A"),
        ])
    func findsModule(line: String, module: String) {
        #expect(Imports.module(importedBy: line) == module)
    }

    @Test("an import that the table does not list is found, in code only")
    func findsForbidden() {
        let text = "// import GRDB\nimport Packet\n\nimport Ports\nlet s = \"import Yams\"\n"
        let found = Imports.violations(
            in: SourceFile(path: "Sources/FlowTable/A.swift", text: text))
        let sentence = "FlowTable may not import Ports"
        #expect(
            found == [Violation(path: "Sources/FlowTable/A.swift", line: 4, sentence: sentence)])
    }
}
