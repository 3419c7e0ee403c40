#!/usr/bin/env bash
# demo.sh         shows the switch at work: three guests, a policy, a capture, counters; cleans up
# demo.sh stop    ends a demo that KEEP=1 left running
#
# Everything is private: namespaces whose names begin with vswdemo-, one folder in /tmp. The host's
# own network is not touched.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly folder=/tmp/vswitch-demo
readonly machines=(hv1 web1 db1 ops1)
readonly web=10.66.0.11 db=10.66.0.12 ops=10.66.0.13
export VSWITCH_SOCKET=$folder/hv1.sock
. demo/lib.sh

start_switch() {
    title "The switch starts, on its own state and socket"
    ip netns add vswdemo-hv1
    start_daemon hv1
    run vswctl status
}

# attach NAME ADDRESS ROLE: a guest is a network namespace with a TAP that the switch owns.
attach() {
    ip netns add "vswdemo-$1"
    run vswctl port attach "$1" --vm "$1" --netns "vswdemo-$1" --ip "$2" \
        --label app=shop --label env=prod --label "role=$3"
    plug "$1" "$2" 1500
}

attach_guests() {
    title "Three guests get their ports; nothing passes yet, for no policy governs them"
    attach web1 $web web
    attach db1 $db db
    attach ops1 $ops ops
}

apply_policy() {
    title "A policy says who may talk to whom"
    run vswctl policy check policies/three-tier.yaml
    run vswctl policy apply policies/three-tier.yaml
    run vswctl port list
}

start_services() {
    mkdir "$folder/www"
    echo "Hello from web1, through the switch." >"$folder/www/index.html"
    start web1 http python3 -m http.server 80 --directory "$folder/www" >/dev/null 2>&1
    for name in web1 db1; do
        vswctl capture "$name" --point verdict --write "$folder/$name.pcapng" 2>/dev/null &
        echo $! >"$folder/capture-$name.pid"
    done
    for _ in $(seq 50); do
        [ -s "$folder/web1.pcapng" ] && [ -s "$folder/db1.pcapng" ] &&
            inside web1 ss -ltn 'sport = :80' | grep -q LISTEN && return
        sleep 0.1
    done
    fail "The web server or the captures did not start"
}

allowed() {
    title "Allowed: ops1 asks web1 for a page"
    note "\$ ip netns exec vswdemo-ops1 curl http://$web/"
    inside ops1 curl -sS --max-time 5 "http://$web/" || fail "The page did not come"
    good "answered; the reply needed no rule of its own"
}

denied() {
    title "Denied: ops1 tries the database"
    note "\$ ip netns exec vswdemo-ops1 curl telnet://$db:5432"
    if inside ops1 curl -sS --max-time 1 "telnet://$db:5432" </dev/null 2>/dev/null; then
        fail "The database was reached"
    fi
    good "no answer; why?"
    run vswctl policy explain ops1 db1 tcp/5432
}

show_captures() {
    title "What the captures saw: both connections, with verdict and rule"
    sleep 0.3
    for name in web1 db1; do kill -INT "$(cat "$folder/capture-$name.pid")" 2>/dev/null || true; done
    sleep 0.3
    rm -f "$folder"/capture-*.pid
    for name in web1 db1; do
        note "\$ tshark -r $name.pcapng"
        tshark -n -r "$folder/$name.pcapng" -Y 'tcp' -T fields -E separator=' ' \
            -e ip.src -e ip.dst -e tcp.dstport -e _ws.col.Info -e frame.comment 2>/dev/null |
            cut -c1-150 | head -6
    done
    note "\$ tcpdump -r db1.pcapng"
    tcpdump -n -r "$folder/db1.pcapng" tcp 2>/dev/null | cut -c1-110 | head -3
}

show_counters() {
    title "Every frame is counted once: sent, or dropped with a reason"
    run vswctl flow list
    run vswctl counters
}

next_steps() {
    title "What to type next"
    if [ "${KEEP:-}" = 1 ]; then
        cat <<END
  export VSWITCH_SOCKET=$VSWITCH_SOCKET PATH=$PWD/.build/release:\$PATH
  vswctl counters --watch
  vswctl capture web1 --write - | tshark -r -
  vswctl policy explain web1 db1 tcp/5432
  ip netns exec vswdemo-web1 ping $db
  demo/demo.sh stop                             # ends the demo
END
    else
        cat <<END
  make demo KEEP=1                              # the same, left running for you to explore
  less policies/three-tier.yaml                 # the policy you just saw at work
  less docs/getting-started.md                  # attach a QEMU VM, a libvirt VM, a namespace
END
    fi
}

case ${1:-} in
'')
    check demo
    play start_switch attach_guests apply_policy start_services allowed denied show_captures \
        show_counters next_steps
    ;;
stop) clean; good "the demo is gone" ;;
*) echo "usage: demo.sh [stop]" >&2; exit 2 ;;
esac
