#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# demo.sh - the main job on a virtual STM32VLDISCOVERY: program, prove, reset, blink.
#
# Needs ./stlink-download and ./stlink-sim (make). No root, no hardware.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
sim=
finish() {
	[ -z "$sim" ] || kill "$sim" 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Lines "led BOARD COLOUR on|off SECONDS" become one line an instant.
leds() {
	awk '$1 == "led" {
		if (at != "" && at != $5) show()
		at = $5
		lit[$3] = $4 == "on"
		if (!($3 in place)) { place[$3] = ++n; name[n] = $3 }
	}
	END { if (at != "") show() }
	function show(  i) {
		printf "%9.3f s", at
		for (i = 1; i <= n; i++) printf "   %s %s", name[i], lit[name[i]] ? "(*)" : "( )"
		print ""
	}'
}

step() { printf '\n== %s\n' "$1"; }

step "a virtual STM32VLDISCOVERY: ST-LINK/V1 probe, STM32F100RB, real time"
./stlink-sim --board vldiscovery --listen "unix:$dir/board" --realtime --leds >"$dir/sim.log" 2>&1 &
sim=$!
waited=0
until grep -q listening "$dir/sim.log"; do
	kill -0 $sim 2>/dev/null || { cat "$dir/sim.log"; exit 1; }
	waited=$((waited + 1))
	[ $waited -lt 100 ] || { echo "the virtual board did not start"; exit 1; }
	sleep 0.1
done
grep listening "$dir/sim.log"

step "stlink-download info"
./stlink-download -d "usbip:unix:$dir/board" info

step "stlink-download program=examples/blink/vldiscovery.hex reset"
./stlink-download -d "usbip:unix:$dir/board" program=examples/blink/vldiscovery.hex reset

step "the firmware runs: LEDs PC8 (blue) and PC9 (green) of the virtual board, 3 seconds"
mark=$(wc -l <"$dir/sim.log")
sleep 3
tail -n +$((mark + 1)) "$dir/sim.log" | leds
edges=$(tail -n +$((mark + 1)) "$dir/sim.log" | grep -c '^led ' || true)

step "unplug: what the virtual board saw"
mark=$(wc -l <"$dir/sim.log")
kill "$sim"
wait "$sim" || true
sim=
tail -n +$((mark + 1)) "$dir/sim.log"
if [ "$edges" -lt 8 ]; then
	echo "demo: only $edges LED edges in 3 seconds" >&2
	exit 1
fi
printf '\ndemo: programmed, proved, blinking\n'
