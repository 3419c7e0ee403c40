#!/usr/bin/env bash
# seal.sh: seals and encapsulates frames, beside the ciphers alone, in turn.
# Environment: RUNS (5), SECONDS_EACH (2), SIZES ("1404 64"): bytes of the frames.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly program=.build/release/SealSpeed seconds=${SECONDS_EACH:-2}
[ -x $program ] || { echo "seal: there is no $program: run make build first" >&2; exit 1; }

median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
speed() { "$program" "$@" | cut -d' ' -f1; }

for size in ${SIZES:-1404 64}; do
    ours=() fast=() slow=()
    for _ in $(seq "${RUNS:-5}"); do
        ours+=("$(speed "$size" "$seconds")")
        fast+=("$(speed "$size" "$seconds" multiBuffer 2>/dev/null || echo 0)")
        slow+=("$(speed "$size" "$seconds" libcrypto)")
    done
    own=$(median "${ours[@]}") one=$(median "${fast[@]}") other=$(median "${slow[@]}")
    best=$((one > other ? one : other))
    echo "$size bytes: seal and encapsulate $((own / 1000)) MB/s; the cipher alone $((one / 1000)) MB/s" \
        "(intel-ipsec-mb), $((other / 1000)) MB/s (libcrypto): $((100 * own / best)) % of the faster"
done
