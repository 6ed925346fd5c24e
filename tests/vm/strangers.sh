#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strangers.sh - the tables of docs/strangers.md are what was measured.
#
#	strangers.sh [-w | -s] ROWS [DOC]
#
# ROWS is what run.sh leaves in DIR/rows: "tool|board|job|result|evidence". One table a
# tool; a line a job, a column a board. The tables in DOC must be the same; with -w they are
# written there; with -s only some was measured, and each result of it must stand in DOC.
# Results only: times are no part of them.
set -u

how=compare
case ${1:-} in
-w) how=write; shift ;;
-s) how=some; shift ;;
esac
[ $# -ge 1 ] || { echo "usage: strangers.sh [-w | -s] ROWS [DOC]" >&2; exit 2; }
rows=$1
doc=${2:-$(dirname "$(realpath "$0")")/../../docs/strangers.md}
begin='<!-- measured: begin -->'
end='<!-- measured: end -->'
[ -s "$rows" ] || { echo "strangers: $rows is missing or empty" >&2; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

awk -F'|' '
NF != 6 { print "strangers: bad row: " $0 > "/dev/stderr"; bad = 1; next }
{
	if (!($1 in tool_seen)) { tool_seen[$1]; tools[++n_tools] = $1 }
	if (!(($1, $2) in board_seen)) { board_seen[$1, $2]; boards[$1, ++n_boards[$1]] = $2 }
	if (!(($1, $3) in job_seen)) {
		job_seen[$1, $3]
		jobs[$1, ++n_jobs[$1]] = $3
		evidence[$1, $3] = $5
	}
	if (($1, $2, $3) in cell) {
		print "strangers: twice: " $0 > "/dev/stderr"
		bad = 1
	}
	cell[$1, $2, $3] = $4
}
END {
	for (t = 1; t <= n_tools; t++) {
		tool = tools[t]
		printf "\n### %s\n\n| job |", tool
		for (b = 1; b <= n_boards[tool]; b++)
			printf " %s |", boards[tool, b]
		printf " evidence |\n|---|"
		for (b = 1; b <= n_boards[tool]; b++)
			printf "---|"
		printf "---|\n"
		for (j = 1; j <= n_jobs[tool]; j++) {
			job = jobs[tool, j]
			printf "| %s |", job
			for (b = 1; b <= n_boards[tool]; b++) {
				key = tool SUBSEP boards[tool, b] SUBSEP job
				printf " %s |", key in cell ? cell[key] : "-"
			}
			printf " %s |\n", evidence[tool, job]
		}
	}
	print ""
	exit bad
}' "$rows" > "$work/tables" || exit 1

grep -q -x -e "$begin" "$doc" && grep -q -x -e "$end" "$doc" ||
	{ echo "strangers: $doc lacks the marks $begin, $end" >&2; exit 1; }
{
	sed "/^$begin\$/q" "$doc"
	cat "$work/tables"
	sed -n "/^$end\$/,\$p" "$doc"
} > "$work/doc"
if [ $how = some ]; then
	awk -F' *[|] *' '
	/^### / { tool = substr($0, 5); n = 0; next }
	!/^[|]/ || /^[|]---/ { next }
	$2 == "job" { n = NF; for (i = 3; i < NF; i++) board[i] = $i; next }
	{ for (i = 3; i < n - 1; i++) print tool "|" board[i] "|" $2 "|" $i }' "$doc" > "$work/have"
	cut -d'|' -f1-4 "$rows" > "$work/measured"
	if grep -v -x -F -f "$work/have" "$work/measured" > "$work/new"; then
		echo "strangers: measured, but not so in docs/strangers.md:" >&2
		cat "$work/new" >&2
		exit 1
	fi
	echo "strangers: $(wc -l < "$rows") results are those of docs/strangers.md"
elif [ $how = write ]; then
	cat "$work/doc" > "$doc"
	echo "strangers: $(wc -l < "$rows") results written to $doc"
elif ! diff -u "$doc" "$work/doc"; then
	echo "strangers: docs/strangers.md is not what was measured; if that is right:" >&2
	echo "	tests/vm/strangers.sh -w $rows" >&2
	exit 1
else
	echo "strangers: docs/strangers.md is what was measured, $(wc -l < "$rows") results"
fi
