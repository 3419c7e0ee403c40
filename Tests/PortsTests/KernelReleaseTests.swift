import Glibc
import Ports
import Testing

@Suite struct KernelReleaseTests {
    @Test(
        "a release is as old as its first two numbers say",
        arguments: [
            ("6.1.0-28-amd64", false), ("5.15.0", false), ("6.2", true), ("6.18.5", true),
            ("7.0-rc1", true), ("6.2.0-generic+", true), ("6", false), ("", false), ("x", false),
            ("10.0", true),
        ])
    func compares(text: String, takesDatagrams: Bool) {
        #expect((KernelRelease(text) >= .udpSuperFrames) == takesDatagrams)
    }

    @Test("the running kernel's release is read")
    func readsOwn() { #expect(KernelRelease.running > KernelRelease("3.0")) }
}
