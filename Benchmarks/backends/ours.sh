#!/usr/bin/env bash
# Our switch, for the comparison harness: two guests on TAPs that the switch owns.
# Verbs: up, down, pids, policy N (the same N rules as every peer, stateful, default deny).
. "$BENCH/lib.sh"
D=$WORK/ours
export VSWITCH_SOCKET=$D/control.sock
PATH=$PROGRAMS:$PATH

guest() {
    local number=$1 namespace=$2
    vswctl port attach "t$number" --vm "g$number" --netns "$namespace" \
        --ip "10.77.0.$number" --mac "02:77:00:00:00:0$number"
    # The harness knows every guest's device as eth0.
    ip -n "$namespace" link set "t$number" down
    ip -n "$namespace" link set "t$number" name eth0
}

case $1 in
up)
    rm -rf "$D" && mkdir -p "$D"  # also what an earlier round left
    ip netns exec "$SW" vswitchd --state "$D/state" --socket "$VSWITCH_SOCKET" --name bench \
        >"$D/log" 2>&1 </dev/null &
    echo $! >"$D/pid"
    for _ in $(seq 100); do vswctl status >/dev/null 2>&1 && break; sleep 0.1; done
    guest 1 "$G1"
    guest 2 "$G2"
    printf 'policy: open\nfor: any\nrules:\n  - allow any -> any on icmp, tcp/5201, udp/5201\n' >"$D/open.yaml"
    vswctl policy apply "$D/open.yaml"
    ;;
down) stop_pid "$(cat "$D/pid" 2>/dev/null || true)" ;;
pids) cat "$D/pid" ;;
policy)
    {
        printf 'policy: acl\nfor: any\nrules:\n'
        python3 "$BENCH/gen_acl.py" tuples "$2" |
            awk '{ printf "  - allow cidr %s -> cidr %s on %s/%s\n", $2, $3, $1, $4 }' |
            sed 's|cidr 0\.0\.0\.0/0|any|'
        printf 'default: deny\n'
    } >"$D/acl.yaml"
    vswctl policy apply --allow-widening "$D/acl.yaml"
    ;;
esac
