# SPDX-License-Identifier: GPL-2.0-or-later
# 56-sg3-utils.sh - Debian's sg3-utils talk to the V1 through /dev/sgN: standard SCSI commands
# and the probe's own, in CDBs of 10 and 16 bytes.
. /tests/strangers.sh
who="sg3-utils 1.46"
# raw JOB BYTES EVIDENCE PATTERN CDB... - reads so many bytes.
raw() {
	what=$1 length=$2 evidence=$3 pattern=$4
	shift 4
	job "$who" "$what" sg_raw -r "$length" "$node" "$@"
	proven "$evidence" job_says "$pattern"
}
for on in $(board_names v1); do
	board_is "$on"
	plug "$on"
	wait_for 10 v1_settled || give_up "the V1 settles"
	node=$(sg_node)
	job "$who" "sg_inq" sg_inq "$node"
	proven "vendor STM32, blank product, removable disk, ANSI 0" job_says \
		"Vendor identification: STM32" "RMB=1" "version=0x00" "Product identification: *\$"
	job "$who" "sg_turs" sg_turs "$node"
	proven "exit status" true
	job "$who" "sg_readcap" sg_readcap "$node"
	proven "64000 blocks of 512 bytes, as in the published log" job_says \
		"Last LBA=63999" "Logical block length=512"
	job "$who" "sg_requests" sg_requests "$node"
	proven "no sense" job_says "No Sense"
	raw "sg_raw F1 80: version" 6 "J13, S4, 0483:3744" "13 44 83 04 44 37" f1 80 0 0 0 0 0 0 0 0
	raw "sg_raw F1 80, a CDB of 16 bytes" 6 "the same" "13 44 83 04 44 37" \
		f1 80 0 0 0 0 0 0 0 0 0 0 0 0 0 0
	raw "sg_raw F5: mode" 2 "mass storage" "00.*  01 00" f5 0 0 0 0 0 0 0 0 0
	job "$who" "sg_raw F2 30 A3: enter SWD" sg_raw -r 2 "$node" f2 30 a3 0 0 0 0 0 0 0
	proven "status 80" job_says "00.*  80 00"
	raw "sg_raw F5: mode, then" 2 "debug" "00.*  02 00" f5 0 0 0 0 0 0 0 0 0
	raw "sg_raw F2 22: core id" 4 "a Cortex-M3 of ST, 1BA01477" "77 14 a0 1b" f2 22 0 0 0 0 0 0 0 0
	raw "sg_raw F2 07: read memory" 4 "CPUID 411FC231" "31 c2 1f 41" \
		f2 07 00 ed 00 e0 04 00 0 0
	printf '\001\002\003\004' > /tmp/four
	job "$who" "sg_raw F2 08: write memory" sg_raw -s 4 -i /tmp/four "$node" \
		f2 08 00 01 00 20 04 00 0 0
	proven "exit status" true
	raw "sg_raw F2 07, then" 4 "what was written" "01 02 03 04" f2 07 00 01 00 20 04 00 0 0
	job "$who" "sg_raw F2 21: leave" sg_raw "$node" f2 21 0 0 0 0 0 0 0 0
	proven "exit status" true
	job "$who" "sg_raw READ(10) of LBA F980" sg_raw -r 512 "$node" 28 0 0 0 f9 80 0 0 1 0
	ended_with 22 "refused, as on the real one" "sense 05/21/00, as in the published log" job_says \
		"Illegal Request" "Logical block address out of range"
	# Which node lets a plain user send a vendor's command, and how it must be opened.
	lock_nodes
	open_node "$node"
	open_node "$(disk_node)"
	job "$who" "sg_raw F1 80, a plain user, sg node" as_user sg_raw -r 6 "$node" f1 80 0 0 0 0 0 0 0 0
	proven "the same" job_says "13 44 83 04 44 37"
	job "$who" "sg_raw F1 80, a plain user, sg node opened for reading" as_user sg_raw -R -r 6 "$node" f1 80 0 0 0 0 0 0 0 0
	ended_with 51 "refused by the kernel" "EPERM" job_says "Operation not permitted"
	job "$who" "sg_raw F1 80, a plain user, disk node" as_user sg_raw -r 6 "$(disk_node)" f1 80 0 0 0 0 0 0 0 0
	ended_with 51 "refused by the kernel" "EPERM" job_says "Operation not permitted"
	check "the kernel had to reset nothing" no_resets
	unplug
	check "the board counted no illegal act" no_illegal_acts it
done
