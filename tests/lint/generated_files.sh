#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The files that "setup --fix" installs are in the program byte by byte: host/files.c is made of
# them. "sh generated_files.sh -w" writes it anew.
set -eu
cd "$(dirname "$0")/../.."
out=host/files.c
new=$(mktemp)
trap 'rm -f "$new"' EXIT

row() { # PURPOSE DIRECTORY FILE
	[ -f "$3" ] || { echo "lint: no $3" >&2; exit 1; }
	printf '\t{\n\t\t.purpose = %s, .dir = "%s", .name = "%s",\n\t\t.text =\n' "$1" "$2" "${3##*/}"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' -e 's/^/\t\t"/' -e 's/$/\\n"/' "$3"
	printf '\t\t, .len = %s,\n\t},\n' "$(wc -c < "$3")"
}

{
	cat <<-'HEAD'
	/* SPDX-License-Identifier: GPL-2.0-or-later
	 *
	 * files.c - the files for /etc. Generated: do not edit.
	 *
	 * Written by tests/lint/generated_files.sh -w from udev/, modprobe.d/ and sysusers.d/.
	 */
	#include "host/files.h"

	#include "base/compiler.h"

	static const struct host_file files[] = {
	HEAD
	row FILE_RULES udev/rules.d udev/59-stlink-download.rules
	for conf in modprobe.d/*stlink-download.conf; do
		[ ! -f "$conf" ] || row FILE_MODPROBE modprobe.d "$conf"
	done
	row FILE_GROUP_RULES udev/rules.d udev/59-stlink-download-group.rules
	row FILE_GROUP sysusers.d sysusers.d/stlink-download.conf
	cat <<-'TAIL'
	};

	const struct host_file *host_files(size_t *n)
	{
		*n = ARRAY_LEN(files);
		return files;
	}

	const struct host_file *host_file_for(enum file_purpose purpose)
	{
		for (size_t i = 0; i < ARRAY_LEN(files); i++)
			if (files[i].purpose == purpose)
				return &files[i];
		return NULL;
	}
	TAIL
} > "$new"

if [ "${1-}" = -w ]; then
	cat "$new" > "$out"
	exit 0
fi
if ! diff -u "$out" "$new"; then
	echo "$out is out of date: make udev" >&2
	exit 1
fi
echo "lint: the files in the program are those in the tree"
