#!/usr/bin/env python3
"""Two real QEMU guests on TAPs that QEMU owns, attached with --mode netdev; TCP with offloads on.

Not in the quick set: without hardware virtualisation it takes about a minute. Root.
"""
import json, os

from stage import IMAGE, Guest, NS, Switch, check, image, play

POLICY = """policy: guests
for: any
rules:
  - allow vm a -> vm b on icmp, icmpv6, tcp/5201
default: deny
"""


def boot(host, switch, guests):
    """Two guests; each TAP is made as libvirt makes it, attached, and then opened by QEMU."""
    for number, name in enumerate("ab", 1):
        mac, addresses = f"52:54:00:00:66:0{number}", (f"10.9.0.{number}", f"fd09::{number}")
        host.sh(f"ip tuntap add tap{name} mode tap vnet_hdr")
        switch.control("port", "attach", f"tap{name}", "--vm", name, "--mode", "netdev",
                       "--mac", mac, "--ip", addresses[0], "--ip", addresses[1])
        guests.append(Guest(
            name, IMAGE, net=[f"tap,ifname=tap{name},script=no,downscript=no,vnet_hdr=on"],
            ip=f"{addresses[0]}/24,{addresses[1]}/64", mac=mac, netns=host.name, big=True))
    for guest in guests:
        guest.start()
    print("booted in", " and ".join(f"{guest.ready(180):.1f} s" for guest in guests), flush=True)


def iperf(guest, *arguments):
    status, text = guest.sh("iperf3 -J --connect-timeout 3000 " + " ".join(arguments), 60)
    report = json.loads(text[text.index("{"):text.rindex("}") + 1]) if "{" in text else {}
    if status or "error" in report:
        return None
    return report["end"]["sum_received"]["bits_per_second"] / 1e9


def scenario(switch, a, b):
    check("nothing passes before a policy", a.sh("ping -c1 -W1 10.9.0.2")[0] != 0)
    switch.apply(POLICY)
    a.sh("ping -c1 -W2 10.9.0.2")
    check("IPv4 ping", a.sh("ping -c3 -W2 10.9.0.2")[0] == 0)
    check("IPv6 ping", a.sh("ping -6 -c3 -W2 fd09::2")[0] == 0)
    check("the other way is denied", b.sh("ping -c1 -W1 10.9.0.1")[0] != 0)
    for guest in (a, b):
        guest.sh("iperf3 -s -D")
    for title, arguments in (("IPv4", ["-c", "10.9.0.2"]), ("IPv6", ["-c", "fd09::2"]),
                             ("IPv4, reversed", ["-c", "10.9.0.2", "-R"])):
        before = switch.reply("counters")["total"]
        speed = iperf(a, *arguments, "-t", "4")
        after = switch.reply("counters")["total"]
        count = after["receivedFrames"] - before["receivedFrames"]
        mean = (after["receivedBytes"] - before["receivedBytes"]) / max(1, count)
        check(f"TCP over {title}", bool(speed), speed and f"{speed:.2f} Gbit/s, {mean:.0f} B a frame")
        check(f"super-frames over {title}", mean > 2_000)
    check("TCP to a denied port", iperf(b, "-c", "10.9.0.1", "-t", "1") is None)
    check("every frame is counted once", switch.reply("counters")["balanced"])
    print(switch.control("counters").stdout)


def main():
    image()
    host = NS(f"vswqemu-{os.getpid()}")

    def both(guests, switch):
        boot(host, switch, guests)
        scenario(switch, *guests)

    play(both, Switch(host))


if __name__ == "__main__":
    main()
