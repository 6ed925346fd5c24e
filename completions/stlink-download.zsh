#compdef stlink-download
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zsh completion for stlink-download. Made from the program's tables by completions/generate.c:
# the template is stlink-download.zsh.in. Devices come from "list=names", which opens no probe.

_stlink_download_devices() {
	local -a devices
	devices=(${(f)"$(_call_program devices ${(q)words[1]} list=names 2>/dev/null |
		awk '/^  (serial:|port:|usb:|\/dev)/ { print $1 }')"})
	compadd "$@" -a devices
}

_stlink_download_words() {
	local -a whole beginnings file_words core_registers
	local prefix
	whole=(
		'list:which probes are plugged in, and what they are'
		'info:chip, memories, unique id, protection, supply'
		'version:this program and the probe'\''s firmware'
		'status:is the core running, halted, asleep, locked up?'
		'setup:may you use your probes; if not, why'
		'doctor:what is wrong with board, wires or probe'
		'erase:erase the whole flash (also\: erase=all)'
		'reset:reset the chip and let it run'
		'run:let the core run; a program just written, from reset'
		'debug:halt the core; it stays halted (also\: halt)'
		'step:execute one instruction; the core stays halted'
		'regs:show the core registers'
		'sleep:wait 5 seconds, or S'
		'blink:blink the LEDs of a STM32VLDISCOVERY by hand'
		'protection:read and write protection, in words'
		'unlock:take read protection off; erases the flash'
		'lock=1:read-protect the flash (level 1)'
		'options:the option bytes, by name, with their meaning'
		'monitor:the serial port of the probe'
		'autoflash:flash the board at --sysfs=PATH as configured'
		'station:do WORD... to each board that comes, until ^C'
		'help:all words, or one explained with an example'
	)
	beginnings=(
		'program=:erase what it must, write FILE, prove every byte'
		'verify=:compare flash with FILE; changes nothing'
		'read=:read memory into a new FILE'
		'erase=:erase one sector, or LEN bytes'
		'flash\:w\::write FILE without erasing, prove every byte'
		'flash\:v\::compare flash with FILE, as verify='
		'flash\:r\::read the whole flash into a new FILE'
		'sys\:r\::read the boot ROM into a new FILE'
		'reg:show one core register\: reg0, regpc, regxpsr'
		'wreg:write one core register of a halted core'
		'read0x:show 16 bytes of memory as four words'
		'write0x:write one word of SRAM or of a peripheral'
		'wrp=:write-protect parts of the flash, or nothing'
		'lock=:close the debug port FOR EVER (level 2)'
		'option\::change option bytes'
		'options=:save the option bytes in a new FILE'
		'options\:w\::write the option bytes of FILE'
	)
	file_words=(
	program= verify= read= flash:w: flash:v: flash:r: sys:r: options= options:w:
	)
	core_registers=(
	r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr pc
	xpsr msp psp primask basepri faultmask control fpscr s0 s1 s2 s3 s4 s5 s6 s7
	s8 s9 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22 s23
	s24 s25 s26 s27 s28 s29 s30 s31
	)
	if [[ $words[CURRENT-1] == help ]]; then
		_describe -t words word whole -- beginnings
		compadd chips
		return
	fi
	for prefix in $file_words; do
		if [[ $PREFIX == ${prefix}* ]]; then
			compset -P $prefix
			_files
			return
		fi
	done
	case $PREFIX in
	reg[^s]*) compset -P reg; compadd -a core_registers ;;
	wreg?*) compset -P wreg; compadd -S = -a core_registers ;;
	[A-Z]*)
		compadd -- \
	SYSTICK PORTA PORTB PORTC PORTD PORTE PORTF PORTG TIM1 TIM2 TIM3 TIM4
	TIM5 TIM6 TIM7 TIM8 TIM9 TIM10 TIM11 TIM12 TIM13 TIM14 TIM15 TIM16
	TIM17 USART1 USART2 USART3 USART4 USART5 SPI1 SPI2 SPI3 I2C1 I2C2 CAN1
	CAN2 DAC DMA1 DMA2
		;;
	*)
		_describe -t words word whole
		_describe -t words 'beginning of a word' beginnings -S ''
		;;
	esac
}

_stlink_download() {
	_arguments -s \
		{-d+,--device=}'[which probe]:device:_stlink_download_devices' \
		'--speed=[SWD clock]:speed:' \
		'--connect=[how to reach the chip]:connect:(auto normal slow catch under-reset slow-under-reset hotplug)' \
		'--proof=[how flash is proved]:proof:(crc read)' \
		'--json[one JSON event a line on standard output]' \
		{-q,--quiet}'[no progress]' \
		\*{-v,--verbose}'[say more]' \
		'--force[replace existing output files]' \
		'--mass-erase[program= may erase the whole flash at once]' \
		'--fix[install what is missing]' \
		'--yes[do not ask]' \
		'--group[also group stlink]' \
		'--root=[look at the system below DIR instead of the running one]:root:_files' \
		'--system[doctor --system is the same as setup]' \
		'--sysfs=[the probe]:sysfs:_files' \
		'--config=[configuration]:config:_files' \
		'--check[check the configuration and tell who gets what]' \
		'--dry-run[look at the chip]' \
		'--log=[add a line for each board to FILE]:log:_files' \
		'--record=[keep everything that goes over the wire in FILE]:record:_files' \
		'--bundle=[on failure]:bundle:_files' \
		'--expect=[end with success when a line fits]:expect:' \
		'--timeout=[end after S seconds]:timeout:' \
		{-V,--version}'[version of this program]' \
		{-h,--help}'[this text]' \
		'*: :_stlink_download_words'
}

_stlink_download "$@"
