# SPDX-License-Identifier: GPL-2.0-or-later
# 57-kernel.sh - the kernel's own drivers and the V1's fake disk, with each state of the quirks:
# which nodes there are, how many SCSI commands it took. Times are notes: they are no result.
. /tests/strangers.sh
who="Linux 6.1 usb-storage"
count() { sed -n 's/.*"scsi_commands":\([0-9]*\).*/\1/p' /tmp/it.json; }
nodes() { echo "$([ -n "$(sg_node)" ] && echo sg)$([ -n "$(disk_node)" ] && echo " disk")"; }
# Time until the first vendor command is answered, in hundredths of a second.
answered() { sg_probe "$(sg_node)" rw; }
now() { tr -d . < /proc/uptime | cut -d' ' -f1; }

# state NAME NODES COMMANDS - plug in, leave alone for 5 s, look.
state() {
	what=$1 nodes=$2 commands=$3
	dmesg -c > /dev/null
	: > /tmp/job.txt
	plug "$on"
	begun=$(now)
	if [ -n "$nodes" ]; then
		wait_for 10 has_sg_node && wait_for 10 answered
		took=$(($(now) - begun))
		say "note: $what: sg answers $took hundredths of a second after enumeration"
	fi
	sleep 5
	found=$(nodes)
	unplug
	dmesg | sed 's/^\[[^]]*\] //' > /tmp/log
	sed 's/^/# kernel: /' /tmp/log
	status=0
	[ "$found" = "$nodes" ] || status=1
	[ "$(count)" = "$commands" ] || { say "commands: $(count)"; status=1; }
	ended_with 0 "$(echo "${nodes:-no}" | sed 's/ / and /') node, $commands commands" \
		"sysfs; SCSI commands counted by the board" true
}
reload() {
	rmmod sd_mod sg usb-storage scsi_mod && modprobe scsi_mod $1 && modprobe sg && modprobe sd_mod &&
		modprobe usb-storage $2 || give_up "the drivers are loaded with $*"
}
for on in $(board_names v1); do
	state "no quirk" "sg disk" 16
	check "... the disk is as in the published log" grep -q \
		'64000 512-byte logical blocks: (32.8 MB/31.3 MiB)' /tmp/log
	check "... so are vendor, product and level" grep -q \
		'Direct-Access     STM32                          *PQ: 0 ANSI: 0' /tmp/log
	reload "" quirks=483:3744:l
	state "quirk l" "sg disk" 14
	reload "" quirks=483:3744:lrwso
	state "quirks lrwso" "sg disk" 10
	check "... the kernel takes the quirks for 102a1" grep -q '3744: 102a1' /tmp/log
	reload "" quirks=483:3744:i
	state "quirk i" "" 0
	reload dev_flags=STM32::0x100000 ""
	state "no quirk, scsi_mod dev_flags=STM32::0x100000" "sg" 1
done
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
