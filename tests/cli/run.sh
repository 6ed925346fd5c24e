#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh - the real programs on the command line: see run.py and *.case; completion.py; autoflash.py; trace.py; personality.py;
# doctor.py; replay.py; and at last whether the cases have everything: coverage.py.
here=$(dirname "$0")
[ $# = 0 ] || exec python3 "$here/run.py" "$@"
STLINK_CLI_LOG=$(mktemp)
export STLINK_CLI_LOG
trap 'rm -f "$STLINK_CLI_LOG"' EXIT
for part in completion autoflash trace personality doctor replay run; do
	python3 "$here/$part.py" || exit 1
done
python3 "$here/coverage.py" "$STLINK_CLI_LOG"
