import ControlPlane
import Testing

@Suite("HostConfiguration")
struct HostConfigurationTests {
    @Test(
        "an empty file, and one of comments, mean the defaults", arguments: ["", "\n", "# hello\n"])
    func takesNothing(text: String) throws {
        #expect(try HostConfiguration(text, path: "v.yaml") == HostConfiguration())
    }

    @Test("name and workers are read")
    func reads() throws {
        let configuration = try HostConfiguration("name: hv1\nworkers: 1\n", path: "v.yaml")
        #expect(configuration.name == "hv1" && configuration.workers == 1)
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            ("nam: hv1\n", "v.yaml:1:1: 'nam' is not a known key"),
            ("name: hv1\nname: hv2\n", "'name' is given twice"),
            ("workers: 2\n", "v.yaml:1:10: more than one worker is not yet"),
            ("workers: many\n", "v.yaml:1:10: 'workers' must be"),
            ("workers: 0\n", "v.yaml:1:10: 'workers' must be"),
            ("name: [a]\n", "v.yaml:1:7: 'name' must"),
            ("name: \"a b\"\n", "v.yaml:1:7: 'name' must"),
            ("name:\n", "v.yaml:1"),
            ("- a\n", "v.yaml:1:1: the file must hold keys"),
            ("hello\n", "v.yaml:1:1: the file must hold keys"),
            ("name: \"hv1\n", "v.yaml:"),
            ("name: hv1\n\tworkers: 1\n", "v.yaml:2"),
        ])
    func refuses(text: String, words: String) {
        let error = #expect(throws: StartError.self) {
            try HostConfiguration(text, path: "v.yaml")
        }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
}
