#!/usr/bin/env python3
"""nftables as a second judge: a random policy in our language, the same as an nft rule set, and
frames to try on both.

  nft_judge.py draw SEED    prints {"policy": TEXT, "nft": RULE SET, "frames": [...]} as JSON
  nft_judge.py send FILE    sends the frames of such a file from w1, w2, ... in this namespace and
                            prints the numbers of those that arrived where they were to

The four guests have the addresses 10.66.0.1 ... 4. On the bridge their ports are n1 ... n4. Every
frame opens a connection of its own (TCP SYN, UDP, ICMP echo request), so that no state is needed.

Written differences: `reject` is `drop` here (only the frame's own arrival is compared); IPv4 only;
no VM outside the four; no `mode: audit`, `until`, `limit`, which nftables has no word for.
"""
import ipaddress
import json
import random
import socket
import struct
import sys
import time

from judge import TIERS, File, means, owner

COUNT = 4
ROLES = ["web", "db", "ops", "web"]
NETWORK = "default"


def endpoint(number):
    return {"vm": f"vm{number}", "labels": {"role": ROLES[number - 1]}, "network": NETWORK,
            "mac": f"52:54:00:00:00:0{number}", "addresses": [f"10.66.0.{number}"]}


ENDPOINTS = [endpoint(number) for number in range(1, COUNT + 1)]


# Drawing a policy

def peer(draw, groups):
    return draw.choice(
        ["any", f"vm vm{draw.randint(1, COUNT)}", f"label role={draw.choice(ROLES)}",
         "label role in (web|ops)", "label role!=db",
         f"cidr 10.66.0.{draw.randint(1, COUNT)}/32", "cidr 10.66.0.2/31", "cidr 10.66.0.0/24"]
        + groups)


def peers(draw, groups=("g1",)):
    groups = list(groups)
    text = ", ".join(peer(draw, groups) for _ in range(draw.randint(1, 2)))
    return text + (f" except {peer(draw, groups)}" if draw.random() < 0.25 else "")


def rule(draw):
    verb = draw.choice(["allow", "allow", "allow", "deny", "reject", "pass"])
    text = f"{verb} {peers(draw)} -> {peers(draw)}"
    if draw.random() < 0.8:
        text += " on " + ", ".join(draw.sample(
            ["tcp/80", "tcp/79-81", "udp/53", "udp/50-60", "icmp/echo", "tcp", "udp", "icmp", "dns",
             "any"], draw.randint(1, 2)))
    return text


def policy(draw, name):
    lines = [f"policy: {name}", f"tier: {draw.choice(TIERS)}", f"for: {peers(draw)}", "groups:",
             f"  g1: {peers(draw, ())}", "services:", "  dns: udp/53, tcp/53", "rules:"]
    lines += [f"  - {rule(draw)}" for _ in range(draw.randint(1, 6))]
    if draw.random() < 0.6:
        lines.append("default: " + draw.choice(["deny", "allow", "reject", "pass"]))
    return "\n".join(lines) + "\n"


# The same as an nft rule set

def matches(terms, file):
    """The nft expressions of an `on` clause; one empty expression for every service."""
    if not terms:
        return [""]
    found = []
    for term in terms:
        name, _, rest = term.partition("/")
        if term == "any":
            found.append("")
        elif name in ("tcp", "udp"):
            found.append(f"{name} dport {rest}" if rest else f"ip protocol {name}")
        elif name == "icmp":
            found.append("icmp type echo-request" if rest else "ip protocol icmp")
        else:
            found += matches(file.terms[term], file)
    return found


def statements(file, rule, vm, direction):
    """The nft rules of one sentence at one end."""
    own = (vm, address(vm))
    sides = (rule.senders, rule.receivers) if direction == "egress" else (
        rule.receivers, rule.senders)
    if not means(sides[0], file, *own):
        return []
    others = [a for a in (address(e) for e in ENDPOINTS)
              if means(sides[1], file, owner(ENDPOINTS, NETWORK, a), a)]
    if not others:
        return []
    word = "daddr" if direction == "egress" else "saddr"
    who = f"ip {word} {{ {', '.join(map(str, others))} }}"
    return [" ".join(filter(None, [who, what, verdict(rule)]))
            for what in matches(rule.words, file)]


def verdict(rule):
    return {"allow": "meta mark set 1 return", "pass": "return"}.get(rule.verb, "drop")


def address(vm):
    return ipaddress.ip_address(vm["addresses"][0])


