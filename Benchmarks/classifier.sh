#!/usr/bin/env bash
# classifier.sh: rule sets of several shapes and sizes, compiled, looked through and edited.
# Environment: SIZES ("1000 10000 100000"), SHAPES ("micro acl fw ipc"), VMS ("64 1"): with 1 VM all
# rules meet at one port. The hostile sets (tuple space explosion, nested prefixes) follow, then
# 1,000 VMs, and edits under promises.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly program=${CLASSIFIER:-.build/release/Classifier}
[ -x "$program" ] || { echo "classifier: there is no $program: run swift build -c release --product Classifier" >&2; exit 1; }

failed=0
for vms in ${VMS:-64 1}; do
    for shape in ${SHAPES:-micro acl fw ipc}; do
        for size in ${SIZES:-1000 10000 100000}; do
            "$program" "$shape" "$size" "$vms" || failed=1
        done
    done
done
"$program" tse 8192 1 || failed=1
"$program" nested 10000 1 || failed=1
"$program" micro 100000 1000 || failed=1
for promises in 3 30; do
    "$program" micro 100000 64 "$promises" || failed=1
    "$program" micro 100000 1000 "$promises" || failed=1
done
exit "$failed"
