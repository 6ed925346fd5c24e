# SPDX-License-Identifier: GPL-2.0-or-later
#
# causes.sh - the rows of tests/causes.table under a real kernel: for each cause the first of them
# for this carrier. The tool names what is named there and nothing else, with that exit status; the
# board counts no illegal act, and flash is what it was.
. /tests/lib.sh

# put_vectors STACK VECTOR CODE - sixteen vectors, and what they lead to.
put_vectors() { printf "$1"; i=1; while [ $i -lt 16 ]; do printf "$2"; i=$((i + 1)); done; printf "$3"; }
put_vectors '\000\020\000\040' '\101\000\000\010' '\376\347\376\347' > /tmp/fw.bin
put_vectors '\000\010\000\040' '\101\000\000\010' '\376\347\000\277' > /tmp/other.bin
# The header of an ELF file for a RISC-V machine.
{
	printf '\177ELF\001\001\001\000\000\000\000\000\000\000\000\000\002\000\363\000\001\000\000\000'
	head -c 4 /dev/zero
	printf '\064\000\000\000'
	head -c 8 /dev/zero
	printf '\064\000\040\000\001\000\000\000\000\000\000\000'
	head -c 32 /dev/zero
} > /tmp/riscv.elf

trim() { echo "$1" | sed 's/^ *//; s/ *$//'; }
# value KEY - of KEY=VALUE in $state.
value() { for s in $state; do case $s in "$1="*) echo "${s#*=}" ;; esac; done; }
has() { case " $state " in *" $1 "*) ;; *) return 1 ;; esac; }

# what of $state is said before the board is plugged in, and what after: a probe that does not
# answer gets no nodes, and with them nothing to be tested.
sets() {
	for s in $state; do
		case $s in
		hang=* | firmware=* | second=*) ;;
		*=*) printf -- '--set %s ' "$s" ;;
		esac
	done
}

plug_row() {
	rm -f /tmp/it.flash /tmp/it.control
	has blank || cp /tmp/fw.bin /tmp/it.flash
	options="$(sets) --control unix:/tmp/it.control"
	[ -z "$(value firmware)" ] || options="$options --firmware $(value firmware)"
	# shellcheck disable=SC2086
	case $1 in
	vldiscovery) v1_plug it $options ;;
	*) board_plug it "$1" $options ;;
	esac
	port=$(usb_port)
	lock_nodes
	has forbidden || [ "$1" != vldiscovery ] || open_node "$(sg_node "$port")"
	has forbidden || open_node "$(usb_node "$port")"
	[ -z "$(value hang)" ] || sim_control /tmp/it.control set "hang=$(value hang)" > /dev/null
}
second_plug() {
	before=$(usb_count)
	stlink-sim --board "$1" --attach --realtime > /tmp/sim.second.log 2>&1 </dev/null &
	echo $! > /tmp/sim.second.pid
	wait_for 10 usb_count_is $((before + 1)) || give_up "the kernel sees the second board"
}
hold() {
	held=$1
	tool_start holder debug sleep=60
	wait_for 5 node_held "$held" || give_up "a first session holds $held"
	sleep 1
}

named() { echo $(cat /tmp/out /tmp/err | grep -o -w -e 'E2[0-9][0-9]' | sort -u); }
names_only() { [ "$(named)" = "$codes" ] || { echo "names $(named), not $codes"; cat /tmp/out /tmp/err; return 1; }; }
# Lines are wrapped, with blanks before them.
says_so() {
	[ -z "$says" ] && return
	cat /tmp/out /tmp/err | tr -s ' \n' '  ' | grep -q -F -e "$(echo "$says" | tr -s ' ')" ||
		{ echo "does not say: $says"; cat /tmp/out /tmp/err; return 1; }
}
flash_kept() { has blank || flash_is it /tmp/fw.bin; }
offers_a_cure() { [ "$status" = 0 ] || grep -q '^  try: ' /tmp/err; }

row() {
	plug_row "$1"
	[ -z "$(value second)" ] || second_plug "$(value second)"
	if has held; then
		[ "$1" = vldiscovery ] && hold "$(sg_node)" || hold "$(usb_node)"
	fi
	# shellcheck disable=SC2086
	tool $words
	check "$title, $1: exit status $wanted" exit_is "$wanted"
	check "... names ${codes:-nothing}, and no other cause" names_only
	check "... says \"$says\", and a cure" eval "says_so && offers_a_cure"
	if has held; then
		check "... and who holds it" says "stlink-download"
		kill "$(cat /tmp/pid.holder)" 2> /dev/null
		wait "$(cat /tmp/pid.holder)" 2> /dev/null
		for p in $(busybox pidof stlink-download); do kill "$p"; done
		sleep 1
	fi
	board_unplug it
	[ -z "$(value second)" ] || board_unplug second
	wait_for 5 usb_count_is 0
	check "... no illegal act, flash as it was" eval "no_illegal_acts it && flash_kept"
}

# Where other groups do with few boards, here too: what the kernel has a part in, and one each of wires,
# firmware and protection. "make check-causes" is all.
few=" E201 E202 E203 E204 E206 E207 E210 E216 E227 E229 "
chosen() { [ -z "${ONLY_BOARDS:-}" ] || case $few in *" ${codes:-none} "*) ;; *) return 1 ;; esac; }
# causes CARRIER - each cause once.
causes() {
	seen=" "
	while IFS='|' read -r title boards state codes wanted words says; do
		case $title in "" | \#* | !*) continue ;; esac
		title=$(trim "$title") state=$(trim "$state") codes=$(trim "$codes") says=$(trim "$says")
		wanted=$(trim "$wanted") words=$(trim "$words")
		for place in $boards; do
			case $place in "$1":*) ;; *) continue ;; esac
			case $seen in *" $codes;"*) continue ;; esac
			seen="$seen $codes; "
			chosen || continue
			row "${place#*:}" < /dev/null
		done
	done < /tests/causes.table
}
