#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh - the real programs on the command line: see run.py and *.case.
here=$(dirname "$0")
"$here/completion.bash" || exit 1
exec python3 "$here/run.py" "$@"
