#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The committed completions are what the program's tables give, and their shells can read them.
# "sh generated_completions.sh -w" writes them anew. Needs the libraries that make has built.
set -eu
cd "$(dirname "$0")/../.."
b=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
usb=-lusb-1.0
[ -z "${WITHOUT_LIBUSB-}" ] || usb=
# shellcheck disable=SC2086,SC2046
${CC:-cc} -std=c17 -I. ${CFLAGS-} -o "$dir/generate" completions/generate.c -Wl,--start-group \
	$(ls "$b"/lib*.a | grep -v libsim) -Wl,--end-group $usb
for shell in bash zsh fish; do
	script=completions/stlink-download.$shell
	"$dir/generate" <"$script.in" >"$dir/$shell"
	if [ "${1-}" = -w ]; then
		cp "$dir/$shell" "$script"
	elif ! diff -u "$script" "$dir/$shell"; then
		echo "$script is out of date: sh tests/lint/generated_completions.sh -w" >&2
		exit 1
	fi
	if command -v "$shell" >/dev/null; then
		"$shell" -n "$script"
	fi
done
echo "lint: the completions are what the tables give"
