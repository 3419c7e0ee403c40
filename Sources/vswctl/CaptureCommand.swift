import ArgumentParser
import ControlAPI

/// `vswctl capture DEVICE…`
struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Capture at ports, with verdicts; live.",
        discussion: """
            Without --write each packet is one line: time, device, direction (`in` is into the \
            switch), length, verdict and rule. With --write it is pcapng, one interface for each \
            device, written packet by packet. Ctrl-C ends a capture cleanly.

            Examples:
              vswctl capture web1
              vswctl capture web1 db1 --filter 'tcp port 5432' --write shop.pcapng
              vswctl capture web1 --point verdict --duration 30s
              vswctl capture web1 --write - | tshark -r -
            """)

    @Argument(help: "The devices, as in `vswctl port list`.") var device: [String]
    @Option(help: ArgumentHelp("Only what matches, as for tcpdump.", valueName: "expression"))
    var filter: String?
    @Option(
        help: ArgumentHelp("Write pcapng to a file, or to standard output.", valueName: "file|-"),
        completion: .file())
    var write: String?
    @Option(help: "End after this many packets.") var count: Int?
    @Option(help: "End after this time: 30s, 2m, 1h.") var duration: DurationText?
    @Option(help: ArgumentHelp("Keep this much of each frame.", valueName: "bytes"))
    var snaplen: Int?
    @Option(
        help: "Where: guest (as the VM sees it), verdict (drops too), underlay (not yet).")
    var point: CapturePoint = .guest
    @OptionGroup var control: ControlOptions

    func validate() throws {
        try refuse("--count", count, outside: 1...Int(Int32.max))
        try refuse("--duration", duration?.seconds, outside: 1...86_400)
        try refuse("--snaplen", snaplen, outside: 14...262_144)
        if control.json, write != nil {
            throw ValidationError("--write is pcapng: leave out --json")
        }
        if let twice = device.first(where: { name in device.count { $0 == name } > 1 }) {
            throw ValidationError("\(twice) is named twice")
        }
    }

    private func refuse(_ name: String, _ value: Int?, outside range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(name) takes \(range.lowerBound) to \(range.upperBound)")
    }

    func run() async throws {
        guard point != .underlay else {
            throw CommandFailure(
                "--point underlay is not yet implemented; use --point guest or verdict")
        }
        var options = CaptureOptions(
            filter: filter, count: count, durationSeconds: duration?.seconds, snapLength: snaplen)
        options.point = point
        let sink = PacketSink(form, countMax: count)
        let interrupt = try Interrupt()
        let run = CaptureRun(client: control.client, options: options, sink: sink)
        let capture = Task { [device] in
            try await run.run(device)
        }
        interrupt.then { capture.cancel() }
        try await capture.value
        let packets = await sink.count
        try? Output.error.write("\(packets.of("packet")) captured\n")
    }

    private var form: PacketSink.Form {
        switch write {
        case "-": .pcapng(.standard)
        case let path?: .file(path)
        case nil: control.json ? .json : .lines
        }
    }
}

/// A capture at one or more ports, until all have ended or the task is cancelled.
struct CaptureRun: Sendable {
    let client: ControlClient
    let options: CaptureOptions
    let sink: PacketSink

    /// Captures at `devices`; returns also when the task is cancelled. Throws what ends it early.
    func run(_ devices: [String]) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (stream, device) in devices.enumerated() {
                    group.addTask { try await run(device, stream) }
                }
                try await group.waitForAll()
            }
        } catch is CancellationError {
            return
        } catch is HasEnough {
            return
        } catch is PcapNGError {
            throw CommandFailure(
                "the daemon's capture stream is damaged; what was written so far is whole")
        }
    }

    private func run(_ device: String, _ stream: Int) async throws {
        var reader = PcapNGReader()
        try await client.capture(device, options) { bytes in
            reader.append(bytes)
            while let block = try reader.next() {
                guard try await sink.take(block, from: stream) else { throw HasEnough() }
            }
        }
    }
}

/// The number of packets that was asked for has been written.
private struct HasEnough: Error {}
