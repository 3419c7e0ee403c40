#!/usr/bin/env bash
# Our switch on two hosts, for the comparison harness: a guest on each, on TAPs that the switches
# own, between them the encrypted overlay. Verbs: up, down, pids.
. "$BENCH/lib.sh"
D=$WORK/ov-ours
PATH=$PROGRAMS:$PATH

on() { local number=$1; shift; vswctl "$@" --socket "$D/$number.sock"; }

# host NUMBER NAMESPACE: a daemon with its key.
host() {
    cat >"$D/$1.yaml" <<END
name: hv$1
worker-cpus: [$((($1 - 1) % $(nproc)))]
overlay:
  listen: 192.168.77.$1:51820
  address: 10.98.0.$1
  underlay-mtu: ${MTU:-1500}
END
    ip netns exec "$2" vswitchd --config "$D/$1.yaml" --state "$D/state$1" \
        --socket "$D/$1.sock" >"$D/log$1" 2>&1 </dev/null &
    echo $! >"$D/pid$1"
    for _ in $(seq 100); do on "$1" status >/dev/null 2>&1 && break; sleep 0.1; done
    on "$1" overlay keygen >/dev/null
}

# guest NUMBER NAMESPACE
guest() {
    on "$1" port attach "t$1" --vm "g$1" --netns "$2" \
        --ip "10.77.0.$1" --mac "02:77:00:00:00:0$1"
    # The harness knows every guest's device as eth0.
    ip -n "$2" link set "t$1" down
    ip -n "$2" link set "t$1" name eth0
    ip -n "$2" link set eth0 mtu $(((${MTU:-1500} - 60) / 16 * 16 - 50))
    on "$1" policy apply "$D/open.yaml"
}

case $1 in
up)
    rm -rf "$D" && mkdir -p "$D"
    printf 'policy: open\nfor: any\nrules:\n  - allow any -> any on icmp, tcp, udp\n' >"$D/open.yaml"
    host 1 "$H1"
    host 2 "$H2"
    {
        echo hosts:
        for i in 1 2; do
            cat <<END
  hv$i:
    public-key: $(on $i overlay pubkey)
    endpoint: 192.168.77.$i:51820
    address: 10.98.0.$i
    vms:
      g$i: {network: default, mac: "02:77:00:00:00:0$i", ip: [10.77.0.$i]}
END
        done
    } >"$D/directory.yaml"
    for i in 1 2; do on $i directory apply "$D/directory.yaml"; done
    guest 1 "$G1"
    guest 2 "$G2"
    ;;
down) for i in 1 2; do stop_pid "$(cat "$D/pid$i" 2>/dev/null || true)"; done ;;
pids) cat "$D/pid1" "$D/pid2" ;;
esac
