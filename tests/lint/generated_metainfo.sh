#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The committed AppStream metainfo is what its template and link/kinds.c give, and valid; program,
# metainfo and Debian's changelog agree on the version. "sh generated_metainfo.sh -w" writes it anew.
set -eu
cd "$(dirname "$0")/../.."
file=metainfo/stlink-download.metainfo.xml
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
new=$dir/stlink-download.metainfo.xml
${CC:-cc} -std=c17 -I. -o "$dir/generate" metainfo/generate.c link/kinds.c
"$dir/generate" <"$file.in" >"$new"
if [ "${1-}" = -w ]; then
	cat "$new" >"$file"
	exit 0
fi
if ! diff -u "$file" "$new"; then
	echo "$file is out of date: sh tests/lint/generated_metainfo.sh -w" >&2
	exit 1
fi

version=$(sed -n 's/^#define STLINK_DOWNLOAD_VERSION "\(.*\)"/\1/p' cli/version.h)
[ -n "$version" ] || { echo "lint: no version in cli/version.h" >&2; exit 1; }
grep -q "<release version=\"$version\" " "$file" || {
	echo "$file has no release $version, which cli/version.h names" >&2
	exit 1
}
head -n 1 debian/changelog | grep -q -F "($version)" || {
	echo "debian/changelog does not begin with $version, which cli/version.h names" >&2
	exit 1
}
[ "$(sed -n 's/^#define SIM_VERSION "\(.*\)"/\1/p' sim/*.[ch])" = "$version" ] || {
	echo "the virtual board's SIM_VERSION is not $version, which cli/version.h names" >&2
	exit 1
}
if command -v appstreamcli >/dev/null; then
	appstreamcli validate --no-net "$new" >"$dir/said" || { cat "$dir/said" >&2; exit 1; }
elif [ -n "${CI-}" ]; then
	echo "lint: no appstreamcli here; see bootstrap.sh for the packages" >&2
	exit 1
fi
echo "lint: the metainfo is valid and what the table gives"
