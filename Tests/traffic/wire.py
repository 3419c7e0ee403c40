#!/usr/bin/env python3
"""Plays recorded datagrams of the overlay again, from one end of the wire to the other.

wire.py replay DEVICE PCAP PORT    every recorded frame to UDP port PORT, as it was
wire.py flip DEVICE PCAP PORT      of each kind of message the longest, once for each byte of it,
                                   with one bit of that byte changed
Prints how many frames were sent, by the kind of message (WireGuard types 1 to 4).
"""
import socket
import struct
import sys
import time
from collections import Counter


def frames(path, port):
    """Yields (frame, offset of the UDP payload) for each recorded datagram to `port`."""
    with open(path, 'rb') as file:
        data = file.read()
    order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack(order + 'I', data[at + 8:at + 12])[0]
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        kind = frame[12:14]
        udp = 14 + (frame[14] & 15) * 4 if kind == b'\x08\x00' else 54
        if kind not in (b'\x08\x00', b'\x86\xdd') or len(frame) < udp + 12:
            continue
        if struct.unpack('>H', frame[udp + 2:udp + 4])[0] == port:
            yield unchecked(frame, udp + 8), udp + 8


def changed(frame, payload):
    """The frame once for each byte of its payload, with that byte changed."""
    for index in range(payload, len(frame)):
        copy = bytearray(frame)
        copy[index] ^= 1 << (index % 8)
        yield bytes(copy)


def unchecked(frame, payload):
    """The frame without a UDP checksum, which IPv4 permits: the recorded one may be partial."""
    return frame[:payload - 2] + b'\0\0' + frame[payload:]


def play(device, pieces):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((device, 0))
        for index, piece in enumerate(pieces):
            wire.send(piece)
            if index % 64 == 63:
                time.sleep(0.002)


def main(verb, device, path, port):
    own = open(f'/sys/class/net/{device}/address').read().strip().replace(':', '')
    recorded = [item for item in frames(path, int(port)) if item[0][6:12].hex() == own]
    if verb == 'replay':
        pieces = [frame for frame, _ in recorded]
    else:
        longest = {}
        for frame, payload in recorded:
            kind = frame[payload]
            if len(frame) > len(longest.get(kind, (b'', 0))[0]):
                longest[kind] = (frame, payload)
        pieces = [copy for item in longest.values() for copy in changed(*item)]
    play(device, pieces)
    print(dict(Counter(frame[payload] for frame, payload in recorded)), len(pieces))


if __name__ == '__main__':
    if len(sys.argv) != 5 or sys.argv[1] not in ('replay', 'flip'):
        sys.exit(__doc__)
    main(*sys.argv[1:])
