#!/usr/bin/env bash
# run.sh: our figures beside those of others, interleaved in one run: on one host Linux bridge with
# nftables and Open vSwitch, between two hosts wireguard-go with the kernel's VXLAN.
# The harness that drives the peers is not part of this repository: PEERS names its folder.
#
# Environment: RUNS (3) rounds, SECONDS_EACH (5) for each measurement, RULES ("4 1000") policy sizes,
# BACKENDS, TESTS (tcp,udp,udpndr), OVERLAYS, OVERLAY_TESTS (tcp,udp,udpndr,rr), PEERS
# (../shared/peers). An empty BACKENDS or OVERLAYS leaves that part out.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly peers=${PEERS:-../shared/peers}
readonly runs=${RUNS:-3} seconds=${SECONDS_EACH:-5} tests=${TESTS:-tcp,udp,udpndr}
readonly rules=${RULES:-4 1000}
readonly backends=${BACKENDS-ours bridge-ct-set ovs-tap ovs-tap-tso}
readonly overlays=${OVERLAYS-ov-ours ov-wg-vxlan ov-wg-vxlan-rmem}
readonly overlay_tests=${OVERLAY_TESTS:-tcp,udp,udpndr,rr}

stop() { echo "bench: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || stop "the guests are network namespaces, so this needs root"
[ -f "$peers/bench.py" ] || stop "there is no comparison harness in $peers; set PEERS to its folder"
[ -x .build/release/vswitchd ] || stop "there is no .build/release/vswitchd: run make build first"

scratch=$(mktemp -d /tmp/vswitch-bench.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
cp -r "$peers"/. "$scratch"/
cp Benchmarks/backends/*.sh "$scratch/backends/"
gcc -O2 -pthread -o "$scratch/nbench" "$scratch/nbench.c"
mkdir -p Benchmarks/results
results=Benchmarks/results/$(date +%Y%m%d-%H%M%S).jsonl

# measure BACKEND TESTS OPTION...
measure() {
    local backend=$1 wanted=$2; shift 2
    python3 "$scratch/bench.py" --backend "$backend" --tests "$wanted" --runs 1 --dur "$seconds" \
        --out "$results" "$@" || true
}

export TAG=vswbench BENCHWORK=$scratch/work NBENCH=$scratch/nbench PROGRAMS=$PWD/.build/release
for round in $(seq "$runs"); do
    for count in $rules; do
        for backend in $backends; do
            echo "bench: round $round of $runs, $count rules, $backend"
            measure "$backend" "$tests" --policy "$count"
        done
    done
    for backend in $overlays; do
        echo "bench: round $round of $runs, between two hosts, $backend"
        measure "$backend" "$overlay_tests" --overlay
    done
done
echo "bench: all measurements are in $results"
python3 Benchmarks/report.py "$results"
