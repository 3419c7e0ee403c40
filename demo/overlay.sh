#!/usr/bin/env bash
# overlay.sh         shows two hosts that meet only encrypted: keys, a directory, an allowed and a
#                    denied flow between them, and what the wire saw; cleans up
# overlay.sh stop    ends a demo that KEEP=1 left running
#
# The hosts are two network namespaces joined by a veth pair, which stands for the physical network.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly folder=/tmp/vswitch-demo-overlay
readonly machines=(hv1 hv2 web1 db1)
readonly web=10.66.0.11 db=10.66.0.12
readonly web_mac=52:54:00:66:00:11 db_mac=52:54:00:66:00:12
readonly secret="the order of customer 4711"
. demo/lib.sh
hv1() { vswctl "$@" --socket "$folder/hv1.sock"; }
hv2() { vswctl "$@" --socket "$folder/hv2.sock"; }

start_hosts() {
    title "Two hosts, joined by a wire"
    local number
    ip netns add vswdemo-hv1
    ip netns add vswdemo-hv2
    ip -n vswdemo-hv1 link add wire type veth peer name wire netns vswdemo-hv2
    for number in 1 2; do
        ip -n vswdemo-hv$number addr add 192.0.2.$number/24 dev wire
        ip -n vswdemo-hv$number link set lo up
        ip -n vswdemo-hv$number link set wire up
        cat >"$folder/hv$number.yaml" <<END
name: hv$number
overlay:
  listen: 192.0.2.$number:51820
  address: 10.98.0.$number
END
        start_daemon hv$number --config "$folder/hv$number.yaml"
    done
    run cat "$folder/hv1.yaml"
}

exchange_keys() {
    title "Each host makes a key; the private half never leaves it"
    run hv1 overlay keygen
    run hv2 overlay keygen
    run hv1 overlay pubkey
    cat >"$folder/directory.yaml" <<END
hosts:
  hv1:
    public-key: $(hv1 overlay pubkey)
    endpoint: 192.0.2.1:51820
    address: 10.98.0.1
    vms:
      web1: {network: default, mac: "$web_mac", ip: [$web], labels: {app: shop, role: web}}
  hv2:
    public-key: $(hv2 overlay pubkey)
    endpoint: 192.0.2.2:51820
    address: 10.98.0.2
    vms:
      db1: {network: default, mac: "$db_mac", ip: [$db], labels: {app: shop, role: db}}
END
    title "The directory says which hosts exist and which VMs live where: one file for all"
    run cat "$folder/directory.yaml"
    run hv1 directory apply "$folder/directory.yaml"
    run hv2 directory apply "$folder/directory.yaml"
}

attach_guests() {
    title "A guest on each host, and one policy for both"
    ip netns add vswdemo-web1
    ip netns add vswdemo-db1
    run hv1 port attach web1 --vm web1 --netns vswdemo-web1 --mac $web_mac --ip $web \
        --label app=shop --label role=web
    run hv2 port attach db1 --vm db1 --netns vswdemo-db1 --mac $db_mac --ip $db \
        --label app=shop --label role=db
    plug web1 $web 1390
    plug db1 $db 1390
    run hv1 policy apply policies/three-tier.yaml
    run hv2 policy apply policies/three-tier.yaml
}

watch_wire() {
    start hv1 tcpdump tcpdump -U -i wire -w "$folder/wire.pcap" 2>/dev/null
    start db1 db python3 -c "
import socket
for port in (5432, 23):
    server = socket.create_server(('$db', port))
    globals()[f's{port}'] = server
while True:
    peer, _ = s5432.accept()
    peer.sendall(b'$secret\\n')
    peer.close()
"
    for _ in $(seq 50); do
        [ -s "$folder/wire.pcap" ] && inside db1 ss -ltn 'sport = :5432' | grep -q LISTEN && return
        sleep 0.1
    done
    fail "The capture or the database did not start"
}

# ask PORT SECONDS: web1 reads what db1 says on that port.
ask() {
    note "\$ ip netns exec vswdemo-web1 bash -c 'cat </dev/tcp/$db/$1'"
    inside web1 timeout "$2" bash -c "cat </dev/tcp/$db/$1" 2>/dev/null
}

allowed() {
    title "Allowed: web1 on hv1 asks db1 on hv2"
    ask 5432 5 || fail "The answer did not come"
    good "answered, under the rules of both hosts"
}

denied() {
    title "Denied: web1 tries another port there"
    if ask 23 1; then fail "The port was reached"; fi
    good "no answer; why?"
    run hv1 policy explain web1 db1 tcp/23 || true
}

show_wire() {
    title "What the wire saw"
    sleep 0.5
    finish tcpdump
    sleep 0.3
    run tshark -n -r "$folder/wire.pcap" -c 8 2>/dev/null
    note "\$ grep -c '$secret' wire.pcap"
    if grep -c -a "$secret" "$folder/wire.pcap"; then fail "The wire saw the answer in clear"; fi
    good "the guests' text is not in it"
    run hv1 overlay peers
    run hv1 counters
}

next_steps() {
    title "What to type next"
    if [ "${KEEP:-}" = 1 ]; then
        cat <<END
  export VSWITCH_SOCKET=$folder/hv1.sock PATH=$PWD/.build/release:\$PATH
  vswctl overlay mtu
  vswctl overlay export-wg hv2        # how a plain Linux host would join in its place
  demo/overlay.sh stop                # ends the demo
END
    else
        cat <<END
  make demo-overlay KEEP=1            # the same, left running for you to explore
  less docs/overlay.md                # set this up between two real hosts
END
    fi
}

case ${1:-} in
'')
    check demo-overlay
    play start_hosts exchange_keys attach_guests watch_wire allowed denied show_wire next_steps
    ;;
stop) clean; good "the demo is gone" ;;
*) echo "usage: overlay.sh [stop]" >&2; exit 2 ;;
esac
