# SPDX-License-Identifier: GPL-2.0-or-later
#
# fake-disk.sh - what the groups share that measure the table of docs/v1-on-linux.md: the ways
# to tame the fake disk, and what is measured of each. The rows go into the document by
# tests/vm/systemd/table.py.
. /bed/lib.sh

image /tmp/fw.bin 4000
installed=

# install_nothing, ... - one for each way. udev loads the drivers at the next plug.
install_nothing() {
	rm -f /etc/modprobe.d/*stlink* /etc/udev/rules.d/*stlink*
	udevadm control --reload
	storage_unload
	installed=
}
install_rules() { put udev/59-stlink-download.rules /etc/udev/rules.d && udevadm control --reload; installed=rules; }
install_flags() { put modprobe.d/00-stlink-download.conf /etc/modprobe.d; }
install_quirk() { echo "options usb-storage quirks=483:3744:$1" > /etc/modprobe.d/stlink.conf; }

# allowed - alice may use the node; by the rules, or else by hand.
allow() {
	[ -z "$installed" ] || return 0
	for n in "$(usb_node)" "$(sg_node)"; do
		[ -z "$n" ] || open_node "$n"
	done
}
hundredths() { cut -d' ' -f1 /proc/uptime | tr -d .; }
seconds_of() { printf '%d.%d s' $(($1 / 100)) $(($1 / 10 % 10)); }

# of_the_disk - of the kernel's log, what the V1's fake disk caused.
of_the_disk() {
	dmesg | sed 's/^\[[^]]*\] //' | grep -v -e "^vhci" -e usbip -e '^usbcore: registered' \
		-e '^SCSI subsystem' -e '^systemd' -e '^usb [0-9.-]*: [NPMSn]' -e 'USB disconnect' \
		-e 'seqnum' -e 'urb->status' -e 'sg[0-9]* type 0'
}
# log_cell - the log as a cell: how long, and what is bad in it.
log_cell() {
	of_the_disk > /tmp/log
	errors=$(grep -c -i -e error -e 'FAILED Result' -e 'Sense Key' -e 'Add. Sense' -e 'CDB:' /tmp/log)
	resets=$(grep -c 'reset .*USB device' /tmp/log)
	cell="$(wc -l < /tmp/log) lines"
	! grep -q 'Attached SCSI.* disk' /tmp/log || cell="$cell, a disk"
	[ "$errors" = 0 ] || cell="$cell, $errors of errors"
	[ "$resets" = 0 ] || cell="$cell, device resets: $resets"
	sed 's/^/#   /' /tmp/log >&3
	echo "$cell"
}
nodes_cell() {
	cell="$([ -z "$(sg_node)" ] || echo sg) $([ -z "$(disk_node)" ] || echo disk)"
	cell=$(echo $cell | sed 's/ /, /')
	echo "${cell:-none}"
}

# alone DISK - plugged in and left alone for 40 s: longer than one time-out of the disk driver.
alone() {
	udevadm control --reload        # udevd keeps what modprobe.d said
	dmesg -C
	board_plug alone vldiscovery --set "disk=$1" --report /tmp/alone.json
	sleep 40
	nodes=$(nodes_cell)
	log=$(log_cell 3>&1 >/tmp/log_cell)
	echo "$log"
	log=$(cat /tmp/log_cell)
	board_unplug alone
	wait_for 400 usb_count_is 0 || give_up "the V1 leaves the bus"
	commands=$(sed -n 's/.*"scsi_commands":\([0-9]*\).*/\1/p' /tmp/alone.json)
}
# flashed DISK SECONDS - alice starts the tool so long after plugging in; how long it took in all.
flashed() {
	rm -f /tmp/fast.flash
	board_plug fast vldiscovery --set "disk=$1"
	begun=$(hundredths)
	if [ "$2" = 0 ]; then
		allow
		wait_for 5 as_alice test -w "$(usb_node)"
	else
		sleep "$2"
		allow
	fi
	bound=300 tool -v program=fw.bin reset run
	took_all=$(($(hundredths) - begun))
	way=$(sed -n 's/.*ST-LINK V1.* on \([a-z]*\) .*/\1/p' /tmp/err | tail -n 1)
	check "$state, disk $1: alice programs it $2 s after plugging in" exit_is 0
	if [ "$nodes" != none ]; then
		check "... and usb-storage has the V1 afterwards" wait_for 5 storage_bound
	fi
	board_unplug fast
	wait_for 400 usb_count_is 0 || give_up "the V1 leaves the bus"
	check "... the board's own flash is the image" flash_is fast /tmp/fw.bin
}

# row NAME DISK - one row of the table: the way is installed.
row() {
	state=$1
	echo "# $(cut -d' ' -f1 /proc/uptime) s: $state, disk $2"
	alone "$2"
	flashed "$2" 3
	echo "row - fake-disk|$2|$state|$nodes|$commands|$log|$(seconds_of $((took_all - 300))), $way"
}

# rows DISK QUIRK... - all ways with that disk; of the quirks, these.
rows() {
	disk=$1
	shift
	install_nothing
	row "nothing" "$disk"
	flashed "$disk" 0
	check "... 0 s after plugging in: within a second" [ "$took_all" -lt 100 ]
	check "... through libusb, before usb-storage looks at it" [ "$way" = libusb ]
	install_nothing
	install_rules
	row "udev rules" "$disk"
	install_nothing
	install_flags
	row "\`dev_flags\`" "$disk"
	for quirk in "$@"; do
		install_nothing
		install_quirk $quirk
		row "\`quirks=483:3744:$quirk\`" "$disk"
	done
}
