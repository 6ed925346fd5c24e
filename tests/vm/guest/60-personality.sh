# SPDX-License-Identifier: GPL-2.0-or-later
# 60-personality.sh - st-flash and st-info 1.7.0, and stlink-download under their names: the same
# command lines on the same boards, the same output, statuses and flash, but for time stamps, the
# source files of log lines, and what --explain-compat names. tests/cli/personality.py does more of
# this, on a mock kernel. And list, where somebody holds a probe.
. /tests/strangers.sh

mkdir -p /tmp/ours /tmp/stock
for name in st-flash st-info; do
	ln -sf "$(command -v stlink-download)" /tmp/ours/$name
	ln -sf "$(command -v $name)" /tmp/stock/$name
done
image /tmp/fw.bin $IMAGE_BYTES  # whole pages of every chip

# Of a line: the time, and whose file it comes from; whole lines: those of the table of deviations.
normal() {
	sed -e '/ stlink-download: /d' -e '/Clear [DCH]FSR/d' -e '/NRST is not connected/d' -e '/^libusb: /d' \
		-e '/Unable to match requested speed 1800 kHz/d' \
		-e 's/[0-9]*-[0-9]*-[0-9]*T[0-9:]* \([A-Z]*\) [a-z_]*\.c: /TIME \1 FILE: /' \
		-e 's/Mass erasing\.*/Mass erasing/' "$1"
}

# session WHOSE BOARD - all command lines on one board; what each gave in /tmp/WHOSE.N.*
session() {
	whose=$1
	rm -f /tmp/it.flash
	plug "$2"
	n=0
	while read -r line; do
		n=$((n + 1))
		set -- $line
		program=$1
		shift
		(cd /tmp && timeout 120 "/tmp/$whose/$program" "$@" < /dev/null > "/tmp/$whose.$n.out" \
			2> "/tmp/$whose.$n.err")
		echo $? > "/tmp/$whose.$n.status"
	done < /tmp/lines
	unplug
	cp /tmp/it.flash "/tmp/$whose.flash"
	cp /tmp/back.bin "/tmp/$whose.back"
}

same() {
	for kind in out err status; do
		normal "/tmp/stock.$1.$kind" > /tmp/a
		normal "/tmp/ours.$1.$kind" > /tmp/b
		cmp -s /tmp/a /tmp/b || { diff /tmp/a /tmp/b; return 1; }
	done
}

for board in vldiscovery bluepill; do
	board_is "$board"
	cat > /tmp/lines <<-END
	st-info --probe
	st-info --chipid
	st-flash write fw.bin 0x08000000
	st-flash --format ihex write $example/debug.hex
	st-flash --reset write fw.bin 0x08000000
	st-flash read back.bin 0x08000000 0
	st-flash write fw.bin 0x08000102
	st-flash write nosuch.bin 0x08000000
	st-flash --serial=FFFF reset
	END
	session stock "$board"
	session ours "$board"
	n=0
	while read -r line; do
		n=$((n + 1))
		check "$board: $line: says and returns the same" same $n
	done < /tmp/lines
	check "$board: the program is in flash" cmp -n $IMAGE_BYTES /tmp/fw.bin /tmp/ours.flash
	check "$board: flash is the same at the end" cmp /tmp/stock.flash /tmp/ours.flash
	check "$board: what was read is the same" cmp /tmp/stock.back /tmp/ours.back
done

# The V1 through its sg node, by who may use nothing else; and who holds what.
v1_plug one
lock_nodes
open_node "$(sg_node)"
(cd /tmp && as_user /tmp/ours/st-flash --reset write fw.bin 0x08000000 > /tmp/out 2> /tmp/err < /dev/null)
status=$?
check "V1 through sg alone: st-flash writes" exit_is 0
check "... and says so as ever" says "jolly good"
check "... and usb-storage keeps it" storage_bound
tool_start first debug sleep=6
wait_for 5 node_held "$(sg_node)" || give_up "the first session holds $(sg_node)"
tool list
check "list: a V1 that is held is listed" exit_is 0
check "... with who holds it" says "held by stlink-download (pid [0-9]*), which has $(sg_node) open"
check "... and is not asked" says "firmware unknown: another program holds it"
tool_end first
check "the session that held it ends well" exit_is 0
tool list
check "list: asked when it is free" says "ST-LINK/V1, firmware V1J13S4"
board_unplug one
check "V1: the program is in flash" flash_is one /tmp/fw.bin
check "V1: the board counted no illegal act" no_illegal_acts one
