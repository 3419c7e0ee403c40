#!/usr/bin/env python3
"""Decides `never` sentences with z3, from the source language alone.

    z3_proof.py CASES.json        one line for each case: `kept` or `broken PACKET`, by tabs

The meaning is that of docs/policy-language.md and docs/policy-proof.md: tiers in order, the first
matching rule of a file, then the default; both ends of a connection. Nothing here knows of classes,
rows or tables. Who sends and receives, both addresses and the service are unknowns of one formula.
"""
import json
import sys

from z3 import (And, BitVec, BitVecVal, BoolVal, Extract, If, LShR, Not, Or, Solver, UGE, ULE,
                UGT, is_true, sat, simplify)

TIERS = ["guard", "platform", "app", "baseline"]
NOBODY = 255


def word(number):
    return BitVecVal(number, 128)


def is_v4(address):
    return Extract(127, 32, address) == 0xFFFF


def octet(address):
    return Extract(31, 24, address)


def is_multicast(address):
    return If(is_v4(address), Extract(31, 28, address) == 0xE, Extract(127, 120, address) == 0xFF)


def in_v6_compatible(address):
    return Extract(127, 32, address) == 0


def may_be_source(address):
    v4 = And(Extract(31, 0, address) != 0xFFFFFFFF, octet(address) != 127)
    v6 = Or(Not(in_v6_compatible(address)), address == 0)
    return And(Not(is_multicast(address)), If(is_v4(address), v4, v6))


def may_be_destination(address):
    v4 = And(Extract(31, 0, address) != 0, octet(address) != 127)
    return If(is_v4(address), v4, Not(in_v6_compatible(address)))


def is_host(address):
    v4 = And(octet(address) != 0, octet(address) != 127, Extract(31, 0, address) != 0xFFFFFFFF)
    return And(Not(is_multicast(address)), If(is_v4(address), v4, UGT(address, word(1))))


def either(terms):
    terms = list(terms)
    return Or(terms) if terms else BoolVal(False)


