#!/usr/bin/env python3
"""The meaning of policies, a second time: written from docs/policy-language.md alone.

Reads cases as JSON from standard input and writes the verdicts as JSON. It shares no code and no
idea with the compiler: for each packet it walks the sentences of the files, one after another.

A case: {"today": "2026-11-21", "files": {PATH: TEXT, ...}, "endpoints": [{"vm", "labels", "network",
"mac", "addresses"}, ...], "packets": [[endpoint number, "egress"|"ingress", own address, peer
address, protocol, detail], ...]}; detail is the port, or the ICMP type * 256 + code.

A verdict: "deny by shop/no-ssh", then ", logged", ", sampled", ", audited", ", limited" as it applies.
"""
import ipaddress
import json
import re
import sys

import yaml  # python3-yaml; BaseLoader takes every scalar as a text

TIERS = ["guard", "platform", "app", "baseline"]
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1, "icmpv6": 58}
TYPES = {
    "icmp": {"echo-reply": 0, "unreachable": 3, "redirect": 5, "echo": 8,
             "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11,
             "parameter-problem": 12, "timestamp": 13, "timestamp-reply": 14},
    "icmpv6": {"unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
               "echo": 128, "echo-reply": 129},
}
TOKEN = re.compile(r"->|!=|[=(),|]|[^\s=(),|!]+")


class Words:
    """The words of a sentence, read from left to right."""

    def __init__(self, text):
        self.words = TOKEN.findall(text)

    def next(self):
        return self.words[0] if self.words else None

    def take(self, word=None):
        """The next word; with `word` only if it is that one."""
        if word is not None and self.next() != word:
            return None
        return self.words.pop(0)


def peers(words):
    """(included, excepted): lists of functions that say whether they mean (file, vm, address)."""
    included = peer_list(words)
    return included, peer_list(words) if words.take("except") else []


def peer_list(words):
    found = [peer(words)]
    while words.take(","):
        found.append(peer(words))
    return found


def peer(words):
    word = words.take()
    if word == "any":
        return lambda file, vm, address: True
    if word == "vm":
        name = words.take()
        return lambda file, vm, address: vm is not None and vm["vm"] == name
    if word == "cidr":
        prefix = ipaddress.ip_network(words.take())
        return lambda file, vm, address: address.version == prefix.version and address in prefix
    if word == "label":
        tests = [label(words)]
        while words.take("and"):
            tests.append(label(words))
        return lambda file, vm, address: vm is not None and all(t(vm["labels"]) for t in tests)
    return lambda file, vm, address: means(file.groups[word], file, vm, address)


def label(words):
    if words.take("has"):
        key = words.take()
        return lambda labels: key in labels
    key, test = words.take(), words.take()
    if test == "in":
        words.take("(")
        values = [words.take()]
        while words.take("|"):
            values.append(words.take())
        words.take(")")
        return lambda labels: labels.get(key) in values
    value = words.take()
    return lambda labels: (labels.get(key) == value) == (test == "=")


def means(named, file, vm, address):
    """Whether a peer list means someone: in one of the included, in none of the excepted."""
    included, excepted = named
    return (any(one(file, vm, address) for one in included)
            and not any(one(file, vm, address) for one in excepted))


def services(words):
    """Functions that say whether they cover (file, protocol, detail)."""
    found = [service(words.take())]
    while words.take(","):
        found.append(service(words.take()))
    return found


def service(word):
    if word == "any":
        return lambda file, protocol, detail: True
    name, _, rest = word.partition("/")
    if name == "proto":
        return lambda file, protocol, detail: protocol == int(rest)
    if name not in PROTOCOLS:
        return lambda file, protocol, detail: any(
            one(file, protocol, detail) for one in file.services[word])
    number = PROTOCOLS[name]
    if not rest:
        return lambda file, protocol, detail: protocol == number
    if name in TYPES:
        kind = TYPES[name][rest] if rest in TYPES[name] else int(rest)
        return lambda file, protocol, detail: protocol == number and detail >> 8 == kind
    first, _, last = rest.partition("-")
    low, high = int(first), int(last or first)
    return lambda file, protocol, detail: protocol == number and low <= detail <= high


