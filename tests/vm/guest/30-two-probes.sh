# SPDX-License-Identifier: GPL-2.0-or-later
# 30-two-probes.sh - two probes at once: told apart by every name, never guessed.
. /tests/lib.sh

image /tmp/fw.bin 12000
v1_plug one
v1=$(usb_port)
board_plug two bluepill
v2=$(usb_ports | grep -v "^$v1\$")
lock_nodes
tool list
check "list shows both without any permission" exit_is 0
check "... the V1 with its sg node" says "$(sg_node "$v1")"
check "... the V1 with its port" says "port:.*$v1"
check "... the V2 with its port" says "port:.*$v2"
open_node "$(sg_node "$v1")"
open_node "$(usb_node "$v2")"
tool info
check "two probes and no choice: exit status 5" exit_is 5
check "... and the message lists the V1's port" says "$v1"
check "... and the V2's" says "$v2"
tool -d "port:$v1" info
check "the V1 by port" exit_is 0
check "... is the F100" says "F100"
tool -d "port:$v2" info
check "the V2 by port" exit_is 0
check "... is the F103" says "F103"
tool -d "usb:$(cat "/sys/bus/usb/devices/$v2/busnum").$(cat "/sys/bus/usb/devices/$v2/devnum")" info
check "the V2 by bus and address" exit_is 0
tool "$(sg_node "$v1")" info
check "the V1 by sg node" exit_is 0
serial=$(tool list; sed -n 's/.*serial: *\([^ ]*\).*/\1/p' /tmp/out | grep . | tail -n 1)
tool -d "serial:$serial" info
check "by the serial $serial that list shows" exit_is 0
tool -d serial:000000000000000000000000 info
check "a serial that nobody has: exit status 5" exit_is 5
tool -d "port:$v2" program=fw.bin reset run
check "the V2 is programmed" exit_is 0
board_unplug one
board_unplug two
check "... it has the image" flash_is two /tmp/fw.bin
check "... and the V1 was left alone" \
	sh -c "[ -z \"\$(tr -d '\377' < /tmp/one.flash | head -c 1)\" ]"
