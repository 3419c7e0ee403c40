# What the demos share: how they speak, and how they end what they started.
# Sourced by demo.sh and overlay.sh, which set `folder` (their scratch folder) and `machines` (the
# names of their namespaces, without the prefix vswdemo-).

PATH=$PWD/.build/release:$PATH

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else bold='' dim='' green='' red='' plain=''; fi

title() { printf '\n%s── %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '%s%s%s\n' "$dim" "$*" "$plain"; }
good() { printf '%s✔ %s%s\n' "$green" "$*" "$plain"; }
fail() { printf '%s✘ %s%s\n' "$red" "$*" "$plain" >&2; exit 1; }
# Prints a command as one would type it, and runs it.
run() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; "$@"; }
inside() { local name=$1; shift; ip netns exec "vswdemo-$name" "$@"; }
# start NAME WORD COMMAND...: the same beside us, noted as WORD so that it is ended with the demo.
# (Not `inside ... &`: that would note the shell which waits for the command.)
start() {
    local name=$1 word=$2; shift 2
    ip netns exec "vswdemo-$name" "$@" &
    echo $! >"$folder/$word.pid"
}
# finish WORD: ends what start noted as WORD.
finish() { kill "$(cat "$folder/$1.pid")"; rm "$folder/$1.pid"; }
pids() { cat "$folder"/*.pid 2>/dev/null || true; }

clean() {
    local pid name
    for pid in $(pids); do kill "$pid" 2>/dev/null || true; done
    for pid in $(pids); do
        for _ in $(seq 50); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
        kill -9 "$pid" 2>/dev/null || true
    done
    for name in "${machines[@]}"; do ip netns del "vswdemo-$name" 2>/dev/null || true; done
    rm -rf "$folder"
}

check() {
    [ "$(id -u)" = 0 ] || fail "The demo makes network namespaces and TAP devices, so it needs root: sudo make $1"
    [ -x .build/release/vswitchd ] || fail "There is no .build/release/vswitchd: run make build first"
    [ ! -d "$folder" ] || fail "A demo is still there (KEEP=1?). End it first: $0 stop"
}

# start_daemon NAME [OPTION...]: a daemon in the namespace of that name, and waits until it answers.
start_daemon() {
    local name=$1; shift
    note "\$ vswitchd --state $folder/$name --socket $folder/$name.sock --name $name $* &"
    start "$name" "$name" vswitchd --state "$folder/$name" --socket "$folder/$name.sock" \
        --name "$name" "$@" 2>"$folder/$name.log"
    for _ in $(seq 100); do
        vswctl status --socket "$folder/$name.sock" >/dev/null 2>&1 && return
        [ -d "/proc/$(cat "$folder/$name.pid")" ] || fail "vswitchd ended: $(cat "$folder/$name.log")"
        sleep 0.1
    done
    fail "vswitchd does not answer"
}

# plug NAME ADDRESS MTU: gives the guest's device its address and brings it up.
plug() {
    ip -n "vswdemo-$1" link set lo up
    ip -n "vswdemo-$1" addr add "$2/24" dev "$1"
    ip -n "vswdemo-$1" link set "$1" mtu "$3" up
}

# play STEP...: runs the steps; cleans up unless KEEP=1.
play() {
    trap clean EXIT
    trap 'exit 130' INT TERM
    mkdir -m 700 "$folder"
    local step
    for step in "$@"; do "$step"; done
    if [ "${KEEP:-}" = 1 ]; then trap - EXIT; note "left running in $folder"
    else clean; trap - EXIT; good "the machine is clean again"; fi
}
