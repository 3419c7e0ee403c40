#!/usr/bin/env python3
"""What a guest of the system tests does on its network. Standard library only.

traffic.py serve PORT...                  TCP and UDP on all addresses, until killed; prints "ready"
traffic.py connect HOST PORT [SECONDS]    one TCP connection
traffic.py datagram HOST PORT [SECONDS]   one UDP datagram
traffic.py transfer HOST PORT BYTES       TCP, verified by SHA-256 at both ends
traffic.py segments HOST PORT COUNT SIZE  one UDP super-datagram of COUNT segments
traffic.py session HOST PORT              one TCP connection; each line of standard input is sent
traffic.py hold TAP                       opens the TAP and keeps it, until killed; prints "ready"

Each prints one word for each thing it tried: answered, refused, timeout, unreachable, prohibited.
"""
import errno, fcntl, hashlib, os, select, socket, struct, sys, threading, time

WORDS = {errno.ECONNREFUSED: "refused", errno.EHOSTUNREACH: "unreachable",
         errno.ENETUNREACH: "no-route", errno.EACCES: "prohibited", errno.ETIMEDOUT: "timeout",
         errno.ECONNRESET: "reset", errno.EPIPE: "reset"}
UDP_SEGMENT = 103
TUNSETIFF, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 0x0002, 0x1000, 0x4000


def say(*words):
    print(*words, flush=True)


def word(error):
    if isinstance(error, socket.timeout):
        return "timeout"
    return WORDS.get(error.errno, f"errno {error.errno}")


def open_tcp(host, port, seconds):
    return socket.create_connection((host, int(port)), timeout=seconds)


# --- the serving side: "echo TEXT\n" is answered, "sink\n" is hashed to its end

def serve_connection(connection):
    with connection, connection.makefile("rwb") as stream:
        for line in stream:
            if line == b"sink\n":
                digest, count = hashlib.sha256(), 0
                while block := stream.read1(1 << 20):
                    digest.update(block)
                    count += len(block)
                stream.write(f"{digest.hexdigest()} {count}\n".encode())
            else:
                stream.write(line)
            stream.flush()


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_connection, args=(connection,), daemon=True).start()


def answer_datagrams(server):
    counts = {}
    while True:
        data, peer = server.recvfrom(65536)
        if data.startswith(b"count?"):
            data = str(counts.get(data[6:], 0)).encode()
        elif data.startswith(b"segment"):
            counts[data[7:11]] = counts.get(data[7:11], 0) + 1
            continue
        server.sendto(data, peer)


def serve(*ports):
    for port in map(int, ports):
        listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.bind(("::", port))
        threading.Thread(target=answer_datagrams, args=(server,), daemon=True).start()
    say("ready")
    threading.Event().wait()


# --- the calling side

def connect(host, port, seconds="2"):
    try:
        with open_tcp(host, port, float(seconds)) as connection:
            connection.sendall(b"echo\n")
            say("answered" if connection.recv(16) == b"echo\n" else "closed")
    except OSError as error:
        say(word(error))


def datagram(host, port, seconds="2"):
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                           socket.SOCK_DGRAM) as client:
            client.settimeout(float(seconds))
            client.connect((host, int(port)))
            client.send(b"hello")
            say("answered" if client.recv(16) == b"hello" else "garbled")
    except OSError as error:
        say(word(error))


def transfer(host, port, byte_count):
    byte_count, digest, sent = int(byte_count), hashlib.sha256(), 0
    block = os.urandom(1 << 20)
    with open_tcp(host, port, 10) as connection, connection.makefile("rb") as replies:
        connection.settimeout(60)
        connection.sendall(b"sink\n")
        while sent < byte_count:
            part = struct.pack("!Q", sent) + block[:min(len(block), byte_count - sent - 8)]
            digest.update(part)
            connection.sendall(part)
            sent += len(part)
        connection.shutdown(socket.SHUT_WR)
        reply = replies.readline().decode().strip()
    say("intact" if reply == f"{digest.hexdigest()} {sent}" else f"damaged: {reply} of {sent}")


def segments(host, port, count, size):
    key, count, size = os.urandom(4), int(count), int(size)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.connect((host, int(port)))
        one = (b"segment" + key).ljust(size, b".")
        client.send(b"hello")
        client.recv(16)
        client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        client.send(one * count)
        client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 0)
        for _ in range(20):
            client.send(b"count?" + key)
            got = client.recv(64).decode()
            if int(got) == count:
                break
            time.sleep(0.05)
    say(got)


def session(host, port):
    try:
        connection = open_tcp(host, port, 3)
    except OSError as error:
        return say(word(error))
    say("open")
    connection.settimeout(1.5)
    for line in sys.stdin:
        try:
            connection.sendall(line.encode())
            say("answered" if connection.recv(4096) else "closed")
        except OSError as error:
            say(word(error))


def hold(name):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    say("ready")
    threading.Event().wait()


VERBS = {f.__name__: f for f in
         (serve, connect, datagram, transfer, segments, session, hold)}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        sys.exit(__doc__)
    VERBS[sys.argv[1]](*sys.argv[2:])
