#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selftest.sh - the lint must go red: one planted offence of each kind in a scratch tree.
set -eu
lint=$(cd "$(dirname "$0")" && pwd)/lint.py
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
head='/* SPDX-License-Identifier: GPL-2.0-or-later */'
count=0

plant() { # EXPECTED-WORDS FILE CONTENT
	rm -rf "$dir/tree"
	mkdir -p "$dir/tree/$(dirname "$2")"
	printf "$3" >"$dir/tree/$2"
	if python3 "$lint" "$dir/tree" >"$dir/out" 2>&1 || ! grep -q "$1" "$dir/out"; then
		echo "lint did not notice: $1"
		cat "$dir/out"
		exit 1
	fi
	count=$((count + 1))
}

lines() { i=0; while [ $i -lt "$1" ]; do printf '%s\\n' "$2"; i=$((i + 1)); done; }

plant "must not include" base/a.c "$head\n#include \"link/link.h\"\n"
plant "must not include" sim/a.c "$head\n#include \"link/link.h\"\n"
plant "must not include" image/a.c "$head\n#include \"flash/flash.h\"\n"
plant "is not used here" base/a.c "$head\nstatic void f(char *a)\n{\n\tstrcpy(a, a);\n}\n"
plant "is not used here" link/a.c "$head\nstatic void f(void)\n{\n\tprintf(\"x\");\n}\n"
plant "is not used here" link/a.c "$head\nstatic void f(void)\n{\n\t_exit(1);\n}\n"
plant "signal handler" base/a.c "$head\nstatic void on(int s)\n{\n\tsyslog(s);\n}\nvoid g(struct sigaction *a)\n{\n\ta->sa_handler = on;\n}\n"
plant "600 at most" base/a.c "$head\n$(lines 601 'int x;')"
plant "100 at most" base/a.c "$head\nstatic void f(void)\n{\n$(lines 100 '	x();')}\n"
plant "parameters" base/a.c "$head\nstatic void f(int a, int b, int c, int d, int e, int g)\n{\n}\n"
plant "levels deep" base/a.c "$head\nstatic void f(void)\n{\n\tif (1)\n\t\tif (1)\n\t\t\tif (1)\n\t\t\t\tif (1)\n\t\t\t\t\tx();\n}\n"
plant "complexity" base/a.c "$head\nstatic void f(void)\n{\n$(lines 30 '	if (a) b();')}\n"
plant "guard" base/a.h "$head\n#ifndef X\n#define X\n#endif\n"
plant "MUST_CHECK" base/a.h "$head\n#ifndef BASE_A_H\n#define BASE_A_H\nenum sl_err f(int a);\n#endif\n"
plant "licence" base/a.c "int x;\n"
plant "TODO" base/a.c "$head\n/* TODO */\n"
plant "columns" base/a.c "$head\nint $(lines 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa);\n"
plant "without its source" flash/a.c "$head\n\n#define FLASH_SR 0x0C\n"
plant "file-local" base/a.c "$head\nvoid f(void)\n{\n}\n"
rule() { # EXPECTED-WORDS FILE-NAME RULE
	printf '%s\n' "$3" >"$dir/$2"
	if python3 "$(dirname "$lint")/rules.py" "$dir/$2" >"$dir/out" 2>&1 || ! grep -q "$1" "$dir/out"; then
		echo "rules.py did not notice: $1"
		cat "$dir/out"
		exit 1
	fi
	count=$((count + 1))
}

v1='SUBSYSTEM=="usb", ATTR{idVendor}=="0483", ATTR{idProduct}=="3744"'
rule "runs something" 59-a.rules "$v1, RUN+=\"/bin/true\""
rule "mode 0666" 59-a.rules "$v1, MODE=\"0666\""
rule "is final" 59-a.rules "$v1, MODE:=\"0660\""
rule "take the tag" 59-a.rules "$v1, GROUP=\"x\", TAG+=\"uaccess\""
rule "vendor and products" 59-a.rules 'SUBSYSTEM=="usb", ATTR{idVendor}=="0483", MODE="0660"'
rule "vendor and products" 59-a.rules 'SUBSYSTEM=="usb", ATTRS{manufacturer}=="ST*", MODE="0660"'
rule "which subsystem" 59-a.rules 'ATTR{idVendor}=="0483", ATTR{idProduct}=="3744", MODE="0660"'
rule "not sorted" 59-a.rules 'SUBSYSTEM=="usb", ATTR{idVendor}=="0483", ATTR{idProduct}=="3748|3744", MODE="0660"'
rule "number must be" 99-a.rules "$v1, MODE=\"0660\""
rule "no label" 59-a.rules 'ACTION=="remove", GOTO="end"'
rule "cannot be read" 59-a.rules "$v1, MODE=0660"
echo "lint: $count planted offences were noticed"
