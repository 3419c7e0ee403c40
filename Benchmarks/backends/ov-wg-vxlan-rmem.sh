#!/usr/bin/env bash
# wireguard-go with the kernel's VXLAN once more, with socket buffers of 7 MiB as newer versions of it
# ask for: this one leaves them at the system's default, and loses datagrams there.
set -euo pipefail
saved=/tmp/$TAG-rmem
case $1 in
up)
    sysctl -n net.core.rmem_default net.core.rmem_max | paste -sd' ' >"$saved"
    sysctl -qw net.core.rmem_max=7340032 net.core.rmem_default=7340032
    ;;
down)
    [ ! -f "$saved" ] || {
        read -r default max <"$saved"
        sysctl -qw net.core.rmem_default="$default" net.core.rmem_max="$max"
        rm "$saved"
    }
    ;;
esac
exec bash "$BENCH/backends/ov-wg-vxlan.sh" "$@"
