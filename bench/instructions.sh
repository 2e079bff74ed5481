#!/usr/bin/env bash
# User-space instructions of rest-server for one request over a kept connection: without the tap, with it, and with payload.
# Valgrind slows the server down some fifty times, and with it the load, but not the clock by which the drain thread wakes
# every 20 ms. So what an idle server does in the same time is subtracted. Needs valgrind and nghttp2-client (h2load), and `cargo build --release -p rest-server`.
#
# usage: bench/instructions.sh [REQUESTS]
set -euo pipefail
requests=${1:-1200}
server=${SERVER:-target/release/rest-server}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Milliseconds.
now() { date +%s%3N; }

# The instructions in a dump.
counted() { sed -nE 's/^(summary|totals): ([0-9]+).*/\2/p' "$scratch/out.$1" | head -n 1; }

# Prints the instructions for each request of a server with these flags.
measure() {
    valgrind --tool=callgrind --callgrind-out-file="$scratch/out" "$server" --listen 0 "$@" 2>"$scratch/err" >/dev/null &
    pid=$!
    # This runs in a subshell, which has a trap of its own.
    trap 'kill "$pid" 2>/dev/null || true' EXIT
    local port=
    while [ -z "$port" ]; do
        kill -0 "$pid"
        port=$(sed -nE 's/.*listens on 127\.0\.0\.1:([0-9]+).*/\1/p' "$scratch/err" | head -n 1)
    done
    load() { h2load --h1 -c1 -t1 -n "$1" "http://127.0.0.1:$port/v1/books/1" | grep -q " $1 succeeded"; }
    # What happens once is not counted: the start, caches, the clock's calibration.
    load 300
    callgrind_control --zero "$pid" >/dev/null
    local begin busy
    begin=$(now)
    load "$requests"
    busy=$(($(now) - begin))
    callgrind_control --dump "$pid" >/dev/null
    begin=$(now)
    sleep 3
    idle=$(($(now) - begin))
    callgrind_control --dump "$pid" >/dev/null
    kill -TERM "$pid"
    wait "$pid" || true
    echo $((($(counted 1) - $(counted 2) * busy / idle) / requests))
    rm -f "$scratch"/out*
}

bare=$(measure --no-tap)
printf '| %s | instructions for each request | × no tap |\n|---|--:|--:|\n' ''
row() { awk -v name="$1" -v count="$2" -v bare="$bare" 'BEGIN { printf "| %s | %d | %.3f |\n", name, count, count / bare }'; }
row "no tap" "$bare"
row "socket-tap to a file" "$(measure --trace "$scratch/trace.jsonl")"
row "socket-tap to a file, 1 KiB of payload" "$(measure --trace "$scratch/trace.jsonl" --capture 1024)"
