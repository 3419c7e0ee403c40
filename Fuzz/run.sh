#!/bin/sh
# Fuzz/run.sh [SECONDS]: builds every target Fuzz/NAME/ (its file `sources` lists what belongs to it)
# with libFuzzer and AddressSanitizer and runs it for SECONDS (default 60), starting from Fuzz/NAME/corpus.
# SEED=N repeats a run. Exit status 1: a finding, whose input lies in .build-fuzz/; 2: a target does
# not build.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
mkdir -p .build-fuzz
status=0
for sources in Fuzz/*/sources; do
    folder=$(dirname "$sources")
    name=$(basename "$folder")
    program=.build-fuzz/$name
    echo "$name: building"
    # A target is one module, so the rooms' imports of each other must go.
    rm -rf "$program.sources"
    mkdir -p "$program.sources"
    # shellcheck disable=SC2013 # the globs of `sources` are meant to be expanded
    for file in $(cat "$sources"); do
        for path in $file; do
            sed '/^import \(Packet\|Telemetry\|Overlay\|CCrypto\)$/d' "$path" >"$program.sources/$(basename "$path")"
        done
    done
    if ! swiftc -O -swift-version 6 -sanitize=fuzzer,address -parse-as-library -package-name vswitch \
        -enable-experimental-feature Lifetimes -module-name "Fuzz$name" -use-ld=lld -o "$program" "$program.sources"/*.swift \
        >"$program.log" 2>&1
    then
        echo "$name: does not build:"
        cat "$program.log"
        exit 2
    fi
    mkdir -p "$program.corpus"
    echo "$name: running for $seconds s with seed $seed"
    if timeout -k 5 $((seconds + 60)) "$program" -seed="$seed" -max_total_time="$seconds" \
        -timeout=5 -max_len=4096 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$program-" "$program.corpus" "$folder/corpus" \
        </dev/null >"$program.log" 2>&1
    then
        echo "$name: nothing found, $(grep -o 'number_of_executed_units: *[0-9]*' "$program.log" | tr -s ' ')"
    else
        echo "$name: FINDING (seed $seed); the end of $program.log:"
        tail -n 40 "$program.log"
        status=1
    fi
done
exit $status
