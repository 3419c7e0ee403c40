#!/usr/bin/env python3
"""report.py RESULTS.jsonl: Markdown tables for docs/performance.md, one for each policy size.

Figures are medians with [smallest..largest]; the factor compares ours with the row's. Runs in which
other processes took more than a tenth of the machine are left out where quiet ones remain.
"""
import json, os, platform, statistics, sys
from collections import defaultdict

COLUMNS = {"tcp": ("TCP, Gbit/s", lambda r: r["gbps"]),
           "udp": ("UDP 64 B at full blast, kpps delivered", lambda r: r["rx_pps"] / 1e3),
           "udpndr": ("UDP 64 B at under 1 % loss, kpps", lambda r: r["ndr_pps"] / 1e3)}


def load(path):
    runs = defaultdict(list)
    for line in open(path):
        run = json.loads(line)
        runs[run.get("policy"), run["backend"], run["test"]].append(run)
    return runs


def quiet(runs):
    calm = [r for r in runs if r.get("foreign_cpu", 0) <= 0.1 * r.get("wall", 1)]
    return calm or runs


def values(runs, test):
    return [COLUMNS[test][1](r) for r in quiet([r for r in runs if not r.get("fail")])]


def cell(mine, ours):
    if not mine:
        return "failed"
    digits = 1 if max(mine) < 100 else 0
    text = f"{statistics.median(mine):.{digits}f}"
    text += f" [{min(mine):.{digits}f}..{max(mine):.{digits}f}]" if len(mine) > 1 else ""
    if ours and ours is not mine and statistics.median(mine):
        text += f" ×{statistics.median(ours) / statistics.median(mine):.2f}"
    return text


def loss(runs):
    losses = [100 * r["loss"] for r in runs if "loss" in r]
    return f"{statistics.median(losses):.0f} %" if losses else ""


def table(runs, policy):
    backends = dict.fromkeys(b for p, b, _ in runs if p == policy)
    print(f"\n{policy} stateful rules, default deny:\n")
    print("| switch | " + " | ".join(c[0] for c in COLUMNS.values()) + " | loss at full blast | n |")
    print("|---|" + "---|" * (len(COLUMNS) + 2))
    for backend in backends:
        cells, counts = [], []
        for test in COLUMNS:
            mine = values(runs[policy, backend, test], test)
            ours = mine if backend == "ours" else values(runs[policy, "ours", test], test)
            cells.append(cell(mine, ours))
            counts.append(len(mine))
        cells += [loss(runs[policy, backend, "udp"]), str(min(counts))]
        print(f"| {backend} | " + " | ".join(cells) + " |")


def main():
    runs = load(sys.argv[1])
    print(f"\n{os.cpu_count()} cores, Linux {platform.release()}; medians [smallest..largest]; "
          "×n: ours divided by the row's")
    for policy in sorted({p for p, _, _ in runs if p is not None}):
        table(runs, policy)
    for (policy, backend, test), failed in runs.items():
        for run in failed:
            if run.get("fail"):
                print(f"failed: {backend}, {policy} rules, {test}: {run['fail']}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
