import PolicyEngine

extension PolicyDay {
    /// The day that it is now in UTC, by the host's clock.
    static var current: PolicyDay {
        PolicyDay(secondsSince1970: Int(UnixTime.now.seconds))
    }
}
