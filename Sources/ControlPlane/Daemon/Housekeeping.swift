/// What the daemon does by itself: takes up the data path's events, and looks after lost devices.
struct Housekeeping {
    /// How often events are taken up.
    private static let eventInterval = Duration.milliseconds(50)
    /// How many such intervals lie between two looks at the devices: 3 s.
    private static let healInterval = 60

    let controller: SwitchController

    /// Runs until the daemon stops; the last events are taken up then.
    func run(until stop: StopSignal) async {
        var turn = 0
        while !stop.isRaised, !Task.isCancelled {
            try? await Task.sleep(for: Self.eventInterval)
            await controller.takeEvents()
            await controller.expireConfirmation()
            turn += 1
            if turn % Self.healInterval == 0 { await controller.heal() }
        }
    }
}
