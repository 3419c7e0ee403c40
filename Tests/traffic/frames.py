#!/usr/bin/env python3
"""Frames that a guest should not send, and the eye that sees whether they arrive.

frames.py inject DEVICE ME PEER [COUNT] NAME...   sends each named frame COUNT times (1 by default)
frames.py watch DEVICE TRUTH...                   until standard input closes; then prints JSON

ME, PEER and TRUTH are MAC/IPV4/IPV6. Every frame carries a mark with its name where it has room.
`watch` counts the marks, and as `lie` every frame that contradicts what the TRUTHs say: a sender's
MAC, IP, ARP or ND field that belongs to no one or to another, a VLAN tag, a foreign EtherType.
"""
import json, select, socket, struct, sys

BROADCAST, ALL_NODES = b"\xff" * 6, b"\x33\x33\0\0\0\1"
FORGED_MAC, FORGED_IP4 = bytes.fromhex("026666666666"), socket.inet_aton("10.66.66.66")
FORGED_IP6 = socket.inet_pton(socket.AF_INET6, "fd66::6666")
NODES6 = socket.inet_pton(socket.AF_INET6, "ff02::1")
MARK = b"VSWMARK:"


class Identity:
    def __init__(self, text):
        mac, ip4, ip6 = text.split("/")
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.ip4, self.ip6 = socket.inet_aton(ip4), socket.inet_pton(socket.AF_INET6, ip6)
        head = bytes([self.mac[0] ^ 2]) + self.mac[1:3] + b"\xff\xfe" + self.mac[3:]
        self.link_local = b"\xfe\x80" + bytes(6) + head


def checksum(data):
    data += b"\0" * (len(data) & 1)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(destination, source, kind, payload):
    return (destination + source + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def ipv4(source, destination, protocol, payload, *, options=b"", ttl=64, total=None, sum_error=0):
    length = 20 + len(options) + len(payload) if total is None else total
    head = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4, 0, length, 0, 0, ttl, protocol, 0)
    head += source + destination + options
    value = checksum(head) ^ sum_error
    return head[:10] + struct.pack("!H", value) + head[12:] + payload


def ipv6(source, destination, protocol, payload, hops=64):
    head = struct.pack("!IHBB", 6 << 28, len(payload), protocol, hops)
    return head + source + destination + payload


def pseudo(source, destination, protocol, length):
    if len(source) == 4:
        return source + destination + struct.pack("!BBH", 0, protocol, length)
    return source + destination + struct.pack("!IHBB", length, 0, 0, protocol)


def udp(source, destination, ports, payload):
    head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    value = checksum(pseudo(source, destination, 17, len(head + payload)) + head + payload)
    return head[:6] + struct.pack("!H", value or 0xFFFF) + payload


def icmpv6(source, destination, kind, body):
    head = struct.pack("!BBH", kind, 0, 0) + body
    value = checksum(pseudo(source, destination, 58, len(head)) + head)
    return ipv6(source, destination, 58, head[:2] + struct.pack("!H", value) + head[4:], 255)


def arp(operation, sender_mac, sender_ip, target_mac, target_ip):
    return struct.pack("!HHBBH", 1, 0x800, 6, 4, operation) + (
        sender_mac + sender_ip + target_mac + target_ip)


