#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The man page of stlink-sim names the options and conditions of --help, with the same
# values, and the words of the control socket, no more and no fewer. "stlink-sim" is the
# program that make has built.
set -eu
cd "$(dirname "$0")/../.."
page=man/stlink-sim.1
if [ ! -x ./stlink-sim ]; then
	echo "lint: SKIPPED: no stlink-sim here (Unicorn is missing): its man page is not compared" >&2
	[ -z "${CI-}" ] || exit 1
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./stlink-sim --help > "$work/help"

# same WHAT - the two lists of it are equal and not empty
same() {
	sort -u "$work/program" > "$work/a"
	sort -u "$work/page" > "$work/b"
	[ -s "$work/a" ] || { echo "lint: no $1 found in the program" >&2; exit 1; }
	diff -u --label program --label "$page" "$work/a" "$work/b" || {
		echo "$page: $1 differ from the program's" >&2
		exit 1
	}
}

grep -o -e '--[a-z][a-z]*' "$work/help" > "$work/program"
sed -n 's/^\.It Fl Fl \([a-z]*\).*/--\1/p' "$page" > "$work/page"
same options

# key=value1|value2 of the --set lines, one "key value" a line; MV|V.V and N are as they are
sed -n '/--set KEY=VALUE/,$p' "$work/help" | sed 's/--set KEY=VALUE//' | tr -s ' ' '\n' |
	grep = > "$work/sets"
split() {
	while IFS='=' read -r key values; do
		echo "$values" | tr '|' '\n' | sed "s/^/$key /"
	done
}
split < "$work/sets" > "$work/program"
sed -n 's/^\.It Li \([a-z-]*=\) Ns \(.*\)/\1\2/p' "$page" | sed 's/ Ns //g; s/\(Li\|Ar\) //g; s/ | /|/g' |
	tr -d ' ' | split > "$work/page"
same conditions

sed -n '/^static const struct control_word words/,/^};/p' sim/control.c |
	grep -o '"[a-z-]*"' | tr -d '"' > "$work/program"
sed -n '/^\.Ss Control$/,/^\.Ss Trace$/s/^\.It Ic \([a-z-]*\).*/\1/p' "$page" > "$work/page"
same "control commands"

if command -v mandoc >/dev/null; then
	# Other packages' manuals need not be installed here.
	mandoc -T lint "$page" | grep -v 'referenced manual not found' && exit 1
fi
echo "lint: the man page of stlink-sim has what the program has"
