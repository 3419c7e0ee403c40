import Glibc
import Testing

extension SystemTests {
    /// The tools of these tests themselves.
    @Suite struct Tools {
        @Test("a program sees the end of its input although others were started meanwhile")
        func inputEnds() throws {
            let first = try Background(["cat"])
            let second = try Background(["cat"])
            first.send("a")
            #expect(try first.lines(1) == ["a"])
            first.endInput()
            #expect(first.end(seconds: 2)?.status == 0)
            #expect(second.isRunning)
            #expect(second.terminate()?.status == 128 + SIGTERM)
        }

        @Test("a program that hangs is ended by its time limit")
        func timeLimit() throws {
            #expect(try Shell.run(["sleep", "5"], seconds: 1).status == 124)
        }

        @Test("output larger than a pipe and both streams are kept")
        func largeOutput() throws {
            let result = try Shell.run(["sh", "-c", "seq 100000; echo bad >&2; exit 3"])
            #expect(result.lines.count == 100_000 && result.errors == "bad\n")
            #expect(result.status == 3)
        }

        @Test("two namespaces on one veth pair reach each other, and are gone when removed")
        func namespaces() throws {
            let (one, two) = try (NetworkNamespace("one"), NetworkNamespace("two"))
            try one.ip("link add e0 type veth peer name e0 netns \(two.name)")
            try one.must("ip addr add 10.0.0.1/24 dev e0; ip link set e0 up")
            try two.must("ip addr add 10.0.0.2/24 dev e0; ip link set e0 up")
            #expect(try one.run("ping", "-c1", "-W1", "10.0.0.2").isSuccess)
            let server = try two.start(["sleep", "100"])
            two.remove()
            #expect(server.end(seconds: 2) != nil)
            // The kernel takes a namespace's devices away after it.
            #expect(waitUntil(seconds: 2) { !one.hasDevice("e0") })
            one.remove()
        }
    }
}
