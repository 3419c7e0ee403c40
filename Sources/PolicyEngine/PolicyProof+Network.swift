import Packet

/// The ends of one network, gathered into classes: the ends of a class act alike under a policy,
/// and belong to the same sides of all promises.
struct ProofNetwork {
    /// Ends that nothing tells apart.
    struct EndClass {
        /// A table of ``PassTables``.
        let table: Int
        /// What its address is to the other end.
        let peerClass: Int
        /// A set of ``Membership``.
        let membership: Int
        let isIPv4: Bool
        let isOutside: Bool
        /// The first one found: the plainest.
        let first: PacketSpace.End
        /// One of another VM, if there is one: nobody sends to himself.
        var other: PacketSpace.End?
    }

    let number: Int
    let space: PacketSpace.Network
    let senders: [EndClass]
    let receivers: [EndClass]
    /// The VMs as receivers of frames to all; their `peerClass` means nothing.
    let groupReceivers: [EndClass]
    let egress: PassLines
    let ingress: PassLines
    /// What each egress table passes to any group of a family, as numbers of sets.
    let toGroups: (ipv4: [Int32], ipv6: [Int32])

    init(
        _ number: Int, _ space: PacketSpace.Network,
        _ policy: (reading: TableReading, subjects: [PortCompiler.Subject]),
        _ books: inout (sets: PassSets, membership: Membership)
    ) {
        self.number = number
        self.space = space
        let reading = policy.reading
        var classifier = EndClassifier(number, space, policy, books.membership)
        senders = classifier.classes(space.senders)
        egress = PassLines(classifier.tables, reading, &books.sets)
        classifier.tables = PassTables(.ingress)
        receivers = classifier.classes(space.receivers)
        groupReceivers = classifier.classes(space.groupReceivers)
        books.membership = classifier.membership
        ingress = PassLines(classifier.tables, reading, &books.sets)
        guard !egress.isOverBudget else {
            toGroups = ([], [])
            return
        }
        let groups = [true, false].map { space.groupClasses(isIPv4: $0, reading, number) }
        toGroups = (
            egress.unions(over: groups[0], &books.sets),
            egress.unions(over: groups[1], &books.sets)
        )
    }
}

/// Gathers ends into classes.
private struct EndClassifier {
    var tables: PassTables
    var membership: Membership
    private let space: PacketSpace.Network
    private let reading: TableReading
    private let subjects: [PortCompiler.Subject]
    private let places: [Place]

    /// What the address of a point is to the policy, and to the promises.
    private struct Place {
        let ownClass: Int
        let peerClass: Int
        let promiseClass: Int
    }

    private struct Key: Hashable {
        let table: Int
        let peerClass: Int
        let membership: Int
        let isIPv4: Bool
        let isOutside: Bool
    }

    init(
        _ number: Int, _ space: PacketSpace.Network,
        _ policy: (reading: TableReading, subjects: [PortCompiler.Subject]),
        _ membership: Membership
    ) {
        self.space = space
        (reading, subjects) = policy
        tables = PassTables(.egress)
        self.membership = membership
        places = space.points.map { point in
            Place(
                ownClass: policy.reading.ownClass(of: point.address),
                peerClass: policy.reading.peerClass(of: point.address, in: number),
                promiseClass: membership.partition.prefixClass(of: point.address))
        }
    }

    /// The classes of `ends`, in the order of their first ones. An end that passes nothing is left
    /// out.
    mutating func classes(_ ends: [PacketSpace.End]) -> [ProofNetwork.EndClass] {
        var classes: [ProofNetwork.EndClass] = []
        var numbers: [Key: Int] = [:]
        for end in ends {
            guard let key = key(of: end) else { continue }
            if let number = numbers[key] {
                guard classes[number].other == nil, classes[number].first.subject != end.subject
                else { continue }
                classes[number].other = end
            } else {
                numbers[key] = classes.count
                classes.append(
                    ProofNetwork.EndClass(
                        table: key.table, peerClass: key.peerClass, membership: key.membership,
                        isIPv4: key.isIPv4, isOutside: key.isOutside, first: end))
            }
        }
        return classes
    }

    /// Nil when the end's own tables deny everything.
    private mutating func key(of end: PacketSpace.End) -> Key? {
        let place = places[end.point]
        let point = space.points[end.point]
        var table = PassTables.open
        if let subject = end.subject, subjects[subject].endpoint.isJudged {
            guard
                let peers = reading.peers(
                    of: subject, tables.direction, ownClass: place.ownClass)
            else { return nil }
            table = tables.number(of: peers)
        }
        return Key(
            table: table, peerClass: place.peerClass,
            membership: membership.number(
                end.subject, owner: point.owner, prefixClass: place.promiseClass),
            isIPv4: point.address.isIPv4, isOutside: end.subject == nil)
    }
}
