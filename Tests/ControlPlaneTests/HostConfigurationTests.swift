import ControlPlane
import DataPath
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
        #expect(configuration.dataPath.processor == SwitchSettings().processor)
    }

    @Test("a worker is bound to the processor that the file names")
    func bindsWorkers() throws {
        let configuration = try HostConfiguration("worker-cpus: [0]\n", path: "v.yaml")
        #expect(configuration.dataPath.processor == 0)
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            ("nam: hv1\n", "v.yaml:1:1: 'nam' is not a known key"),
            ("name: hv1\nname: hv2\n", "'name' is given twice"),
            ("workers: 2\n", "v.yaml:1:10: more than one worker is not yet"),
            ("workers: many\n", "v.yaml:1:10: 'workers' must be"),
            ("workers: 0\n", "v.yaml:1:10: 'workers' must be"),
            ("worker-cpus: 1\n", "v.yaml:1:14: 'worker-cpus' must be a list"),
            ("worker-cpus: [99999]\n", "v.yaml:1:14: 'worker-cpus' must be a list of processors"),
            ("worker-cpus: [-1]\n", "v.yaml:1:14: 'worker-cpus' must be a list of processors"),
            ("worker-cpus: [0, 0]\n", "v.yaml:1:14: 'worker-cpus' must name one"),
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
