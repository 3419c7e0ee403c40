#!/usr/bin/env python3
"""A live migration between two hosts: in clear over the physical wire, and then over vsw-host0.

A text in the guest's memory is found on the wire the first time; the second time it must not be.
Not in the quick set: without hardware virtualisation it takes about a minute. Root.
"""
import os, socket, threading, time

from stage import IMAGE, Guest, NS, Switch, check, image, play

POLICY = """policy: infrastructure
tier: platform
for: label has vswitch/host
rules:
  - allow label has vswitch/host -> label has vswitch/host on tcp/49152-49215
"""
PORT = 49152
SO_RCVBUFFORCE = 33


class Wire:
    """Watches the physical wire of a host for a text, in all that passes."""

    def __init__(self, host, device, text):
        def packets():
            eye = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            eye.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            eye.bind((device, 3))
            return eye
        self.eye, self.text, self.hits, self.bytes = host.run_in(packets), text, 0, 0
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        try:
            while True:
                frame = self.eye.recv(1 << 17)
                self.bytes += len(frame)
                self.hits += self.text in frame
        except OSError:
            return

    def close(self):
        time.sleep(0.3)
        self.eye.close()


def join(hosts):
    hosts[0].sh(f"ip link add wire type veth peer name wire netns {hosts[1].name}")
    for number, host in enumerate(hosts, 1):
        host.sh(f"ip addr add 192.0.2.{number}/24 dev wire; ip link set wire up")


def directory(switches):
    text = "hosts:\n"
    for number, switch in enumerate(switches, 1):
        key = switch.control("overlay", "keygen").stdout.strip()
        text += (f"  hv{number}: {{public-key: {key}, endpoint: \"192.0.2.{number}:51820\", "
                 f"address: 10.98.0.{number}}}\n")
    for switch in switches:
        switch.control("directory", "apply", switch.write("directory.yaml", text))
        switch.apply(POLICY)


def migrate(hosts, guests, address, secret):
    """Moves a fresh guest with the secret in its memory to `address`; says how often the wire
    showed it, and how many bytes passed."""
    source = Guest("m", IMAGE, netns=hosts[0].name).start()
    guests.append(source)
    source.ready(180)
    half = len(secret) // 2
    source.sh(f"S={secret[:half]}; T={secret[half:]}; i=0; "
              "while [ $i -lt 200 ]; do echo $S$T; i=$((i+1)); done > /tmp/secret")
    there = Guest("m", IMAGE, netns=hosts[1].name, incoming=f"tcp:{address}:{PORT}").start()
    guests.append(there)
    wire = Wire(hosts[0], "wire", secret.encode())
    source.qmp("migrate-set-parameters", **{"max-bandwidth": 1 << 30})
    source.qmp("migrate", uri=f"tcp:{address}:{PORT}")
    for _ in range(600):
        state = source.qmp("query-migrate")
        if state.get("status") in ("completed", "failed", "cancelled"):
            break
        time.sleep(0.1)
    wire.close()
    check(f"the guest moved over {address}", state.get("status") == "completed",
          f"{state.get('total-time')} ms, {state.get('ram', {}).get('transferred', 0) >> 20} MB")
    check("it goes on over there",
          there.sh("wc -l < /tmp/secret", 60)[1].strip() == "200")
    for guest in (source, there):
        guest.stop()
    return wire


def scenario(hosts, guests, switches):
    directory(switches)
    secret = "XYZZY" + os.urandom(8).hex()
    clear = migrate(hosts, guests, "192.0.2.2", secret)
    check("in clear, the wire shows the text in the guest's memory", clear.hits > 0,
          f"{clear.hits} times in {clear.bytes >> 20} MB")
    sealed = migrate(hosts, guests, "10.98.0.2", secret)
    check("over the overlay it does not", sealed.hits == 0,
          f"{sealed.hits} times in {sealed.bytes >> 20} MB")
    check("and the memory passed there", sealed.bytes > clear.bytes // 2)
    for switch in switches:
        check("every frame is counted once", switch.reply("counters")["balanced"])


def main():
    image()
    hosts = [NS(f"vswqemu{n}-{os.getpid()}") for n in (1, 2)]
    join(hosts)
    switches = [
        Switch(host, f"hv{n}", f"overlay: {{listen: \"192.0.2.{n}:51820\", address: 10.98.0.{n}}}\n")
        for n, host in enumerate(hosts, 1)]
    play(lambda guests, *both: scenario(hosts, guests, both), *switches)


if __name__ == "__main__":
    main()
