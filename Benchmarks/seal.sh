#!/usr/bin/env bash
# seal.sh: seals and encapsulates frames, beside the cipher alone (openssl speed), in turn.
# Environment: RUNS (5), SECONDS_EACH (2), SIZES ("1404 64"): bytes of the frames.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .build/release/SealSpeed ] || { echo "seal: there is no .build/release/SealSpeed: run make build first" >&2; exit 1; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for size in ${SIZES:-1404 64}; do
    ours=() theirs=()
    for _ in $(seq "${RUNS:-5}"); do
        ours+=("$(.build/release/SealSpeed "$size" "${SECONDS_EACH:-2}" | cut -d' ' -f1)")
        theirs+=("$(openssl speed -elapsed -seconds "${SECONDS_EACH:-2}" -bytes "$size" \
            -evp chacha20-poly1305 2>/dev/null | awk '/^ChaCha20-Poly1305/ { print int($2) }')")
    done
    own=$(printf '%s\n' "${ours[@]}" | median) cipher=$(printf '%s\n' "${theirs[@]}" | median)
    echo "$size bytes: seal and encapsulate $((own / 1000)) MB/s, the cipher alone $((cipher / 1000)) MB/s:" \
        "$((100 * own / cipher)) %"
done
