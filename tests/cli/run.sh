#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh - the real programs on the command line: see run.py and *.case.
exec python3 "$(dirname "$0")/run.py" "$@"
