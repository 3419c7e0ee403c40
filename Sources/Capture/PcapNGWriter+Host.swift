import Glibc

extension PcapNGWriter.Origin {
    /// This machine as `uname` names it, and the application `vswitch`.
    public static var host: Self {
        var names = utsname()
        _ = unsafe uname(&names)
        return Self(
            hardware: text(names.machine),
            operatingSystem: text(names.sysname) + " " + text(names.release),
            application: "vswitch")
    }

    /// The text in one of the fixed arrays of `utsname`, up to its zero.
    private static func text<CArray: BitwiseCopyable>(_ array: CArray) -> String {
        unsafe withUnsafeBytes(of: array) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
