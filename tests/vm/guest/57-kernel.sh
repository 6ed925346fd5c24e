# SPDX-License-Identifier: GPL-2.0-or-later
# 57-kernel.sh - the kernel's own drivers and the V1's fake disk, with each state of the quirks:
# which nodes there are, when they are usable, how many SCSI commands it took; and what the
# kernel logs, beside the published log of a real V1.
. /tests/strangers.sh
who="Linux 6.1 usb-storage, a V1"
count() { sed -n 's/.*"scsi_commands":\([0-9]*\).*/\1/p' /tmp/it.json; }
nodes() { echo "$([ -n "$(sg_node)" ] && echo sg)$([ -n "$(disk_node)" ] && echo " disk")"; }
# answered - the first vendor command is.
answered() { sg_probe "$(sg_node)" rw; }
now() { tr -d . < /proc/uptime | cut -d' ' -f1; }
# cell COLUMN RESULT - one of the row $what.
cell() {
	plugged=$on on=$1 status=0
	ended_with 0 "$2" "sysfs; commands counted by the board; the guest's clock, from when USB knows the probe" true
	on=$plugged
}
since() { awk -v a="$begun" -v b="$(now)" 'BEGIN { printf "~%.1f s", (b - a) / 100 }'; }

# state NAME NODES COMMANDS - plug in, leave alone for 5 s, look.
state() {
	what=$1 nodes=$2 commands=$3 there=never usable=never
	dmesg -c > /dev/null
	: > /tmp/job.txt
	plug "$on"
	begun=$(now)
	if [ -n "$nodes" ]; then
		wait_for 10 has_sg_node && there=$(since)
		wait_for 10 answered && usable=$(since)
	fi
	sleep 5
	seen=$(nodes)
	unplug
	dmesg | sed 's/^\[[^]]*\] //' > /tmp/log
	sed 's/^/# kernel: /' /tmp/log
	cell "nodes" "$(echo "${seen:-no}" | sed 's/ / and /') node"
	cell "SCSI commands" "$(count)"
	cell "sg node there" "$there"
	cell "sg node answers" "$usable"
	check "... nodes: ${nodes:-none}" [ "$seen" = "$nodes" ]
	check "... $commands commands" [ "$(count)" = "$commands" ]
}
reload() {
	rmmod sd_mod sg usb-storage scsi_mod && modprobe scsi_mod $1 && modprobe sg && modprobe sd_mod &&
		modprobe usb-storage $2 || give_up "the drivers are loaded with $*"
}
# logged TIMES REAL PATTERN WHY - what the real V1's log has so many times (0: whatever), what has
# the pattern in ours, and why it differs. Names of devices count for nothing.
logged() {
	times=$1 what=$2 pattern=$3
	sed 's/^[a-z-]* [0-9:.-]*: //; s/\[sd[a-z]\] //; s/sd[a-z]/sdX/; s/sg[0-9]/sgN/; s/^ *//; s/^tag#0 //
		s/number [0-9]*/number N/; s/ cmd_age=.*//; s/ op 0x0:.*//; s/ *$//' /tmp/log |
		grep -e "$pattern" > /tmp/logged
	ours=$(head -n 1 /tmp/logged)
	n=$(($(wc -l < /tmp/logged)))
	result=same
	[ "$ours" = "$what" ] || result=$ours
	case $n in
	0) result="not there" ;;
	"$times") ;;
	1) [ "$times" = 0 ] || result="$result, once" ;;
	*) [ "$times" = 0 ] || result="$result, $n times" ;;
	esac
	[ "$times" -lt 2 ] || what="$what, $times times"
	status=0
	plugged=$on on="the virtual one"
	ended_with 0 "$result" "$4" true
	on=$plugged
}
real_log() {
	who="The kernel log of a real V1"
	logged 1 "new full speed USB device using uhci_hcd and address 8" "^new full.speed USB device" \
		"a virtual bus; 6.1 words it so"
	logged 1 "Quirks match for vid 0483 pid 3744: 102a1" "Quirks match" "-"
	logged 1 "scsi20 : usb-storage 6-1:1.0" "usb-storage [0-9]*-[0-9.]*:1.0" "6.1 words it so"
	logged 1 "Direct-Access     STM32                          PQ: 0 ANSI: 0" "Direct-Access" "-"
	logged 1 "Attached scsi generic sgN type 0" "Attached scsi generic" "-"
	logged 1 "64000 512-byte logical blocks: (32.7 MB/31.2 MiB)" "logical blocks" \
		"6.1 rounds; the count is the same"
	logged 3 "Assuming Write Enabled" "Assuming Write Enabled" \
		"the old kernel looked at the medium three times"
	logged 3 "Assuming drive cache: write through" "Assuming drive cache: write through" "as before"
	logged 1 "sdX:" "^sdX:" "6.1 says nothing of a disk without partitions"
	logged 1 "Attached SCSI removable disk" "Attached SCSI removable disk" "-"
	logged 1 "CDB: Read(10): 28 00 00 00 f9 80 00 00 08 00, unasked" "28 00 00 00 f9 80" \
		"nobody here reads the end of the disk by himself; when somebody does, see the next lines"
}
# end_read - the end of the disk, as udev and the like do.
end_read() {
	plug "$on"
	wait_for 10 has_disk_node || give_up "the V1 has a disk node"
	sleep 2
	dmesg -c > /dev/null
	dd if="$(disk_node)" of=/dev/null bs=4096 skip=7984 count=1 2> /dev/null
	dmesg | sed 's/^\[[^]]*\] //' > /tmp/log
	sed 's/^/# kernel: /' /tmp/log
	unplug
	logged 2 "Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE" "hostbyte" \
		"6.1 words it so and leaves the driver's byte alone"
	logged 2 "Sense Key : Illegal Request [current]" "Sense Key" "-"
	logged 2 "Add. Sense: Logical block address out of range" "Add. Sense" "-"
	logged 2 "CDB: Read(10): 28 00 00 00 f9 80 00 00 08 00" "CDB" "6.1 words it so"
	logged 2 "end_request: I/O error, dev sdX, sector 63872" "dev sdX, sector" "6.1 words it so"
	logged 1 "Buffer I/O error on device sdX, logical block 7984" "Buffer I/O error" "6.1 words it so"
}
# dfu_left - a probe in DFU mode is told to leave it while its disk is read.
dfu_left() {
	plug "$on" --set dfu=on
	wait_for 10 has_disk_node || give_up "the V1 in DFU mode has a disk node"
	sleep 2
	dmesg -c > /dev/null
	timeout 100 dd if="$(disk_node)" of=/dev/null bs=4096 skip=512 count=1 2> /dev/null
	timeout 30 sg_raw "$(sg_node)" f3 07 0 0 0 0 0 0 0 0
	sleep 5
	dmesg | sed 's/^\[[^]]*\] //' > /tmp/log
	sed 's/^/# kernel: /' /tmp/log
	unplug
	logged 0 "Result: hostbyte=DID_ERROR driverbyte=DRIVER_OK" "hostbyte" "in DFU mode; 6.1 words it so"
	logged 0 "CDB: Read(10): 28 00 00 00 10 00 00 00 08 00" "CDB" "in DFU mode, unasked by the real one"
	logged 0 "end_request: I/O error, dev sdX, sector 4096" "dev sdX, sector" "6.1 words it so"
	logged 0 "Buffer I/O error on device sdX, logical block 512" "Buffer I/O error" "6.1 words it so"
	logged 0 "reset full speed USB device using uhci_hcd and address 7" "reset full.speed" "6.1 words it so"
	logged 1 "device firmware changed" "firmware changed" \
		"F3 07: a real bus resets and finds another device; the virtual one is unplugged and plugged in"
	logged 1 "USB disconnect, address 7" "USB disconnect" "6.1 words it so"
	logged 0 "new full speed USB device using uhci_hcd and address 8, again" "new full.speed" "6.1 words it so"
}
for on in $(board_names v1); do
	state "no quirk" "sg disk" 16
	reload "" quirks=483:3744:l
	state "quirk l" "sg disk" 14
	reload "" quirks=483:3744:i
	state "quirk i" "" 0
	reload dev_flags=STM32::0x100000 ""
	state "no quirk, scsi_mod dev_flags=STM32::0x100000" "sg" 1
	reload "" quirks=483:3744:lrwso
	state "quirks lrwso" "sg disk" 10
	real_log
	end_read
	dfu_left
done
who="Linux 6.1 usb-storage"
for on in $(board_names v2 v3); do
	board_is "$on"
	stlink-sim --list | grep "^$on " | grep -q "serial port" || continue
	rm -f /tmp/it.flash
	plug "$on"
	job "Linux 6.1 cdc_acm" "/dev/ttyACM0" wait_for 10 test -c /dev/ttyACM0
	proven "the driver made the node and may open it" sh -c ': < /dev/ttyACM0'
	job "Linux 6.1 usb-storage" "the V2-1 and V3 disk" wait_for 10 has_disk_node
	proven "a disk node" true
	unplug
done