class Network:
    """The language over one network: `who` is an unknown index of an endpoint, or NOBODY."""

    def __init__(self, case, vni):
        self.files = case["files"]
        self.all = case["endpoints"]
        self.members = [i for i, e in enumerate(self.all) if e["network"] == vni]
        self.owners = {}
        self.governed = {}

    def owner(self, address):
        """Whose an address is: bound ones first, then those formed from MACs; the first has it."""
        if address in self.owners:
            return self.owners[address]
        bound = [(a, i) for i in self.members for a in self.all[i]["addresses"]]
        formed = [(self.all[i]["formed"], i) for i in self.members]
        owner = BitVecVal(NOBODY, 8)
        for text, i in reversed(bound + formed):
            owner = If(address == word(int(text, 16)), BitVecVal(i, 8), owner)
        self.owners[address] = owner
        return owner

    def label(self, test, labels):
        kind, key, values = test
        if kind == "has":
            return key in labels
        if kind == "differs":
            return labels.get(key) != values[0]
        return labels.get(key) in values and key in labels

    def peer(self, peer, file, who, address):
        kind = peer[0]
        if kind == "any":
            return BoolVal(True)
        if kind == "group":
            return self.peers(file["groups"][peer[1]], file, who, address)
        if kind == "cidr":
            _, text, bits, v4 = peer
            matches = LShR(address ^ word(int(text, 16)), 128 - bits) == 0 if bits else BoolVal(True)
            return And(matches, is_v4(address) if v4 else Not(is_v4(address)))
        if kind == "vm":
            holds = [i for i in self.members if self.all[i]["vm"] == peer[1]]
        else:
            holds = [i for i in self.members
                     if all(self.label(t, self.all[i]["labels"]) for t in peer[1])]
        return either(who == i for i in holds)

    def peers(self, peers, file, who, address):
        included, excepted = peers
        return And(either(self.peer(p, file, who, address) for p in included),
                   Not(either(self.peer(p, file, who, address) for p in excepted)))

    def services(self, terms, file, service):
        if not terms:
            return BoolVal(True)
        return either(self.service(t, file, service) for t in terms)

    def service(self, term, file, service):
        if term[0] == "any":
            return BoolVal(True)
        if term[0] == "named":
            return self.services(file["services"][term[1]], file, service)
        return And(UGE(service, term[1]), ULE(service, term[2]))

    def governs(self, file, who):
        """`for` selects a VM by identity, or by any of its addresses."""
        def holds(i, peer):
            own = [word(int(a, 16)) for a in self.all[i]["addresses"] + [self.all[i]["formed"]]]
            if peer[0] == "group":
                return selects(i, file["groups"][peer[1]])
            return either(self.peer(peer, file, BitVecVal(i, 8), a) for a in own)

        def selects(i, peers):
            return And(either(holds(i, p) for p in peers[0]),
                       Not(either(holds(i, p) for p in peers[1])))
        if file["name"] not in self.governed:
            self.governed[file["name"]] = [
                i for i in self.members if is_true(simplify(selects(i, file["for"])))]
        return either(who == i for i in self.governed[file["name"]])

    def allows(self, who, egress, own, peer, service):
        """What a port decides; at its own end the VM is the port's, whatever the address."""
        other = self.owner(peer)
        verdict = BoolVal(False)
        for tier in reversed(TIERS):
            files = sorted((f for f in self.files if f["tier"] == tier), key=lambda f: f["name"])
            rest = verdict

            def action(name):
                return rest if name == "pass" else BoolVal(name == "allow")
            for file in reversed(files):
                if file["default"]:
                    verdict = If(self.governs(file, who), action(file["default"]), verdict)
            for file in reversed(files):
                governs = self.governs(file, who)
                for rule in reversed(file["rules"]):
                    ends = [(who, own), (other, peer)]
                    if not egress:
                        ends.reverse()
                    matches = And(self.peers(rule["from"], file, *ends[0]),
                                  self.peers(rule["to"], file, *ends[1]),
                                  self.services(rule["on"], file, service))
                    verdict = If(And(governs, matches), action(rule["action"]), verdict)
        return verdict

    def judged(self, who):
        return either(who == i for i in self.members if self.all[i]["judged"])

    def passes(self, who, egress, own, peer, service):
        return Or(Not(self.judged(who)), self.allows(who, egress, own, peer, service))

    def may_send(self, who, address):
        def claims(e):
            formed = e["any"] or any(not a.startswith("0" * 20 + "ffff") for a in e["addresses"])
            own = e["addresses"] + ([e["formed"]] if formed else [])
            bound = either(address == word(int(a, 16)) for a in own)
            return Or(bound, is_host(address)) if e["any"] else bound
        vms = [And(who == i, claims(self.all[i])) for i in self.members]
        outside = And(who == NOBODY, self.owner(address) == NOBODY)
        return And(may_be_source(address), either(vms + [outside]))

    def may_receive(self, who, address):
        owner = self.owner(address)
        vms = [And(who == i, Or(owner == i, And(self.all[i]["any"], owner == NOBODY)))
               for i in self.members]
        outside = And(who == NOBODY, owner == NOBODY)
        return And(may_be_destination(address), either(vms + [outside]))

    def first_address(self, who, v4):
        """As whom a VM receives a frame to all."""
        address = word(0)
        for i in self.members:
            own = self.all[i]["addresses"]
            mapped = [a for a in own if a.startswith("0" * 20 + "ffff")]
            others = [a for a in own if a not in mapped]
            ipv4 = int((mapped + ["ffff00000000"])[0], 16)
            ipv6 = int((others + [self.all[i]["formed"]])[0], 16)
            address = If(who == i, If(v4, word(ipv4), word(ipv6)), address)
        return address

    def holds(self, peers, file, who, address):
        """A side of a promise: the VM that it is, or the one that the address belongs to."""
        return Or(self.peers(peers, file, who, address),
                  self.peers(peers, file, self.owner(address), address))

    def broken(self, promise, file):
        sender, receiver = BitVec("sender", 8), BitVec("receiver", 8)
        source, destination = BitVec("source", 128), BitVec("destination", 128)
        service = BitVec("service", 24)
        v4 = is_v4(source)
        foreign = If(v4, BitVecVal(58, 8), BitVecVal(1, 8))
        common = And(
            sender != receiver, is_v4(destination) == v4, self.may_send(sender, source),
            Or(Extract(23, 16, service) != foreign, Extract(15, 0, service) == 0),
            self.services(promise["on"], file, service),
            self.holds(promise["from"], file, sender, source),
            self.passes(sender, True, source, destination, service))
        station = And(
            self.may_receive(receiver, destination),
            self.holds(promise["to"], file, receiver, destination),
            self.passes(receiver, False, destination, source, service))
        own = self.first_address(receiver, v4)
        to_all = And(
            receiver != NOBODY, either(receiver == i for i in self.members),
            self.owner(destination) == NOBODY, may_be_destination(destination),
            Or(v4, is_multicast(destination)), Extract(23, 16, service) != 6,
            self.holds(promise["to"], file, receiver, own),
            self.passes(receiver, False, own, source, service))
        for kind, receiving in (("station", station), ("all", to_all)):
            solver = Solver()
            solver.add(common, receiving)
            if solver.check() == sat:
                model = solver.model()
                values = [model.eval(v, model_completion=True)
                          for v in (sender, source, receiver, destination, service)]
                return kind + " " + " ".join(f"{v.as_long():x}" for v in values)
        return None


def answer(case):
    answers = []
    for file in case["files"]:
        for promise in file["never"]:
            found = None
            for vni in sorted({e["network"] for e in case["endpoints"]}):
                found = found or Network(case, vni).broken(promise, file)
            answers.append(f"broken {found}" if found else "kept")
    return "\t".join(answers)


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        for case in json.load(text):
            print(answer(case), flush=True)


if __name__ == "__main__":
    main()
