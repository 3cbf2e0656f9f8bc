#!/usr/bin/env bash
# Ten minutes with the built program: every list, every scene run and drawn, hostile files, full disks, a window if there is
# a display to be had. Ends with 0 only if everything went as it should.
#
#   scripts/smoke.sh [PROGRAM]        PROGRAM is target/release/diffuscope, or the debug build if that is newer
set -uo pipefail
cd "$(dirname "$0")/.."

newest() { ls -t target/release/diffuscope target/debug/diffuscope 2>/dev/null | head -1; }
program=${1:-$(newest)}
[ -x "$program" ] || { echo "smoke: build the program first: cargo build --release" >&2; exit 2; }
program=$(realpath "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$work} XDG_DATA_HOME=$work/data HOME=$work/home
mkdir -p "$HOME"

failures=0
checks=0
fail() {
    failures=$((failures + 1))
    echo "FAILED: $*"
    tail -3 "$work/err" 2>/dev/null | sed 's/^/    /'
}
# expect CODE WORDS... -- COMMAND: the exit code, words in its one sentence, and no panic.
expect() {
    local code=$1 words=() status
    shift
    while [ "$1" != "--" ]; do words+=("$1"); shift; done
    shift
    checks=$((checks + 1))
    timeout 300 "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    [ "$status" -eq "$code" ] || { fail "exit code $status, not $code: $*"; return; }
    grep -q "panicked" "$work/err" && { fail "a panic: $*"; return; }
    if [ "$code" -ne 0 ] && [ "$(grep -c '^diffuscope: ' "$work/err")" -ne 1 ]; then
        fail "not one sentence: $*"
        return
    fi
    for word in "${words[@]}"; do
        grep -qF -- "$word" "$work/out" "$work/err" || fail "no \"$word\": $*"
    done
}
section() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

section "words"
expect 0 "A laboratory for diffusion models" -- "$program" --help
expect 0 "diffuscope" -- "$program" --version
expect 0 "processes" -- "$program" list --json
expect 2 "animals" -- "$program" list animals
expect 2 "cannot be read" -- "$program" dance
expect 2 "--help" -- "$program" list --dance
mapfile -t scenes < <("$program" list gallery --json | grep -oE '"id": *"[a-z0-9_]+"' | grep -oE '[a-z0-9_]+"$' | tr -d '"')
[ "${#scenes[@]}" -gt 5 ] || fail "the gallery has only ${#scenes[@]} scenes"

section "every scene: a short run"
for scene in "${scenes[@]}"; do
    # Each lab has its own word for its steps; those that are no field of the scene are refused and the next is tried.
    rm -rf "$work/run"
    for short in particles.steps=4 machine.steps=4 ensemble.steps=4 steps=4 ""; do
        timeout 300 "$program" run "gallery:$scene" --out "$work/run" ${short:+--set "$short"} >"$work/out" 2>"$work/err" && break
        [ -n "$short" ] || fail "gallery:$scene does not run"
        grep -q "panicked" "$work/err" && fail "gallery:$scene panics"
    done
    checks=$((checks + 1))
    [ -s "$work/run/summary.json" ] || fail "gallery:$scene leaves no summary"
done

section "every scene: a picture"
for scene in "${scenes[@]}"; do
    expect 0 -- "$program" render "gallery:$scene" -o "$work/figure.png" --size 480x360
    [ "$(head -c 4 "$work/figure.png" | tail -c 3)" = PNG ] || fail "gallery:$scene: no picture"
done
expect 0 -- "$program" render gallery:two_points -o "$work/window.png" --window --size 1280x800 --theme light
expect 0 -- "$program" render gallery:two_points -o "$work/run.gif" --animate 4 --size 200x150

section "hostile files"
for seed in fuzz/seeds/scene/*; do
    checks=$((checks + 1))
    timeout 60 "$program" run "$seed" --out "$work/run" --set "time=0.5" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    [ "$status" -le 3 ] || fail "exit code $status for $seed"
    grep -q "panicked" "$work/err" && fail "a panic for $seed"
done
head -c 70000000 /dev/zero >"$work/large.json"
expect 2 "at most 64 MiB" -- "$program" run "$work/large.json" --out "$work/run"
expect 2 "cannot be read" -- "$program" run /proc/self/mem --out "$work/run"
expect 2 "at most 64 MiB" -- "$program" run /dev/zero --out "$work/run"
expect 2 "cut off" -- "$program" run /dev/null --out "$work/run"
# Most memory a program may take, in KiB: nothing is taken before sizes are checked.
for field in particles.count=10000001 grid.nx=1000000 particles.steps=1000000000; do
    expect 2 "$(echo "$field" | cut -d= -f1)" -- \
        bash -c "ulimit -v 6000000; exec \"\$@\"" sh "$program" run gallery:two_points --out "$work/run" --set "$field"
done

section "disks and machines"
expect 1 "cannot" -- "$program" new ring -o /proc/ring.json
expect 1 "cannot make the folder" -- "$program" run gallery:two_points --out /proc/out
expect 1 "too large" -- bash -c "trap '' XFSZ; ulimit -f 8; exec \"\$@\"" sh "$program" run gallery:two_points --out "$work/small"
if [ -e /dev/full ]; then
    checks=$((checks + 1))
    "$program" list >/dev/full 2>"$work/err" && fail "a full disk went unnoticed"
    grep -q "panicked" "$work/err" && fail "a panic on a full disk"
fi
expect 1 "no display" -- env -u DISPLAY -u WAYLAND_DISPLAY "$program"
expect 1 "no display" -- env -u WAYLAND_DISPLAY DISPLAY=:4711 "$program"
expect 3 "no graphics adapter" -- env WGPU_BACKEND=metal "$program" run gallery:two_points --out "$work/run" --engine gpu
expect 0 "Computing on the CPU" -- env WGPU_BACKEND=metal "$program" run gallery:two_points --out "$work/run"

section "the program used by a script"
expect 0 "p99" -- "$program" exercise frames --secs 60
tail -n +1 "$work/out" | sed -n '1,/by what/p'
expect 0 "undo" -- "$program" exercise undo

if command -v Xvfb >/dev/null && command -v xdotool >/dev/null; then
    section "a window on a display of its own"
    Xvfb -displayfd 3 -screen 0 1280x800x24 3>"$work/display" >/dev/null 2>&1 &
    server=$!
    for _ in $(seq 50); do [ -s "$work/display" ] && break; sleep 0.1; done
    export DISPLAY=:$(cat "$work/display")
    unset WAYLAND_DISPLAY
    "$program" gallery:two_points >"$work/out" 2>"$work/err" &
    window=$!
    checks=$((checks + 1))
    if timeout 60 xdotool search --sync --onlyvisible --name Diffuscope >"$work/id" 2>/dev/null; then
        id=$(head -1 "$work/id")
        sleep 3
        for key in space Right Home g Escape ctrl+k Escape ctrl+z F11 F11 question Escape; do
            xdotool key --window "$id" "$key" 2>/dev/null
            sleep 0.3
        done
        for size in "1 1" "8000 60" "800 560" "1280 800"; do
            # shellcheck disable=SC2086
            xdotool windowsize "$id" $size 2>/dev/null
            sleep 0.5
        done
        kill -0 "$window" 2>/dev/null || fail "the window is gone"
        grep -q "panicked" "$work/err" && fail "the window panicked"
    else
        fail "no window came up"
    fi
    kill "$window" 2>/dev/null
    wait "$window" 2>/dev/null
    kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
else
    echo "(no Xvfb or xdotool: no window was tried)"
fi

section "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
