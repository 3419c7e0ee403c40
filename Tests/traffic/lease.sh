#!/bin/sh
# What udhcpc runs: takes the offered address and route, and prints them.
case $1 in
bound | renew)
    ip addr replace "$ip/${mask:-24}" dev "$interface"
    [ -z "${router:-}" ] || ip route replace default via "${router%% *}"
    echo "bound $ip"
    ;;
esac
