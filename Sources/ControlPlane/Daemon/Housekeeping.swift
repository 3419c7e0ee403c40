import Logging
import ServiceLifecycle

/// What the daemon does by itself: takes up the data path's events, and looks after lost devices.
package struct Housekeeping: Service {
    /// How often events are taken up.
    private static let eventInterval = Duration.milliseconds(50)
    /// How many such intervals lie between two looks at the devices: 3 s.
    private static let healInterval = 60

    private let controller: SwitchController

    /// The housekeeping of `controller`.
    package init(_ controller: SwitchController) {
        self.controller = controller
    }

    /// Runs until the daemon stops; the last events are taken up then.
    package func run() async {
        var turn = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.eventInterval) }
            await controller.takeEvents()
            turn += 1
            if turn % Self.healInterval == 0 { await controller.heal() }
        }
    }
}
