import Testing

@Suite struct CallgrindProfileTests {
    private let sample = """
        version: 1
        events: Ir
        fn=(1) $s8DataPath6WorkerV7forward
        16 100
        +2 20
        cfn=(2) $s6Packet11ParsedFrameV
        calls=3 50
        +1 999
        +1 5
        fn=(2)
        7 30
        fn=(3) malloc
        9 4000
        fn=(1)
        * 1
        """

    @Test("a function's own instructions are summed, its callees' are not")
    func sums() {
        let profile = CallgrindProfile(sample)
        #expect(profile.instructions["$s8DataPath6WorkerV7forward"] == 126)
        #expect(profile.instructions["$s6Packet11ParsedFrameV"] == 30)
    }

    @Test("modules are told by their mangled names, and nothing else counts")
    func selects() {
        let profile = CallgrindProfile(sample)
        #expect(profile.instructions(of: ["DataPath", "Packet"]) == 156)
        #expect(profile.instructions(of: ["Ports"]) == 0)
    }
}
