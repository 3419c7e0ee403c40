import Packet
import PolicyEngine
import Testing

@Suite struct PromiseStrangersTests {
    @Test(
        "an address that a VM leaves is a stranger's, and promises are held against him",
        arguments: [("10.0.0.3/32", false), ("10.0.0.2/31", false), ("10.0.0.0/24", true)])
    func heldAgainstWhoComes(prefix: String, isKept: Bool) throws {
        let name = isKept ? "cidr \(prefix)" : "vm ops1, vm db1"
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- allow cidr \(prefix) -> vm db1 on tcp/80\n"
                + "never:\n- any except \(name) -> vm db1 on tcp/80\n")
        var universe = try shop()
        let first = try PolicyCompiler.compile([file], universe)
        universe.endpoints.removeAll { $0.vm == "ops1" }
        let later = try? PolicyCompiler.recompile(first, [file], universe)
        #expect((later != nil) == isKept)
    }
}
