# SPDX-License-Identifier: GPL-2.0-or-later
# 46-pace.sh - the board's real pace is its virtual time: one job of five seconds at both, in
# a guest whose clock counts instructions, so that other programs of this machine cannot disturb.
. /tests/lib.sh

check "the real time of a job is within 2 % of its virtual time" pace
say "note $said"
