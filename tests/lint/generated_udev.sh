#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The committed udev rules are what their templates and link/kinds.c give, and keep the house's
# rules for rules. "sh generated_udev.sh -w" (make udev) writes them anew.
set -eu
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
${CC:-cc} -std=c17 -I. -o "$dir/generate" udev/generate.c link/kinds.c

n=0
for in in udev/*.rules.in; do
	out=${in%.in}
	"$dir/generate" < "$in" > "$dir/rules"
	if [ "${1-}" = -w ]; then
		cat "$dir/rules" > "$out"
	elif ! diff -u "$out" "$dir/rules"; then
		echo "$out is out of date: make udev" >&2
		exit 1
	fi
	n=$((n + 1))
done
[ "$n" -gt 0 ] || { echo "lint: no udev/*.rules.in" >&2; exit 1; }
python3 tests/lint/rules.py udev/*.rules
echo "lint: $n files of udev rules are what the table gives"
