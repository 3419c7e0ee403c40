#!/usr/bin/env bash
# install.sh GROUP... installs the Debian packages of the named groups that are missing.
# Idempotent; quick and silent when nothing is missing.
set -euo pipefail

packages() {
    case $1 in
    build) echo libpcap-dev libnl-3-dev libnl-route-3-dev libsqlite3-dev libssl-dev pkg-config binutils
        # The faster cipher exists for this architecture only; without it libcrypto seals.
        [ "$(dpkg --print-architecture)" != amd64 ] || echo libipsec-mb-dev ;;
    demo) echo iproute2 iputils-ping procps python3 curl tcpdump tshark ;;
    test) echo iproute2 iputils-ping procps python3 curl tcpdump tshark iperf3 ethtool \
        dnsmasq-base busybox-static udhcpc util-linux binutils valgrind \
        wireguard-go wireguard-tools nftables python3-yaml python3-z3 ;;
    bench) echo iproute2 iputils-ping procps python3 iperf3 ethtool nftables gcc libc6-dev \
        openvswitch-switch wireguard-go wireguard-tools ;;
    qemu) echo iproute2 python3 qemu-system-x86 busybox-static cpio kmod iperf3 ethtool ;;
    *) echo "install.sh: no group '$1': build, demo, test, bench and qemu exist" >&2; exit 2 ;;
    esac
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

[ $# -gt 0 ] || { echo "usage: install.sh GROUP..." >&2; exit 2; }
missing=()
for group in "$@"; do
    names=$(packages "$group")
    for name in $names; do
        [[ " ${missing[*]} " = *" $name "* ]] || is_installed "$name" || missing+=("$name")
    done
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "install.sh: missing for $*: ${missing[*]}"
if [ "$(id -u)" != 0 ]; then
    echo "install.sh: not root; run: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
# wireshark-common asks who may capture: the default answer (root only) is right here.
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
echo "install.sh: installed ${missing[*]}"
