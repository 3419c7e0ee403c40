#!/usr/bin/env python3
"""large-policy.py [RULES [FILES [VMS]]]: what a large policy costs the real daemon, end to end.

Attaches VMS VMs, applies RULES rules in FILES files, applies them again, changes single rules, and
attaches more VMs. Prints the time at the command line and the daemon's processor time of each step.
Runs vswitchd in a network namespace of its own; needs root and `make build`.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent.parent / ".build/release"


class Daemon:
    """vswitchd on a state of its own."""

    def __init__(self, folder, namespace):
        self.folder = folder
        self.environment = dict(os.environ, VSWITCH_SOCKET=str(folder / "socket"))
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, PROGRAMS / "vswitchd", "--name", "hv1"]
            + ["--state", folder / "state", "--socket", folder / "socket"],
            stderr=(folder / "log").open("w"))
        for _ in range(100):
            if self.call("status").returncode == 0:
                return
            time.sleep(0.1)
        sys.exit((folder / "log").read_text())

    def call(self, *words):
        return subprocess.run(
            [PROGRAMS / "vswctl", *words], env=self.environment, capture_output=True, text=True)

    def cost(self, what, *words):
        """Runs a command that must succeed and prints what it took."""
        processor, begin = self.processor_seconds(), time.monotonic()
        result = self.call(*words)
        elapsed = time.monotonic() - begin
        if result.returncode:
            sys.exit(f"large-policy: {' '.join(words)}: {result.stderr}")
        processor = self.processor_seconds() - processor
        print(f"{what:32} {elapsed * 1e3:7.0f} ms, of the daemon {processor * 1e3:6.0f} ms, "
              f"its memory {self.megabytes():5.0f} MB")

    def processor_seconds(self):
        clock = ~self.process.pid << 3 | 2  # clock_getcpuclockid(3): the process's, in nanoseconds
        return time.clock_gettime(clock)

    def megabytes(self):
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def end(self):
        self.process.terminate()
        self.process.wait(10)


class Policy:
    """Micro-segmentation: hosts and prefixes to labels and hosts, most on a well-known port."""

    def __init__(self, folder, rule_count, file_count):
        self.random = random.Random(7)
        self.folder = folder
        folder.mkdir()
        self.files = [
            [self.rule() for _ in range(rule_count // file_count)] for _ in range(file_count)]
        for number in range(file_count):
            self.write(number)

    def rule(self):
        draw = self.random
        octets = [draw.randrange(256) for _ in range(3)]
        sender = (f"10.{octets[0]}.{octets[1]}.{octets[2]}/32" if draw.randrange(3)
                  else f"10.{octets[0]}.{octets[1] & 0xF0}.0/20")
        receiver = (f"label role=r{draw.randrange(64)}" if draw.randrange(2)
                    else f"cidr 10.66.{draw.randrange(4)}.{draw.randrange(1, 250)}/32")
        known = [22, 53, 80, 443, 3306, 5432, 6379, 8080, 9092]
        return f"allow cidr {sender} -> {receiver} on tcp/{draw.choice(known + [draw.randrange(1, 65_000)])}"

    def write(self, number):
        head = f"policy: f{number}\ntier: app\nfor: any\nrules:\n"
        rules = "".join(f"  - {rule}\n" for rule in self.files[number])
        tail = "default: deny\n" if number == 0 else ""
        (self.folder / f"f{number}.yaml").write_text(head + rules + tail)

    def change(self, number):
        """Puts another rule in the place of one."""
        self.files[number][len(self.files[number]) // 2] = self.rule()
        self.write(number)

    def add(self, number):
        """Puts a rule among the others."""
        self.files[number].insert(len(self.files[number]) // 2, self.rule())
        self.write(number)


def attachment(name, number, label):
    address = f"10.66.{number // 250}.{number % 250 + 1}"
    return ["port", "attach", name, "--vm", name, "--label", f"role=r{label}", "--ip", address,
            "--mac", f"02:00:00:00:{number // 256:02x}:{number % 256:02x}"]


def measure(daemon, policy, vm_count):
    path = str(policy.folder)
    for number in range(vm_count):
        if daemon.call(*attachment(f"v{number}", number, number % 64)).returncode:
            sys.exit("large-policy: a VM was not attached")
    daemon.cost("the first policy", "policy", "apply", path)
    daemon.cost("the same again", "policy", "apply", path)
    for number in range(3):
        policy.change(number % len(policy.files))
        daemon.cost("a rule changed", "policy", "apply", path, "--allow-widening")
    policy.change(0)
    daemon.cost("a rule changed, diff", "policy", "diff", path)
    daemon.cost("a rule changed", "policy", "apply", path, "--allow-widening")
    policy.add(1)
    daemon.cost("a rule more, diff", "policy", "diff", path)
    daemon.cost("a rule more", "policy", "apply", path, "--allow-widening")
    for number in range(3):
        daemon.cost("a VM more", *attachment(f"n{number}", vm_count + number, number))
    daemon.cost("a VM less", "port", "detach", "n0")
    daemon.cost("nothing: status", "status")


def main():
    counts = [int(word) for word in sys.argv[1:]] + [100_000, 100, 64][len(sys.argv) - 1:]
    namespace = f"large-policy-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", namespace], check=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            daemon = Daemon(Path(scratch), namespace)
            try:
                print(f"{counts[0]} rules in {counts[1]} files, {counts[2]} VMs")
                measure(daemon, Policy(Path(scratch) / "policy", *counts[:2]), counts[2])
            finally:
                daemon.end()
    finally:
        subprocess.run(["ip", "netns", "del", namespace], check=True)


main()
