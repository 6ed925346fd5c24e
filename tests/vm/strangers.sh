#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strangers.sh - the tables of docs/strangers.md are what was measured.
#
#	strangers.sh [-w | -s] ROWS [DOC]
#
# ROWS is what run.sh leaves in DIR/rows: "tool|board|job|result|evidence|acts". One table a
# tool; a line a job, a column a board. acts are the illegal acts that the board counted,
# "COUNT FIRST"; each kind of them must be explained in strangers.acts. The tables in DOC must
# be the same; with -w they are written there; with -s only some was measured, and each result
# of it must stand in DOC. A time, "~1.2 s", may differ by half a second or by a quarter.
set -u

how=compare
case ${1:-} in
-w) how=write; shift ;;
-s) how=some; shift ;;
esac
[ $# -ge 1 ] || { echo "usage: strangers.sh [-w | -s] ROWS [DOC]" >&2; exit 2; }
rows=$1
here=$(dirname "$(realpath "$0")")
doc=${2:-$here/../../docs/strangers.md}
acts=$here/strangers.acts
begin='<!-- measured: begin -->'
end='<!-- measured: end -->'
[ -s "$rows" ] || { echo "strangers: $rows is missing or empty" >&2; exit 1; }
grep -q -x -e "$begin" "$doc" && grep -q -x -e "$end" "$doc" ||
	{ echo "strangers: $doc lacks the marks $begin, $end" >&2; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What the document says: "tool|board|job|cell".
awk -F' *[|] *' '
/^### / { tool = substr($0, 5); n = 0; next }
!/^[|]/ || /^[|]---/ { next }
$2 == "job" { n = NF; for (i = 3; i < NF; i++) board[i] = $i; next }
{ for (i = 3; i < n - 1; i++) print tool "|" board[i] "|" $2 "|" $i }' "$doc" > "$work/have"

# What was measured, in the same words: "tool|board|job|cell|evidence". Illegal acts get the
# name of their kind; a time that the document has nearly right is written as there.
awk -F'|' -v how=$how -v used="$work/used" '
FILENAME ~ /acts$/ {
	if ($0 !~ /^#/ && NF == 3) { kind[++kinds] = $1; like[kinds] = $2 }
	next
}
FILENAME ~ /have$/ { told[$1, $2, $3] = $4; next }
function seconds(text) { return match(text, /~[0-9.]+ s/) ? substr(text, RSTART + 1) + 0 : -1 }
function shape(text) { sub(/~[0-9.]+ s/, "~ s", text); return text }
function near(a, b,  d) { d = a > b ? a - b : b - a; return d <= 0.5 || d <= b / 4 }
NF != 6 { print "strangers: bad row: " $0 > "/dev/stderr"; bad = 1; next }
{
	cell = $4
	if ($6 != "") {
		first = $6
		sub(/^[0-9]+ /, "", first)
		for (k = kinds; k > 0 && first !~ like[k]; k--)
			;
		if (!k) {
			print "strangers: not explained in strangers.acts: " $0 > "/dev/stderr"
			bad = 1
		}
		cell = cell ", " ($6 + 0) " illegal (" kind[k] ")"
		if (!(k in named)) { named[k]; print kind[k] "|" first > used }
	}
	there = told[$1, $2, $3]
	if (how != "write" && there != cell && shape(there) == shape(cell) &&
	    near(seconds(cell), seconds(there)))
		cell = there
	print $1 "|" $2 "|" $3 "|" cell "|" $5
}
END { exit bad }' "$acts" "$work/have" "$rows" > "$work/measured" || exit 1

if [ $how = some ]; then
	cut -d'|' -f1-4 "$work/measured" > "$work/cells"
	if grep -v -x -F -f "$work/have" "$work/cells" > "$work/new"; then
		echo "strangers: measured, but not so in docs/strangers.md:" >&2
		cat "$work/new" >&2
		exit 1
	fi
	echo "strangers: $(wc -l < "$rows") results are those of docs/strangers.md"
	exit 0
fi

awk -F'|' '
{
	if (!($1 in tool_seen)) { tool_seen[$1]; tools[++n_tools] = $1 }
	if (!(($1, $2) in board_seen)) { board_seen[$1, $2]; boards[$1, ++n_boards[$1]] = $2 }
	if (!(($1, $3) in job_seen)) {
		job_seen[$1, $3]
		jobs[$1, ++n_jobs[$1]] = $3
	}
	if ($5 != "-" && !(($1, $3, $5) in said)) {
		said[$1, $3, $5]
		evidence[$1, $3] = evidence[$1, $3] (evidence[$1, $3] == "" ? "" : "; ") $5
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
	exit bad
}' "$work/measured" > "$work/tables" || exit 1
if [ -s "$work/used" ]; then
	printf '\n### Illegal acts that the boards counted\n\n| name | the first one | why |\n|---|---|---|\n'
	awk -F'|' 'FILENAME ~ /acts$/ { if ($0 !~ /^#/) why[$1] = $3; next }
	{ print "| " $1 " | " $2 " | " why[$1] " |" }' "$acts" "$work/used"
fi >> "$work/tables"
echo >> "$work/tables"

{
	sed "/^$begin\$/q" "$doc"
	cat "$work/tables"
	sed -n "/^$end\$/,\$p" "$doc"
} > "$work/doc"
if [ $how = write ]; then
	cat "$work/doc" > "$doc"
	echo "strangers: $(wc -l < "$rows") results written to $doc"
elif ! diff -u "$doc" "$work/doc"; then
	echo "strangers: docs/strangers.md is not what was measured; if that is right:" >&2
	echo "	tests/vm/strangers.sh -w $rows" >&2
	exit 1
else
	echo "strangers: docs/strangers.md is what was measured, $(wc -l < "$rows") results"
fi