def chain(files, vm, direction):
    number = vm["vm"][2:]
    governing = [file for file in files if file.governs(vm)]
    text, calls = "", []
    for tier in TIERS:
        here = [file for file in governing if file.tier == tier]
        lines = [line for file in here for rule in file.rules
                 for line in statements(file, rule, vm, direction)]
        fallback = next((file.default for file in here if file.default), None)
        if fallback:
            lines.append(verdict(fallback))
        name = f"{direction}_{number}_{tier}"
        text += f" chain {name} {{\n" + "".join(f"  {line}\n" for line in lines) + " }\n"
        calls += [f"jump {name}", "meta mark 1 return"]
    return text + f" chain {direction}_{number} {{\n  meta mark set 0\n" + "".join(
        f"  {call}\n" for call in calls) + "  drop\n }\n"


def ruleset(texts):
    files = sorted((with_words(text) for text in texts), key=lambda file: file.name)
    text = "".join(chain(files, vm, way) for vm in ENDPOINTS for way in ("egress", "ingress"))
    jumps = "".join(f"  iifname n{n} jump egress_{n}\n" for n in range(1, COUNT + 1))
    jumps += "".join(f"  oifname n{n} jump ingress_{n}\n" for n in range(1, COUNT + 1))
    return (f"table bridge judge {{\n{text} chain forward {{\n"
            f"  type filter hook forward priority 0; policy drop;\n{jumps}  accept\n }}\n}}\n")


def with_words(text):
    """A file whose rules know the words of their services, which nft needs spelled out."""
    file = File(text)
    lines = [line[4:] for line in text.split("\n") if line.startswith("  - ")]
    for rule, line in zip(file.rules, lines):
        _, _, services = line.partition(" on ")
        rule.words = [word.strip() for word in services.split(",")] if services else []
    file.terms = {"dns": ["udp/53", "tcp/53"]}
    return file


# Frames

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def frame(number, sender, receiver, kind, port):
    mark = struct.pack("!I", number)
    ends = [bytes([10, 66, 0, n]) for n in (sender, receiver)]
    source = 20_000 + number
    protocol = {"tcp": 6, "udp": 17, "icmp": 1}[kind]
    if kind == "tcp":
        body = struct.pack("!HHIIBBHHH", source, port, 1, 0, 0x50, 2, 1024, 0, 0) + mark
        at = 16
    elif kind == "udp":
        body, at = struct.pack("!HHHH", source, port, 12, 0) + mark, 6
    else:
        body, at = struct.pack("!BBHHH", port, 0, 0, source, 1) + mark, 2
    pseudo = b"" if kind == "icmp" else ends[0] + ends[1] + struct.pack("!HH", protocol, len(body))
    body = body[:at] + struct.pack("!H", checksum(pseudo + body) or 0xffff) + body[at + 2:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0) + b"".join(ends)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    macs = bytes.fromhex(f"52540000000{receiver}52540000000{sender}")
    return (macs + b"\x08\x00" + header + body).hex()


def draw_case(seed):
    draw = random.Random(seed)
    texts = [policy(draw, f"p{n}") for n in range(draw.randint(1, 3))]
    frames = []
    for sender in range(1, COUNT + 1):
        for receiver in range(1, COUNT + 1):
            if sender == receiver:
                continue
            for kind, ports in [("tcp", [53, 78, 79, 80, 81, 82]), ("udp", [49, 50, 53, 60, 61]),
                                ("icmp", [8])]:
                for port in ports:
                    number = len(frames)
                    frames.append({"from": sender, "to": receiver, "what": f"{kind}/{port}",
                                   "frame": frame(number, sender, receiver, kind, port)})
    return {"policies": texts, "nft": ruleset(texts), "frames": frames}


def send(path):
    with open(path) as file:
        frames = json.load(file)["frames"]
    sockets = {}
    for number in range(1, COUNT + 1):
        sockets[number] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        sockets[number].bind((f"w{number}", 0))
        sockets[number].setblocking(False)
    arrived = set()
    for one in frames:
        sockets[one["from"]].send(bytes.fromhex(one["frame"]))
        collect(sockets, frames, arrived)
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        collect(sockets, frames, arrived)
        time.sleep(0.02)
    print(json.dumps(sorted(arrived)))


def collect(sockets, frames, arrived):
    """Notes each frame that is at its receiver; what a socket itself sent does not count."""
    for number, port in sockets.items():
        while True:
            try:
                data, place = port.recvfrom(2048)
            except BlockingIOError:
                break
            if place[2] == socket.PACKET_OUTGOING or len(data) < 46:
                continue
            mark = struct.unpack("!I", data[-4:])[0]
            if mark < len(frames) and frames[mark]["to"] == number \
                    and data.hex() == frames[mark]["frame"]:
                arrived.add(mark)


if __name__ == "__main__":
    if sys.argv[1:2] == ["draw"]:
        print(json.dumps(draw_case(int(sys.argv[2]))))
    elif sys.argv[1:2] == ["send"]:
        send(sys.argv[2])
    else:
        sys.exit(__doc__)
