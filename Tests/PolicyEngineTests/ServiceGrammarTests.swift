import PolicyEngine
import Testing

@Suite struct ServiceGrammarTests {
    private static let service =
        "a service is `tcp/443`, `udp/53`, `icmp/echo`, a name or `any`"
    private static let port =
        "write a number as in `tcp/443`, or a range as in `tcp/8000-8080`"

    @Test(
        "a service that is none is refused with what was meant",
        arguments: [
            (
                "tcp/70000",
                "port 70000 in `tcp/70000` is above 65535 | ports are numbers from 0 to 65535"
            ),
            (
                "udp/1-99999",
                "port 99999 in `udp/1-99999` is above 65535 | ports are numbers from 0 to 65535"
            ),
            (
                "tcp/99999999999999999999",
                "port 99999999999999999999 in `tcp/99999999999999999999` is above 65535 | "
                    + "ports are numbers from 0 to 65535"
            ),
            ("tcp/90-80", "the port range `90-80` runs backwards | write `tcp/80-90`"),
            (
                "tcp/",
                "a port is missing in `tcp/` | "
                    + "write a number as in `tcp/443`; for every port leave out the `/`"
            ),
            (
                "sctp/80-",
                "a port is missing in `sctp/80-` | "
                    + "write a number as in `tcp/443`; for every port leave out the `/`"
            ),
            ("tcp/http", "`http` in `tcp/http` is not a port number | \(port)"),
            ("tcp/080", "`080` in `tcp/080` is not a port number | \(port)"),
            ("tcp/1-2-3", "`2-3` in `tcp/1-2-3` is not a port number | \(port)"),
            (
                "icmp/ecko",
                "`ecko` is not a type of icmp | "
                    + "a type is a number from 0 to 255 or a name; did you mean `echo`?"
            ),
            (
                "icmpv6/256",
                "`256` is not a type of icmpv6 | a type is a number from 0 to 255 or a name; "
                    + "the names are `echo`, `echo-reply`, `packet-too-big`, `parameter-problem`, "
                    + "`time-exceeded`, `unreachable`"
            ),
            (
                "proto",
                "`proto` needs a protocol number | "
                    + "write a number from 0 to 255, as in `proto/47` for GRE"
            ),
            (
                "proto/256",
                "`proto` needs a protocol number | "
                    + "write a number from 0 to 255, as in `proto/47` for GRE"
            ),
            ("tpc/80", "unknown protocol `tpc` | did you mean `tcp`?"),
            ("log", "expected a service, found `log` | \(service)"),
        ])
    func refusesServices(service: String, expected: String) {
        #expect(ruleFaults("allow any -> db on \(service)") == ["20 \(expected)"])
    }

    @Test(
        "a list of services that breaks off is refused",
        arguments: [
            ("allow any -> db on", "19 expected a service, found the end of the sentence"),
            ("allow any -> db on tcp/1,", "26 expected a service, found the end of the sentence"),
            ("allow any -> db on -> web", "20 expected a service, found `->`"),
        ])
    func refusesOpenLists(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == ["\(expected) | \(Self.service)"])
    }

    @Test(
        "every form of a service is read",
        arguments: [
            "any", "tcp", "tcp/0", "udp/65535", "sctp/1-65535", "icmp", "icmp/0", "icmp/255",
            "icmp/echo", "icmp/time-exceeded", "icmpv6/packet-too-big", "proto/0", "proto/255",
            "http",
            "http, tcp/81",
        ])
    func readsServices(service: String) {
        #expect(ruleFaults("allow any -> db on \(service)").isEmpty)
    }
}
