# SPDX-License-Identifier: GPL-2.0-or-later
#
# bash completion for stlink-download. Made from the program's tables by completions/generate.c:
# the template is stlink-download.bash.in. Devices come from "list=names", which opens no probe.

_stlink_download_words="
	list
	info
	version
	status
	setup
	doctor
	program=
	verify=
	read=
	erase
	erase=
	flash:w:
	flash:v:
	flash:r:
	sys:r:
	reset
	run
	debug
	step
	regs
	reg
	wreg
	read0x
	write0x
	sleep
	blink
	protection
	unlock
	wrp=
	lock=1
	lock=
	options
	option:
	options=
	options:w:
	monitor
	autoflash
	station
	help
"
# Offered when nothing else fits.
_stlink_download_other_spellings="
	list=names
	erase=all
	halt
	sleep=
	monitor=
"
_stlink_download_options="
	--device=
	--speed=
	--connect=
	--proof=
	--json
	--quiet
	--verbose
	--force
	--mass-erase
	--fix
	--yes
	--group
	--root=
	--system
	--sysfs=
	--config=
	--check
	--dry-run
	--log=
	--record=
	--bundle=
	--expect=
	--timeout=
	--version
	--help
"
_stlink_download_file_words="
	program= verify= read= flash:w: flash:v: flash:r: sys:r: options= options:w:
	--root=
	--sysfs=
	--config=
	--log=
	--record=
	--bundle=
"
_stlink_download_registers="
	r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr pc
	xpsr msp psp primask basepri faultmask control fpscr s0 s1 s2 s3 s4 s5 s6 s7
	s8 s9 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22 s23
	s24 s25 s26 s27 s28 s29 s30 s31
"
_stlink_download_peripherals="
	SYSTICK PORTA PORTB PORTC PORTD PORTE PORTF PORTG TIM1 TIM2 TIM3 TIM4
	TIM5 TIM6 TIM7 TIM8 TIM9 TIM10 TIM11 TIM12 TIM13 TIM14 TIM15 TIM16
	TIM17 USART1 USART2 USART3 USART4 USART5 SPI1 SPI2 SPI3 I2C1 I2C2 CAN1
	CAN2 DAC DMA1 DMA2
"

_stlink_download_devices()
{
	"$1" list=names 2>/dev/null | awk '/^  (serial:|port:|usb:|\/dev)/ { print $1 }'
}

# A list for one word; sets COMPREPLY.
_stlink_download_offer()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_stlink_download_offer_words()
{
	case $1 in
	-*) _stlink_download_offer "$_stlink_download_options" "$1" ;;
	reg[!s]*) _stlink_download_offer "${_stlink_download_registers//[[:space:]]/ reg}" "$1" ;;
	wreg?*) _stlink_download_offer "$(printf 'wreg%s= ' $_stlink_download_registers)" "$1" ;;
	[A-Z]*) _stlink_download_offer "$_stlink_download_peripherals" "$1" ;;
	*)
		_stlink_download_offer "$_stlink_download_words" "$1"
		[ ${#COMPREPLY[@]} -gt 0 ] || _stlink_download_offer "$_stlink_download_other_spellings" "$1"
		;;
	esac
}

# The part of the word that bash takes for the whole: what follows its last = or :.
_stlink_download_cut()
{
	case $1 in
	*[:=]*)
		local before=${1%"${1##*[:=]}"}
		COMPREPLY=("${COMPREPLY[@]#"$before"}")
		;;
	esac
	case ${COMPREPLY-} in
	*[:=] | read0x | write0x | wreg | reg) compopt -o nospace ;;
	esac
}

_stlink_download()
{
	local line=${COMP_LINE:0:COMP_POINT} values= prefix rest
	local word=${line##*[!\\] }
	local before=${line%"$word"}

	COMPREPLY=()
	read -ra before <<<"$before"
	case ${before[*]: -1} in
	-d | --device) word=--device=$word ;;
	--connect | --speed) word=${before[*]: -1}=$word ;;
	help)
		_stlink_download_offer "chips $_stlink_download_words" "$word"
		_stlink_download_cut "$word"
		return
		;;
	esac
	for prefix in $_stlink_download_file_words; do
		if [ "${word#"$prefix"}" != "$word" ]; then
			rest=${word#"$prefix"}
			mapfile -t COMPREPLY < <(compgen -f -- "${rest//\\/}")
			compopt -o filenames
			return
		fi
	done
	case $word in
	-d?*) values=$(_stlink_download_devices "$1") word=--device=${word#-d} ;;
	--device=*) values=$(_stlink_download_devices "$1") ;;
	--connect=*) values="auto normal slow catch under-reset slow-under-reset hotplug" ;;
	--proof=*) values="crc read" ;;
	esac
	if [ -n "$values" ]; then
		_stlink_download_offer "$values" "${word#*=}"
		_stlink_download_cut "${word#*=}"
		return
	fi
	_stlink_download_offer_words "$word"
	_stlink_download_cut "$word"
}

complete -F _stlink_download stlink-download
