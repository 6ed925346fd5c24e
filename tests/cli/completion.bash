#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion.bash - what bash would offer, asked of the completion function itself.
cd "$(dirname "$0")/../.." || exit 1
tool=${STLINK_DOWNLOAD:-./stlink-download}
# shellcheck source=/dev/null
. completions/stlink-download.bash
compopt() { :; }        # only works inside a real completion
failed=0

expect() { # LINE OFFERED
	COMP_LINE="stlink-download $1"
	COMP_POINT=${#COMP_LINE}
	local cur=${1##* }
	_stlink_download "$tool" "${cur##*[:=]}" stlink-download
	if [ "${COMPREPLY[*]}" != "$2" ]; then
		echo "FAILED completion of '$1': '${COMPREPLY[*]}', not '$2'"
		failed=1
	fi
}

expect prog "program="
expect "info ver" "version verify="
expect flash: "w: v: r:"
expect --conn "--connect="
expect --connect=u "under-reset"
expect program=cli/cmd_b "cli/cmd_blink.c"
expect erase "erase erase="
expect zzz ""
exit $failed
