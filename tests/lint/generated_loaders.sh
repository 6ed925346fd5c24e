#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# generated_loaders.sh - do the loader bytes in flash/loaders/loaders.c come from the sources beside them?
# Assembles every flash/loaders/*.s and compares; --write puts the result in place instead.
# Exit status: 0 the same, 1 different, 2 the assembler is missing.
set -eu
cd "$(dirname "$0")/../.."
out=flash/loaders/loaders.c
cross=${CROSS:-arm-none-eabi-}

command -v "${cross}as" >/dev/null || { echo "generated_loaders.sh: ${cross}as is missing" >&2; exit 2; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

one() {
	name=$(basename "$1" .s)
	"${cross}as" -I flash/loaders -o "$tmp/$name.o" "$1"
	"${cross}objcopy" -O binary -j .text "$tmp/$name.o" "$tmp/$name.bin"
	stop=$("${cross}nm" "$tmp/$name.o" | awk '$3 == "stop" { print $1 }')
	[ -n "$stop" ] || { echo "generated_loaders.sh: $1 has no label stop" >&2; exit 1; }
	mailbox=$("${cross}nm" "$tmp/$name.o" | awk '$3 == "mailbox" { print $1 }')
	while [ $(($(wc -c < "$tmp/$name.bin") % 4)) -ne 0 ]; do
		printf '\0' >> "$tmp/$name.bin"
	done
	printf '\nstatic const uint8_t code_%s[] = {\n' "$name"
	od -An -v -tx1 -w12 "$tmp/$name.bin" |
		sed 's/ \([0-9a-f][0-9a-f]\)/ 0x\1,/g; s/^ /\t/'
	printf '};\n\nconst struct loader loader_%s = {\n' "$name"
	printf '\t.name = "%s", .code = code_%s, .bytes = sizeof(code_%s), .stop = 0x%02x,\n' \
		"$name" "$name" "$name" "0x$stop"
	[ -z "$mailbox" ] || printf '\t.mailbox = 0x%02x,\n' "0x$mailbox"
	printf '};\n'
}

{
	cat <<-'HEAD'
	/* SPDX-License-Identifier: GPL-2.0-or-later
	 *
	 * loaders.c - the bytes of flash/loaders/NAME.s. Generated: do not edit.
	 *
	 * Written by tests/lint/generated_loaders.sh --write; the same script checks them against the sources.
	 */
	#include "flash/loaders/loaders.h"
	HEAD
	for s in flash/loaders/*.s; do
		one "$s"
	done
} > "$tmp/loaders.c"

if [ "${1-}" = --write ]; then
	cp "$tmp/loaders.c" "$out"
	exit 0
fi
if ! diff -u "$out" "$tmp/loaders.c"; then
	echo "generated_loaders.sh: $out is not what its sources give; run tests/lint/generated_loaders.sh --write" >&2
	exit 1
fi
echo "loaders: $(ls flash/loaders/*.s | wc -l) sources, bytes agree"
