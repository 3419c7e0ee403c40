// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 concurrency, each unsafe expression marked, no warning left.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
]

/// Tests may use unsafe constructs without marks; everything else is as strict.
let tests: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
]

/// A room of the house (ARCHITECTURE.md): a library target and the rooms that it may import.
func room(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: strict)
}

/// The tests of the rooms named in `dependencies`; `files` in their folder are not Swift.
func testRoom(
    _ name: String, _ dependencies: [Target.Dependency], leaving files: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: files, swiftSettings: tests)
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"]
    .map { .product(name: $0, package: "swift-nio") }

let package = Package(
    name: "vswitch",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // 1: the system
        .target(name: "CLinux"),
        .target(name: "CMultiBuffer"),
        .systemLibrary(
            name: "CNetlink", pkgConfig: "libnl-route-3.0",
            providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        // 2: words
        room("Packet"),
        room("Telemetry"),
        // 3: siblings
        room("Ports", ["Packet", "Telemetry", "CLinux", "CNetlink"]),
        room("FlowTable", ["Packet", "Telemetry"]),
        room("PolicyEngine", ["Packet", "Telemetry", yams]),
        room("Overlay", ["Packet", "Telemetry", "CCrypto", "CMultiBuffer"]),
        room("Capture", ["Packet", "Telemetry", "CLinux", "CPcap"]),
        // 4: the frame's way
        room(
            "DataPath",
            [
                "Packet", "Telemetry", "Ports", "FlowTable", "PolicyEngine", "Overlay", "Capture",
                "CLinux",
            ]),
        // 5: control
        .target(
            name: "ControlAPI", dependencies: nio, resources: [.embedInCode("openapi.yaml")],
            swiftSettings: strict),
        room(
            "ControlPlane",
            [
                "ControlAPI", "DataPath", "Packet", "Telemetry", "Ports", "FlowTable",
                "PolicyEngine", "Overlay", "Capture", grdb, logging, yams,
            ] + nio),
        // 6: programs
        .executableTarget(
            name: "vswitchd",
            dependencies: ["ControlPlane", "CLinux", arguments, logging, yams],
            swiftSettings: strict),
        .executableTarget(
            name: "vswctl", dependencies: ["ControlAPI", arguments], swiftSettings: strict),
        // tests
        .executableTarget(
            name: "ForwardingTrace",
            dependencies: ["DataPath", "FlowTable", "Packet", "PolicyEngine", "Ports"],
            path: "Benchmarks/ForwardingTrace", swiftSettings: strict),
        .executableTarget(
            name: "SealSpeed", dependencies: ["Overlay", "Packet"], path: "Benchmarks/SealSpeed",
            swiftSettings: strict),
        .executableTarget(
            name: "ProofSpeed", dependencies: ["Packet", "PolicyEngine"],
            path: "Benchmarks/ProofSpeed", swiftSettings: strict),
        .executableTarget(
            name: "Classifier", dependencies: ["Packet", "PolicyEngine"],
            path: "Benchmarks/Classifier", swiftSettings: strict),
        testRoom("PacketTests", ["Packet"]),
        testRoom("TelemetryTests", ["Telemetry"]),
        testRoom("PortsTests", ["Ports"]),
        testRoom("FlowTableTests", ["FlowTable"]),
        testRoom("PolicyEngineTests", ["PolicyEngine"]),
        testRoom("OverlayTests", ["Overlay"]),
        testRoom("CaptureTests", ["Capture"]),
        testRoom("DataPathTests", ["DataPath"]),
        testRoom("ControlAPITests", ["ControlAPI", yams] + nio),
        testRoom("ControlPlaneTests", ["ControlPlane"]),
        testRoom("vswctlTests", ["vswctl", "ControlAPI"]),
        testRoom(
            "StyleTests", ["ForwardingTrace"],
            leaving: ["hot-functions.txt", "forwarding-cost.txt"]),
        testRoom("SystemTests", ["ControlAPI"]),
    ]
)