def frames(me, peer):
    """Every frame by name; `me` sends, `peer` is meant to be fooled."""
    def ip4(name, source=me.ip4, destination=peer.ip4, mac=me.mac, to=peer.mac, ports=(7, 7), **how):
        datagram = udp(source, destination, ports, MARK + name.encode() + b"\0")
        return ethernet(to, mac, 0x800, ipv4(source, destination, 17, datagram, **how))

    def ip6(name, source=me.ip6, destination=peer.ip6, ports=(7, 7), to=peer.mac):
        datagram = udp(source, destination, ports, MARK + name.encode() + b"\0")
        return ethernet(to, me.mac, 0x86DD, ipv6(source, destination, 17, datagram))

    def nd(kind, body, source=me.ip6, destination=peer.ip6, to=peer.mac):
        return ethernet(to, me.mac, 0x86DD, icmpv6(source, destination, kind, body))

    def request(mac, ip):
        return ethernet(BROADCAST, me.mac, 0x806, arp(1, mac, ip, bytes(6), peer.ip4))

    zero = bytes(4)
    network = me.ip4[:3] + b"\xff"
    group4, group4_mac = socket.inet_aton("239.1.2.3"), bytes.fromhex("01005e010203")
    group6 = socket.inet_pton(socket.AF_INET6, "ff02::4242")
    plain = ip4("tagged")
    tag = lambda kind: plain[:12] + struct.pack("!HH", kind, 5) + plain[12:]
    return {
        "honest-ipv4": ip4("honest-ipv4"),
        "honest-ipv6": ip6("honest-ipv6"),
        "honest-broadcast": ip4("honest-broadcast", destination=network, to=BROADCAST),
        "honest-multicast4": ip4("honest-multicast4", destination=group4, to=group4_mac),
        "honest-multicast6": ip6("honest-multicast6", destination=group6, to=b"\x33\x33\0\0\x42\x42"),
        "unknown-unicast": ip4("unknown-unicast", to=bytes.fromhex("020000abcdef")),
        "mac": ip4("mac", mac=FORGED_MAC),
        "mac-of-peer": ip4("mac-of-peer", mac=peer.mac, to=BROADCAST),
        "mac-multicast": ip4("mac-multicast", mac=b"\x03" + me.mac[1:]),
        "ipv4": ip4("ipv4", source=FORGED_IP4),
        "ipv4-of-peer": ip4("ipv4-of-peer", source=peer.ip4, to=BROADCAST),
        "ipv6": ip6("ipv6", source=FORGED_IP6),
        "ipv6-of-peer": ip6("ipv6-of-peer", source=peer.ip6, destination=NODES6, to=ALL_NODES),
        "arp-mac": request(FORGED_MAC, me.ip4),
        "arp-ip": request(me.mac, FORGED_IP4),
        "arp-ip-of-peer": ethernet(BROADCAST, me.mac, 0x806,
                                   arp(2, me.mac, peer.ip4, BROADCAST, peer.ip4)),
        "nd-target": nd(136, b"\x20\0\0\0" + peer.ip6 + b"\2\1" + me.mac, destination=NODES6,
                        to=ALL_NODES),
        "nd-link-address": nd(135, zero + peer.ip6 + b"\1\1" + FORGED_MAC),
        "nd-source": nd(135, zero + peer.ip6 + b"\1\1" + me.mac, source=FORGED_IP6),
        "router": nd(134, struct.pack("!BBHII", 64, 0, 1800, 0, 0) + b"\1\1" + me.mac,
                     source=me.link_local, destination=NODES6, to=ALL_NODES),
        "redirect": nd(137, zero + me.link_local + peer.ip6, source=me.link_local),
        "dhcp-server": ip4("dhcp-server", ports=(67, 68), to=BROADCAST,
                           destination=b"\xff\xff\xff\xff"),
        "dhcpv6-server": ip6("dhcpv6-server", ports=(547, 546)),
        "vlan": tag(0x8100),
        "vlan-service": tag(0x88A8),
        "lldp": ethernet(bytes.fromhex("0180c200000e"), me.mac, 0x88CC, MARK + b"lldp\0"),
        "ipv4-checksum": ip4("ipv4-checksum", sum_error=0x5555),
        "ipv4-overlong": ip4("ipv4-overlong", total=1400),
        "ipv4-source-route": ip4("ipv4-source-route", options=b"\x83\7\4" + peer.ip4 + b"\0"),
        "arp-truncated": ethernet(BROADCAST, me.mac, 0x806, arp(1, me.mac, me.ip4, bytes(6),
                                                               peer.ip4)[:20])[:34],
    }


def inject(device, me, peer, *names):
    count = 1
    if names and names[0].isdigit():
        count, names = int(names[0]), names[1:]
    table = frames(Identity(me), Identity(peer))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((device, 0))
        for name in names or table:
            for _ in range(count):
                sender.send(table[name])


def flood(device, count):
    """COUNT frames of as many source addresses."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((device, 0))
        for i in range(int(count)):
            mac = b"\2\x77" + struct.pack("!I", i)
            source = b"\x0a\x4d" + struct.pack("!H", i & 0xFFFF)
            sender.send(ethernet(BROADCAST, mac, 0x806, arp(1, mac, source, bytes(6), source)))


def is_lie(frame, owners):
    kind, mac = struct.unpack("!H", frame[12:14])[0], frame[6:12]
    if mac not in owners:
        return True
    own = owners[mac]
    if kind == 0x806:
        return len(frame) < 42 or frame[22:28] != mac or frame[28:32] not in own | {bytes(4)}
    if kind == 0x800:
        return frame[26:30] not in own | {bytes(4)}
    if kind != 0x86DD:
        return True
    if frame[22:38] not in own | {bytes(16)}:
        return True
    if frame[20] != 58:
        return False
    message, option = frame[54], frame[78:86]
    return (message in (134, 137) or message == 136 and frame[62:78] not in own
            or message == 135 and option[:1] == b"\1" and option[2:] != mac)


def mark_of(frame):
    start = frame.find(MARK)
    return frame[start + len(MARK):].split(b"\0")[0].decode() if start >= 0 else None


def watch(device, *truths):
    known = [Identity(t) for t in truths]
    owners = {i.mac: {i.ip4, i.ip6, i.link_local} for i in known}
    counts = {}
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as eye:
        eye.bind((device, 3))
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([eye, sys.stdin], [], [])
            if eye in ready:
                frame, place = eye.recvfrom(65536)
                if place[2] == socket.PACKET_OUTGOING:
                    continue
                for name in filter(None, [mark_of(frame), is_lie(frame, owners) and "lie"]):
                    counts[name] = counts.get(name, 0) + 1
            elif sys.stdin in ready:
                break
    print(json.dumps(counts), flush=True)


VERBS = {"inject": inject, "watch": watch, "flood": flood}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        sys.exit(__doc__)
    VERBS[sys.argv[1]](*sys.argv[2:])
