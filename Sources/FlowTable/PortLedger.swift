/// The accounts of all ports: who may open another connection, and who gives way to it.
///
/// - A port is charged for the connections that it opened, and only these can be evicted for its
///   new ones: no port can take another's place.
/// - Thread: any worker; an account's lock is taken last, inside a shard's, and held for O(1).
@safe struct PortLedger: ~Copyable {
    private let accounts: LockedArray<PortAccount>
    private let slots: ConnectionSlots
    private let limits: ConnectionLimits

    /// What became of a charge.
    enum Answer {
        case charged
        /// Refused, but the port may try again without this connection of its own.
        case evict(ConnectionReference)
        case refused
    }

    init(_ slots: ConnectionSlots, _ limits: ConnectionLimits) throws(TableMemoryError) {
        accounts = try LockedArray(count: 1 << UInt16.bitWidth, for: "connection quotas")
        self.slots = slots
        self.limits = limits
    }

    /// Charges the port of `index`, a slot just filled, for a connection.
    func charge(_ index: UInt32, isTableFull: Bool) -> Answer {
        let port = unsafe slots[index].pointee.ports.original.index
        let quotaClass = unsafe slots[index].pointee.state.quotaClass
        let account = unsafe accounts.lock(port)
        defer { accounts.unlock(port) }
        if let answer = unsafe refusal(account.pointee, quotaClass, isTableFull) { return answer }
        unsafe enlist(index, quotaClass, account)
        return .charged
    }

    /// Ends the charge for `index`, whose slot still holds the connection.
    func discharge(_ index: UInt32) {
        let port = unsafe slots[index].pointee.ports.original.index
        let account = unsafe accounts.lock(port)
        defer { accounts.unlock(port) }
        unsafe delist(index, slots[index].pointee.state.quotaClass, account)
    }

    /// Notes that the connection goes on to `state`, before the slot says so.
    func move(_ index: UInt32, to state: ConnectionState) {
        let former = unsafe slots[index].pointee.state.quotaClass
        guard former != state.quotaClass else { return }
        let port = unsafe slots[index].pointee.ports.original.index
        let account = unsafe accounts.lock(port)
        defer { accounts.unlock(port) }
        unsafe delist(index, former, account)
        unsafe enlist(index, state.quotaClass, account)
    }

    /// What is charged to the port now.
    func counts(_ port: Int) -> PortConnectionCounts {
        let account = unsafe accounts.lock(port)
        defer { accounts.unlock(port) }
        return unsafe PortConnectionCounts(
            total: account.pointee.total, halfOpen: account.pointee.count(.halfOpen),
            unreplied: account.pointee.count(.unreplied))
    }
}

// MARK: - Under the account's lock

extension PortLedger {
    /// Why there is no room for one more of `quotaClass`; nil if there is.
    private func refusal(
        _ account: PortAccount, _ quotaClass: QuotaClass, _ isTableFull: Bool
    ) -> Answer? {
        switch quotaClass {
        case .halfOpen where account.count(.halfOpen) >= limits.halfOpenPerPort,
            .unreplied where account.count(.unreplied) >= limits.unrepliedPerPort:
            return evict(account.oldest(quotaClass))
        default: break
        }
        guard isTableFull || account.total >= limits.perPort else { return nil }
        let finished = account.oldest(.finished)
        return evict(finished != 0 ? finished : oldestUnanswered(account))
    }

    private func evict(_ index: UInt32) -> Answer {
        guard index != 0 else { return .refused }
        // A listed slot's serial is stable: it changes only after the slot has left its list.
        return .evict(ConnectionReference(index: index, serial: unsafe slots[index].pointee.serial))
    }

    private func oldestUnanswered(_ account: PortAccount) -> UInt32 {
        let (halfOpen, unreplied) = (account.oldest(.halfOpen), account.oldest(.unreplied))
        if halfOpen == 0 || unreplied == 0 { return max(halfOpen, unreplied) }
        let isOlder = unsafe slots[halfOpen].pointee.opened <= slots[unreplied].pointee.opened
        return isOlder ? halfOpen : unreplied
    }

    private func enlist(
        _ index: UInt32, _ quotaClass: QuotaClass, _ account: UnsafeMutablePointer<PortAccount>
    ) {
        unsafe account.pointee.add(1, to: quotaClass)
        guard quotaClass != .settled else { return }
        unsafe lists(account).append(index, to: Int(quotaClass.rawValue))
    }

    private func delist(
        _ index: UInt32, _ quotaClass: QuotaClass, _ account: UnsafeMutablePointer<PortAccount>
    ) {
        unsafe account.pointee.add(-1, to: quotaClass)
        unsafe lists(account).remove(index)
    }

    /// The account's lists; their heads are its first field.
    private func lists(_ account: UnsafeMutablePointer<PortAccount>) -> IndexLists {
        let heads = unsafe UnsafeMutableRawPointer(account).assumingMemoryBound(to: IndexList.self)
        return unsafe slots.lists(heads, linksAt: ConnectionEntry.quotaOffset)
    }
}
