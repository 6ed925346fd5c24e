# SPDX-License-Identifier: GPL-2.0-or-later
# 54-openocd-unlock.sh - Debian's OpenOCD 0.12.0 takes the read protection from an STM32F1: the
# chip erases its flash, and after a power cycle anybody may write.
. /tests/own.sh
image /tmp/fw.bin $IMAGE_BYTES
who="OpenOCD 0.12.0"
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	[ "$target" = stm32f1x ] || continue
	for way in hla_swd dapdirect_swd; do
		[ $way = hla_swd ] || { [ "$generation" != v1 ] && ! old_firmware; } || continue
		[ "$generation" != v1 ] || free_v1
		old_flash it
		plug "$on" --set protect=on
		job "$who" "$way, read a locked chip" ocd $way "init; halt; mdw 0x08000000 4; exit"
		what="$way, mdw on a locked chip"
		ended_with 1 "refused, as it should be" "no word of the flash is shown" not job_says "$(
			hexdump -v -n 4 -e '1/4 "%08x"' /tmp/it.flash)"
		job "$who" "$way, stm32f1x unlock 0" ocd $way "init; reset halt; stm32f1x unlock 0; exit"
		kept=$status
		control set power=off > /dev/null
		sleep 1
		control set power=on > /dev/null
		job "$who" "$way, write after it and a power cycle" ocd $way \
			"program /tmp/fw.bin verify reset exit 0x08000000"
		unplug
		blank "$flash_bytes" > /tmp/old
		want_file /tmp/fw.bin /tmp/old
		proven "flash is the file, the rest blank" flash_is_want it
		status=$kept
		what="$way, stm32f1x unlock 0"
		proven "report: option bytes erased and programmed" \
			reported '"option_erases":[1-9].*"option_programs":[1-9]'
	done
done

# The other way round, and with this project's tool between them. No rows: these are checks of its
# words by what other people's tools find afterwards.
silent() { job "$@" > /dev/null; }
# checked TEXT COMMAND... - the job ended with $expected, and the command agrees.
checked() {
	text=$1
	shift
	if [ "$status" = "$expected" ] && found=$("$@" 2>&1); then
		pass "$on: $text"
	else
		fail "$on: $text"
		say "exit status $status, expected $expected; $* said: $found"
		tail -n 20 /tmp/job.txt | sed 's/^/#   /'
	fi
}
power_cycle() {
	control set power=off > /dev/null
	sleep 1
	control set power=on > /dev/null
}
lock_command() {
	case $target in
	stm32f1x) echo "stm32f1x lock 0" ;;
	stm32f4x) echo "stm32f2x lock 0" ;;
	stm32l1) echo "stm32lx lock 0" ;;
	esac
}
hides=
for on in $(board_names v2 v3); do
	board_is "$on"
	old_flash it
	# The board of which other tools say that it has no flash.
	[ "$on" != bluepill ] || hides="--set flash-size=0"
	plug "$on" --set protect=on $hides
	expected=0
	if [ -n "$hides" ]; then
		silent st-info "probe" st-info --probe
		checked "st-info 1.7.0 says that there is no flash" job_says "flash: *0 "
		hides=
	fi
	silent ours "unlock" stlink-download --yes unlock
	checked "stlink-download unlock proves the flash blank" clean job_says "blank and can be read"
	power_cycle
	[ "$on" != bluepill ] || control set flash-size=64 > /dev/null
	silent st-flash "write" st-flash write /tmp/fw.bin 0x08000000
	unplug
	{
		cat /tmp/fw.bin
		blank $(((page - $(stat -c %s /tmp/fw.bin) % page) % page))
	} > /tmp/pages
	blank "$flash_bytes" > /tmp/old
	want_file /tmp/pages /tmp/old
	checked "after it st-flash 1.7.0 writes: flash is the file, the rest blank" flash_is_want it

	old_flash it
	cp /tmp/it.flash /tmp/old
	plug "$on"
	silent OpenOCD lock ocd hla_swd "init; reset halt; $(lock_command); exit"
	checked "OpenOCD 0.12.0: $(lock_command)" true
	power_cycle
	silent ours protection stlink-download protection
	checked "after it stlink-download protection says level 1" job_says "read protection: *level 1"
	expected=10
	silent ours program stlink-download program=/tmp/fw.bin
	checked "and program= is refused by name and number" job_says "is read-protected (level 1).*\[E216\]"
	silent ours doctor stlink-download doctor
	checked "and doctor names it" job_says "verdict *E216 "
	expected=0
	silent ours "unlock" stlink-download --yes unlock
	checked "stlink-download unlock undoes what OpenOCD did" job_says "blank and can be read"
	power_cycle
	silent OpenOCD program ocd hla_swd "program /tmp/fw.bin verify reset exit 0x08000000"
	unplug
	blank "$flash_bytes" > /tmp/old
	want_file /tmp/fw.bin /tmp/old
	checked "after it OpenOCD writes and verifies" flash_is_want it
done
