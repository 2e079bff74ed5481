#!/usr/bin/env bash
# Measures the user-space instructions per "get a book" over one keep-alive connection: on the framework's own server
# (bare), on ours without the tap, with a trace file, and with 1 KiB of payload per read and write.
#
# Each result is the difference of two loads, so that the start, connections and caches cancel out. Valgrind slows the
# server down about fifty times, but not the clock that wakes the drain thread every 20 ms. So the instructions of an
# idle server in the same time are subtracted.
#
# Needs valgrind, nghttp2-client (h2load), and
# cargo build --release -p bench --features bench/bare -p rest-server -p graphql-server -p grpc-server
#
# usage: [TARGET=target/release] bench/instructions.sh [rest|graphql|grpc]...
set -euo pipefail
target=${TARGET:-target/release}
few=300
many=1500
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '{"query":"{ book(id: 1) { title author { name } } }"}' >"$scratch/graphql"
# An uncompressed message of 2 bytes: field 1 is 1.
printf '\0\0\0\0\2\10\1' >"$scratch/grpc"

# Prints the time in milliseconds.
now() { date +%s%3N; }

# Sends $3 requests to API $1 on port $2.
load() {
    local url=http://127.0.0.1:$2
    case $1 in
    rest) set -- "$3" --h1 "$url/v1/books/1" ;;
    graphql) set -- "$3" --h1 -d "$scratch/graphql" -H 'content-type: application/json' "$url/graphql" ;;
    grpc) set -- "$3" -m1 -d "$scratch/grpc" -H 'content-type: application/grpc' -H 'te: trailers' \
        "$url/bookshelf.v1.BookshelfService/GetBook" ;;
    esac
    h2load -c1 -t1 -n "$@" | grep -q " $1 succeeded"
}

# Prints the instructions since the previous dump of process $1.
dump() {
    local count=
    rm -f "$scratch"/out*
    callgrind_control --dump "$1" >/dev/null 2>&1
    # The process writes the dump after callgrind_control has returned.
    while [ -z "$count" ]; do
        kill -0 "$1"
        count=$(sed -nE 's/^totals: ([0-9]+).*/\1/p' "$scratch"/out.* 2>/dev/null | head -n 1) || true
    done
    echo "$count"
}

# Prints the instructions per request to API $1 of a server with the given command line.
measure() {
    local api=$1 port= begin few_time many_time idle_time few_count many_count idle_count
    shift
    valgrind --tool=callgrind --callgrind-out-file="$scratch/out" "$@" 2>"$scratch/err" >/dev/null &
    local pid=$!
    # This function runs in a subshell with a trap of its own. `pid` is out of scope when the trap runs.
    trap "kill $pid 2>/dev/null || true" EXIT
    while [ -z "$port" ]; do
        kill -0 "$pid"
        port=$(sed -nE 's/.*listens on 127\.0\.0\.1:([0-9]+).*/\1/p' "$scratch/err" | head -n 1)
    done
    load "$api" "$port" "$few"
    dump "$pid" >/dev/null
    begin=$(now); load "$api" "$port" "$few"; few_time=$(($(now) - begin)); few_count=$(dump "$pid")
    begin=$(now); load "$api" "$port" "$many"; many_time=$(($(now) - begin)); many_count=$(dump "$pid")
    begin=$(now); sleep 3; idle_time=$(($(now) - begin)); idle_count=$(dump "$pid")
    kill -TERM "$pid"
    wait "$pid" || true
    local busy=$((many_count - few_count)) idle=$((idle_count * (many_time - few_time) / idle_time))
    echo $(((busy - idle) / (many - few)))
}

row() {
    awk -v name="$1" -v count="$2" -v bare="$3" -v no_tap="$4" \
        'BEGIN { printf "| %s | %d | %.3f | %.3f |\n", name, count, count / bare, count / no_tap }'
}

[ $# -gt 0 ] || set -- rest graphql grpc
for api in "$@"; do
    server=("$target/$api-server" --listen 0)
    bare=$(measure "$api" "$target/bare-server" "$api" 127.0.0.1:0)
    no_tap=$(measure "$api" "${server[@]}" --no-tap)
    [ "$api" != rest ] || without_etag=$(measure rest "$target/bare-server" rest-without-etag 127.0.0.1:0)
    trace=$(measure "$api" "${server[@]}" --trace "$scratch/trace.jsonl")
    payload=$(measure "$api" "${server[@]}" --trace "$scratch/trace.jsonl" --capture 1024)
    printf '\n| %s | instructions per request | × bare | × no tap |\n|---|--:|--:|--:|\n' "$api"
    row bare "$bare" "$bare" "$no_tap"
    [ "$api" != rest ] || row "bare, without \`ETag\`" "$without_etag" "$bare" "$no_tap"
    row "no tap" "$no_tap" "$bare" "$no_tap"
    row "socket-tap to a file" "$trace" "$bare" "$no_tap"
    row "socket-tap to a file, 1 KiB of payload" "$payload" "$bare" "$no_tap"
done
