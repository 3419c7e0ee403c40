#!/usr/bin/env python3
"""Two real QEMU guests on TAPs that QEMU owns, attached with --mode netdev; TCP with offloads on.

The guest library is not part of this repository: PEERS names its folder (../shared/peers).
Not in the quick set: without hardware virtualisation it takes about a minute. Root.
"""
import json, os, shutil, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = os.environ.get("PEERS", os.path.join(ROOT, "..", "shared", "peers"))
LIBRARY = os.path.join(PEERS, "guests")
IMAGE = os.path.join(ROOT, ".build", "guest-image")
PROGRAMS = os.path.join(ROOT, ".build", "release")
POLICY = """policy: guests
for: any
rules:
  - allow vm a -> vm b on icmp, icmpv6, tcp/5201
default: deny
"""

if os.geteuid():
    sys.exit("two-guests: TAP devices and namespaces need root")
if not os.path.exists(os.path.join(LIBRARY, "guest.py")):
    sys.exit(f"two-guests: there is no guest library in {LIBRARY}; set PEERS to its folder")
sys.path.insert(0, LIBRARY)
from guest import Guest, NS  # noqa: E402

failures = []


def check(sentence, holds, detail=""):
    print(("ok    " if holds else "FAIL  ") + sentence + (f": {detail}" if detail else ""), flush=True)
    if not holds:
        failures.append(sentence)


class Switch:
    """The real daemon in the host's namespace, on a folder of its own."""

    def __init__(self, host):
        self.folder = tempfile.mkdtemp(prefix="vswitch-qemu-")
        self.environment = dict(os.environ, VSWITCH_SOCKET=f"{self.folder}/control.sock")
        self.log = open(f"{self.folder}/log", "w+")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", host.name, f"{PROGRAMS}/vswitchd", "--name", "hv1",
             "--state", f"{self.folder}/state", "--socket", f"{self.folder}/control.sock"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(100):
            if self.control("status", check=False).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit("two-guests: vswitchd does not answer: " + self.log_text())

    def control(self, *arguments, check=True):
        result = subprocess.run([f"{PROGRAMS}/vswctl", *arguments], env=self.environment,
                                capture_output=True, text=True)
        if check and result.returncode:
            raise RuntimeError(f"vswctl {' '.join(arguments)}: {result.stderr}")
        return result

    def reply(self, *arguments):
        return json.loads(self.control(*arguments, "--json").stdout)

    def apply(self, text):
        path = f"{self.folder}/policy.yaml"
        with open(path, "w") as file:
            file.write(text)
        self.control("policy", "apply", path)

    def log_text(self):
        self.log.seek(0)
        return self.log.read()[-3000:]

    def stop(self):
        self.process.terminate()
        try:
            check("the daemon ends on SIGTERM with 0", self.process.wait(10) == 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            check("the daemon ends on SIGTERM", False)
        shutil.rmtree(self.folder, ignore_errors=True)


def boot(host, switch):
    """Two guests; each TAP is made as libvirt makes it, attached, and then opened by QEMU."""
    guests = []
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
    return guests


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
    if not os.path.exists(f"{IMAGE}/initrd.gz"):
        subprocess.run(["sh", f"{LIBRARY}/mk-guest.sh", IMAGE], check=True)
    host = NS(f"vswqemu-{os.getpid()}")
    switch, guests = Switch(host), []
    try:
        guests = boot(host, switch)
        scenario(switch, *guests)
    except Exception as error:
        check(f"{type(error).__name__}: {error}", False, switch.log_text())
    finally:
        for guest in guests:
            guest.stop()
        switch.stop()
    print(f"{len(failures)} failed" if failures else "all passed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
