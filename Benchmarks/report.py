#!/usr/bin/env python3
"""report.py RESULTS.jsonl: Markdown tables for docs/performance.md, one for each policy size and
one for what goes between two hosts.

Figures are medians with [smallest..largest]; the factor divides ours by the row's. Runs in which
other processes took more than a tenth of the machine are left out where quiet ones remain.
"""
import json, os, platform, statistics, sys
from collections import defaultdict

# Title, test, figure of one run.
TCP = ("TCP, Gbit/s", "tcp", lambda r: r["gbps"])
UDP = ("UDP 64 B at full blast, kpps delivered", "udp", lambda r: r["rx_pps"] / 1e3)
NDR = ("UDP 64 B at under 1 % loss, kpps", "udpndr", lambda r: r["ndr_pps"] / 1e3)
CPU = ("machine, cores per Gbit/s", "tcp", lambda r: r["m_cpu"] / r["wall"] / r["gbps"])
SWITCHES = ("both daemons, cores per Gbit/s", "tcp", lambda r: r["sw_cpu"] / r["wall"] / r["gbps"])
RTT = ("RTT p50, us", "rr", lambda r: r["p50_us"])
ONE_HOST = (TCP, UDP, NDR)
TWO_HOSTS = (TCP, UDP, NDR, RTT, CPU, SWITCHES)


def load(path):
    runs = defaultdict(list)
    for line in open(path):
        run = json.loads(line)
        runs[run.get("policy"), run["backend"], run["test"]].append(run)
    return runs


def quiet(runs):
    calm = [r for r in runs if r.get("foreign_cpu", 0) <= 0.1 * r.get("wall", 1)]
    return calm or runs


def values(runs, figure):
    return [figure(r) for r in quiet([r for r in runs if not r.get("fail")])]


def cell(mine, ours):
    if not mine:
        return "failed"
    digits = 2 if max(mine) < 10 else 1 if max(mine) < 100 else 0
    text = f"{statistics.median(mine):.{digits}f}"
    text += f" [{min(mine):.{digits}f}..{max(mine):.{digits}f}]" if len(mine) > 1 else ""
    if ours and ours is not mine and statistics.median(mine):
        text += f" ×{statistics.median(ours) / statistics.median(mine):.2f}"
    return text


def loss(runs):
    losses = [100 * r["loss"] for r in runs if "loss" in r]
    return f"{statistics.median(losses):.0f} %" if losses else ""


def table(title, columns, runs, policy, own):
    backends = dict.fromkeys(b for p, b, _ in runs if p == policy)
    print(f"\n{title}:\n")
    print("| switch | " + " | ".join(c[0] for c in columns) + " | loss at full blast | n |")
    print("|---|" + "---|" * (len(columns) + 2))
    for backend in backends:
        cells, counts = [], []
        for _, test, figure in columns:
            mine = values(runs[policy, backend, test], figure)
            ours = mine if backend == own else values(runs[policy, own, test], figure)
            cells.append(cell(mine, ours))
            counts.append(len(mine))
        cells += [loss(runs[policy, backend, "udp"]), str(min(counts))]
        print(f"| {backend} | " + " | ".join(cells) + " |")


def main():
    runs = load(sys.argv[1])
    print(f"\n{os.cpu_count()} cores, Linux {platform.release()}; medians [smallest..largest]; "
          "×n: ours divided by the row's")
    for policy in sorted({p for p, _, _ in runs if p is not None}):
        table(f"{policy} stateful rules, default deny", ONE_HOST, runs, policy, "ours")
    if any(p is None for p, _, _ in runs):
        table("Between two hosts", TWO_HOSTS, runs, None, "ov-ours")
    for (policy, backend, test), failed in runs.items():
        for run in failed:
            if run.get("fail"):
                print(f"failed: {backend}, {policy} rules, {test}: {run['fail']}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
