import Overlay
import Packet

/// Hosts on a wire that delays, loses, doubles and reorders, all from one seed.
final class OverlaySimulation {
    /// What the wire does to datagrams.
    struct Wire {
        var delay = 2 * millisecond
        /// Added at random: datagrams overtake each other.
        var jitter: UInt64 = 0
        /// One in so many is lost; 0: none.
        var lossOneIn = 0
        /// One in so many comes twice; 0: none.
        var copyOneIn = 0
        /// Loses what it says true to.
        var loses: (_ bytes: [UInt8], _ from: UnderlayAddress) -> Bool = { _, _ in false }
    }

    struct Datagram {
        let due: UInt64
        let bytes: [UInt8]
        let from: UnderlayAddress
        let to: UnderlayAddress
    }

    static let tickInterval = 100 * millisecond

    let seed: UInt64
    let random: SimulatedRandom
    var time = SimulatedTime(now: 1_000 * second, wall: 1_800_000_000 * second)
    var wire = Wire()
    private(set) var hosts: [SimulatedHost] = []
    /// All that was sent, lost or not.
    private(set) var recording: [Datagram] = []
    private var inFlight: [Datagram] = []
    private var nextTick: UInt64

    init(seed: UInt64) {
        self.seed = seed
        random = SimulatedRandom(seed: seed)
        nextTick = time.now
    }

    /// Adds a host with these keys; its address is its name's.
    func add(_ name: String, _ identities: [PrivateKey], address: UnderlayAddress) -> SimulatedHost
    {
        let engine = OverlayEngine(
            identities: identities, clock: TAI64NClock(last: nil), random: random)
        let host = SimulatedHost(name, engine, at: address)
        hosts.append(host)
        return host
    }

    /// Lets time pass until `end`, in steps of deliveries and ticks.
    func run(until end: UInt64) {
        while true {
            collect()
            let due = inFlight.map(\.due).min() ?? .max
            let step = min(due, nextTick)
            guard step <= end else { break }
            advance(to: step)
            if step == nextTick {
                nextTick += Self.tickInterval
                for host in hosts { host.tick(at: time) }
            } else {
                deliver(until: step)
            }
        }
        advance(to: end)
    }

    func run(for duration: UInt64) { run(until: time.now + duration) }

    /// Hands `bytes` to whoever has `address`, as if it came from the wire.
    func inject(_ bytes: [UInt8], from: UnderlayAddress, to address: UnderlayAddress) {
        for host in hosts where host.address == address {
            host.receive(bytes, from: from, at: time)
        }
    }

    private func advance(to now: UInt64) {
        time.wall += now - time.now
        time.now = now
    }

    /// Puts on the wire what the hosts want to send.
    private func collect() {
        for host in hosts {
            let outbox = host.outbox
            host.outbox = []
            for (bytes, address) in outbox { put(bytes, from: host.address, to: address) }
        }
    }

    private func put(_ bytes: [UInt8], from: UnderlayAddress, to: UnderlayAddress) {
        let jitter = wire.jitter > 0 ? random.word() % wire.jitter : 0
        let datagram = Datagram(
            due: time.now + wire.delay + jitter, bytes: bytes, from: from, to: to)
        recording.append(datagram)
        if wire.loses(bytes, from) { return }
        if wire.lossOneIn > 0 && random.once(in: wire.lossOneIn) { return }
        inFlight.append(datagram)
        if wire.copyOneIn > 0 && random.once(in: wire.copyOneIn) { inFlight.append(datagram) }
    }

    private func deliver(until now: UInt64) {
        let arrived = inFlight.filter { $0.due <= now }
        inFlight.removeAll { $0.due <= now }
        for datagram in arrived {
            inject(datagram.bytes, from: datagram.from, to: datagram.to)
        }
    }
}

/// Two hosts that know each other: the usual case.
final class HostPair {
    let simulation: OverlaySimulation
    let alice: SimulatedHost
    let bob: SimulatedHost
    let aliceKey: PrivateKey
    let bobKey: PrivateKey
    /// What alice calls bob, and bob alice.
    static let bobNumber = PeerNumber(rawValue: 1)!
    static let aliceNumber = PeerNumber(rawValue: 2)!
    static let aliceAddress = UnderlayAddress("192.0.2.1:51820")!
    static let bobAddress = UnderlayAddress("[2001:db8::2]:51820")!

    var aliceSettings: PeerSettings
    var bobSettings: PeerSettings

    init(seed: UInt64) {
        simulation = OverlaySimulation(seed: seed)
        aliceKey = PrivateKey(random: simulation.random)
        bobKey = PrivateKey(random: simulation.random)
        alice = simulation.add("alice", [aliceKey], address: Self.aliceAddress)
        bob = simulation.add("bob", [bobKey], address: Self.bobAddress)
        bobSettings = PeerSettings(number: Self.bobNumber, publicKeys: [bobKey.publicKey])
        bobSettings.endpoint = Self.bobAddress
        aliceSettings = PeerSettings(number: Self.aliceNumber, publicKeys: [aliceKey.publicKey])
        aliceSettings.endpoint = Self.aliceAddress
        configure()
    }

    /// Tells both engines the settings as they are now.
    func configure() {
        alice.engine.configure([bobSettings], now: simulation.time.now)
        bob.engine.configure([aliceSettings], now: simulation.time.now)
        alice.act(at: simulation.time)
        bob.act(at: simulation.time)
    }

    func aliceSends(_ number: UInt64) {
        alice.send(number, to: Self.bobNumber, at: simulation.time)
    }

    func bobSends(_ number: UInt64) {
        bob.send(number, to: Self.aliceNumber, at: simulation.time)
    }

    var aliceReceived: [UInt64] { alice.lanes[Self.bobNumber]?.received ?? [] }
    var bobReceived: [UInt64] { bob.lanes[Self.aliceNumber]?.received ?? [] }

    /// What alice reports of bob.
    var aliceReport: PeerReport {
        alice.engine.report(Self.bobNumber, now: simulation.time.now)!
    }
    /// What bob reports of alice.
    var bobReport: PeerReport { bob.engine.report(Self.aliceNumber, now: simulation.time.now)! }

    /// Alice opens a session by sending `number`.
    func connect(_ number: UInt64 = 0) {
        aliceSends(number)
        simulation.run(for: 200 * millisecond)
    }
}
