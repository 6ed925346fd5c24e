# SPDX-License-Identifier: GPL-2.0-or-later
# 02-permissions.sh - each row of the table in docs/v1-on-linux.md, measured.
. /tests/lib.sh

# caller WHO COMMAND... - as that line of the table.
caller() {
	who=$1
	shift
	case $who in
	"root") "$@" ;;
	"root without rawio") /usr/bin/setpriv --bounding-set=-sys_rawio --inh-caps=-sys_rawio "$@" ;;
	"user") as_user "$@" ;;
	*) echo "nobody is called $who" ;;
	esac
}

# answers - sg_probe's sentence as two cells of the table.
answers() { sed -e 's/^open ok, SG_IO ok (.*/ok ok/' -e 's/^open ok, SG_IO /ok /' -e 's/^open \(E.*\)/\1 -/'; }

# row WHO NODE MODE OPENED - what is so, as "open vendor inquiry".
row() {
	case $2 in sg) node=$(sg_node) ;; disk) node=$(disk_node) ;; esac
	case $4 in read-only) how=ro ;; read-write) how=rw ;; esac
	open_node "$node" "$3"
	vendor=$(caller "$1" sg_probe "$node" "$how" 2>&1 | answers)
	inquiry=$(caller "$1" sg_probe "$node" "$how" inquiry 2>&1 | answers)
	chmod 600 "$node"
	echo "$vendor ${inquiry#* }"
}
row_is() {
	is=$(row "$1" "$2" "$3" "$4")
	[ "$is" = "$5" ] || { echo "measured: $is; written down: $5"; return 1; }
}

v1_plug one
lock_nodes
rows=0
tr -s ' ' < /tests/v1-on-linux.md | grep -E '^\| (root|user)' > /tmp/rows
while IFS='|' read -r _ who node mode opened open vendor inquiry _; do
	set -- $node $mode $opened $open $vendor $inquiry
	who=${who# } who=${who% }
	check "$who, $1 $2 opened $3: open $4, F1 80 $5, INQUIRY $6" \
		row_is "$who" "$1" "$2" "$3" "$4 $5 $6"
	rows=$((rows + 1))
done < /tmp/rows
check "the table has all 24 rows" [ "$rows" = 24 ]