class Rule:
    """One sentence of `rules:` or `default:`."""

    def __init__(self, text, name, has_ends=True):
        words = Words(text)
        self.verb, self.name = words.take(), name
        self.log = self.until = None
        self.limited = False
        self.services = []
        if has_ends:
            self.senders = peers(words)
            words.take("->")
            self.receivers = peers(words)
            if words.take("on"):
                self.services = services(words)
        while words.next():
            option = words.take()
            if option == "as":
                self.name = words.take()
            elif option == "log":
                self.log = "sampled" if words.take("sampled") else "logged"
            elif option == "until":
                self.until = words.take()
            elif option == "limit":
                self.limited = words.take() is not None
            else:
                raise ValueError(f"unknown option {option} in {text}")

    def matches(self, file, sender, receiver, protocol, detail, today):
        """`sender` and `receiver` are pairs of a VM, or nobody, and an address."""
        return ((self.until is None or today <= self.until)
                and means(self.senders, file, *sender) and means(self.receivers, file, *receiver)
                and (not self.services
                     or any(one(file, protocol, detail) for one in self.services)))


class File:
    def __init__(self, text):
        tree = yaml.load(text, Loader=yaml.BaseLoader)
        self.name, self.tier = tree["policy"], tree.get("tier", "app")
        self.audits = tree.get("mode", "enforce") == "audit"
        self.groups, self.services = {}, {}
        for name, members in (tree.get("groups") or {}).items():
            self.groups[name] = peers(Words(members))
        for name, terms in (tree.get("services") or {}).items():
            self.services[name] = services(Words(terms))
        self.selector = peers(Words(tree["for"]))
        self.rules = [Rule(text, f"#{n}") for n, text in enumerate(tree.get("rules") or [], 1)]
        self.default = Rule(tree["default"], "default", False) if "default" in tree else None

    def governs(self, endpoint):
        """By its identity, or by one of its addresses; the link-local one counts."""
        return any(means(self.selector, self, endpoint, address) for address in owned(endpoint))


def link_local(mac):
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    words = octets[:3] + [0xff, 0xfe] + octets[3:]
    return ipaddress.IPv6Address(bytes([0xfe, 0x80] + [0] * 6 + words))


def owned(endpoint):
    return [ipaddress.ip_address(a) for a in endpoint["addresses"]] + [link_local(endpoint["mac"])]


def owner(endpoints, network, address):
    """The VM of the network that the address is bound to; one formed from a MAC comes after."""
    here = [e for e in endpoints if e["network"] == network]
    for endpoint in here:
        if address in map(ipaddress.ip_address, endpoint["addresses"]):
            return endpoint
    return next((e for e in here if link_local(e["mac"]) == address), None)


def judge(case, files, packet):
    number, direction, own, other, protocol, detail = packet
    endpoint = case["endpoints"][number]
    own, other = ipaddress.ip_address(own), ipaddress.ip_address(other)
    ends = [(endpoint, own), (owner(case["endpoints"], endpoint["network"], other), other)]
    sender, receiver = ends if direction == "egress" else reversed(ends)
    governing = [file for file in files if file.governs(endpoint)]
    recorded = None
    for tier in TIERS:
        left = [file for file in governing if file.tier == tier]
        while left:
            file, rule = decide(left, sender, receiver, protocol, detail, case["today"])
            if rule is None or rule.verb == "pass":
                break
            log = f", {rule.log}" if rule.log else ""
            if rule.verb in ("deny", "reject") and file.audits:
                recorded = recorded or f"allow by {file.name}/{rule.name}{log}, audited"
                left.remove(file)
                continue
            if rule.verb == "allow" and recorded:
                return recorded
            limited = ", limited" if rule.limited else ""
            return f"{rule.verb} by {file.name}/{rule.name}{log}{limited}"
    if recorded:
        return recorded
    only_audits = governing and all(file.audits for file in governing)
    return "allow by default, audited" if only_audits else "deny by default"


def decide(files, *packet):
    """The first rule that matches, file by file; else the first default."""
    for file in files:
        for rule in file.rules:
            if rule.matches(file, *packet):
                return file, rule
    return next(((file, file.default) for file in files if file.default), (None, None))


def main():
    verdicts = []
    for case in json.load(sys.stdin):
        files = sorted((File(text) for text in case["files"].values()), key=lambda f: f.name)
        verdicts.append([judge(case, files, packet) for packet in case["packets"]])
    json.dump(verdicts, sys.stdout)


if __name__ == "__main__":
    main()
