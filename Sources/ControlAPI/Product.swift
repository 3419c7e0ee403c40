/// What both programs say they are.
public enum Product {
    /// The version of `vswitchd` and `vswctl`, which are built together.
    public static let version = "0.1.0"
}
