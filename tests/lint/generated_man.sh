#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The committed man page and docs/causes.md are what the program's tables give.
# "sh generated_man.sh -w" writes them anew. Needs the libraries that make has built.
set -eu
cd "$(dirname "$0")/../.."
b=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# mandoc compares the section with the file's name.
new=$dir/stlink-download.1
program=$dir/generate
libs=
for room in cli auto doctor host flash target link usb sg link image base; do
	libs="$libs $b/lib$room.a"
done
usb=-lusb-1.0
[ -z "${WITHOUT_LIBUSB-}" ] || usb=
# shellcheck disable=SC2086
${CC:-cc} -std=c17 -I. ${CFLAGS-} -o "$program" man/generate.c $libs $usb
"$program" <man/stlink-download.1.in >"$new"
"$program" <docs/causes.md.in >"$dir/causes.md"
if [ "${1-}" = -w ]; then
	cat "$new" >man/stlink-download.1
	cat "$dir/causes.md" >docs/causes.md
	exit 0
fi
if ! diff -u man/stlink-download.1 "$new" || ! diff -u docs/causes.md "$dir/causes.md"; then
	echo "man/stlink-download.1 or docs/causes.md is out of date: sh tests/lint/generated_man.sh -w" >&2
	exit 1
fi
if command -v mandoc >/dev/null; then
	# Other packages' manuals need not be installed here.
	mandoc -T lint "$new" man/stlink-autoflash.5 2>/dev/null | grep -v 'referenced manual not found' && exit 1
fi
echo "lint: the man page and docs/causes.md are what the tables give"
