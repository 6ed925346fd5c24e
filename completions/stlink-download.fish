# SPDX-License-Identifier: GPL-2.0-or-later
#
# fish completion for stlink-download. Made from the program's tables by completions/generate.c:
# the template is stlink-download.fish.in. Devices come from "list=names", which opens no probe.

set -g __stlink_download_file_words \
	program= verify= read= flash:w: flash:v: flash:r: sys:r: options= options:w:
set -g __stlink_download_registers (string split -n ' ' (string replace -a \n\t ' ' '
	r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr pc
	xpsr msp psp primask basepri faultmask control fpscr s0 s1 s2 s3 s4 s5 s6 s7
	s8 s9 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22 s23
	s24 s25 s26 s27 s28 s29 s30 s31
'))

function __stlink_download_devices
    command stlink-download list=names 2>/dev/null |
        string replace -rf '^  ((?:serial:|port:|usb:|/dev)\S+).*' '$1'
end

# The files of a word that names one, the word's beginning before each.
function __stlink_download_files
    set -l token (commandline -ct)
    for prefix in $__stlink_download_file_words
        if string match -q -- "$prefix*" $token
            set -l rest (string sub -s (math (string length -- $prefix) + 1) -- $token)
            __fish_complete_path $rest | string replace -r '^' -- $prefix
            return
        end
    end
end

# Is a word wanted, and not the file that one names?
function __stlink_download_at_word
    set -l token (commandline -ct)
    for prefix in $__stlink_download_file_words
        if string match -q -- "$prefix*" $token
            return 1
        end
    end
end

function __stlink_download_after_help
    set -l before (commandline -opc)
    test "$before[-1]" = help
end

function __stlink_download_begins
    string match -qr -- $argv[1] (commandline -ct)
end

complete -c stlink-download -f
complete -c stlink-download -a '(__stlink_download_files)'
complete -c stlink-download -n __stlink_download_after_help -a chips -d 'chips and what was tested with each'
complete -c stlink-download -n '__stlink_download_begins "^reg[^s]"' -a 'reg$__stlink_download_registers'
complete -c stlink-download -n '__stlink_download_begins "^wreg."' -a 'wreg$__stlink_download_registers='
complete -c stlink-download -n '__stlink_download_begins "^[A-Z]"' -a '
	SYSTICK PORTA PORTB PORTC PORTD PORTE PORTF PORTG TIM1 TIM2 TIM3 TIM4
	TIM5 TIM6 TIM7 TIM8 TIM9 TIM10 TIM11 TIM12 TIM13 TIM14 TIM15 TIM16
	TIM17 USART1 USART2 USART3 USART4 USART5 SPI1 SPI2 SPI3 I2C1 I2C2 CAN1
	CAN2 DAC DMA1 DMA2
'
complete -c stlink-download -n __stlink_download_at_word -a 'list' -d 'which probes are plugged in, and what they are'
complete -c stlink-download -n __stlink_download_at_word -a 'info' -d 'chip, memories, unique id, protection, supply'
complete -c stlink-download -n __stlink_download_at_word -a 'version' -d 'this program and the probe\'s firmware'
complete -c stlink-download -n __stlink_download_at_word -a 'status' -d 'is the core running, halted, asleep, locked up?'
complete -c stlink-download -n __stlink_download_at_word -a 'setup' -d 'may you use your probes; if not, why'
complete -c stlink-download -n __stlink_download_at_word -a 'doctor' -d 'what is wrong with board, wires or probe'
complete -c stlink-download -n __stlink_download_at_word -a 'program=' -d 'erase what it must, write FILE, prove every byte'
complete -c stlink-download -n __stlink_download_at_word -a 'verify=' -d 'compare flash with FILE; changes nothing'
complete -c stlink-download -n __stlink_download_at_word -a 'read=' -d 'read memory into a new FILE'
complete -c stlink-download -n __stlink_download_at_word -a 'erase' -d 'erase the whole flash (also: erase=all)'
complete -c stlink-download -n __stlink_download_at_word -a 'erase=' -d 'erase one sector, or LEN bytes'
complete -c stlink-download -n __stlink_download_at_word -a 'flash:w:' -d 'write FILE without erasing, prove every byte'
complete -c stlink-download -n __stlink_download_at_word -a 'flash:v:' -d 'compare flash with FILE, as verify='
complete -c stlink-download -n __stlink_download_at_word -a 'flash:r:' -d 'read the whole flash into a new FILE'
complete -c stlink-download -n __stlink_download_at_word -a 'sys:r:' -d 'read the boot ROM into a new FILE'
complete -c stlink-download -n __stlink_download_at_word -a 'reset' -d 'reset the chip and let it run'
complete -c stlink-download -n __stlink_download_at_word -a 'run' -d 'let the core run; a program just written, from reset'
complete -c stlink-download -n __stlink_download_at_word -a 'debug' -d 'halt the core; it stays halted (also: halt)'
complete -c stlink-download -n __stlink_download_at_word -a 'step' -d 'execute one instruction; the core stays halted'
complete -c stlink-download -n __stlink_download_at_word -a 'regs' -d 'show the core registers'
complete -c stlink-download -n __stlink_download_at_word -a 'reg' -d 'show one core register: reg0, regpc, regxpsr'
complete -c stlink-download -n __stlink_download_at_word -a 'wreg' -d 'write one core register of a halted core'
complete -c stlink-download -n __stlink_download_at_word -a 'read0x' -d 'show 16 bytes of memory as four words'
complete -c stlink-download -n __stlink_download_at_word -a 'write0x' -d 'write one word of SRAM or of a peripheral'
complete -c stlink-download -n __stlink_download_at_word -a 'sleep' -d 'wait 5 seconds, or S'
complete -c stlink-download -n __stlink_download_at_word -a 'blink' -d 'blink the LEDs of a STM32VLDISCOVERY by hand'
complete -c stlink-download -n __stlink_download_at_word -a 'protection' -d 'read and write protection, in words'
complete -c stlink-download -n __stlink_download_at_word -a 'unlock' -d 'take read protection off; erases the flash'
complete -c stlink-download -n __stlink_download_at_word -a 'wrp=' -d 'write-protect parts of the flash, or nothing'
complete -c stlink-download -n __stlink_download_at_word -a 'lock=1' -d 'read-protect the flash (level 1)'
complete -c stlink-download -n __stlink_download_at_word -a 'lock=' -d 'close the debug port FOR EVER (level 2)'
complete -c stlink-download -n __stlink_download_at_word -a 'options' -d 'the option bytes, by name, with their meaning'
complete -c stlink-download -n __stlink_download_at_word -a 'option:' -d 'change option bytes'
complete -c stlink-download -n __stlink_download_at_word -a 'options=' -d 'save the option bytes in a new FILE'
complete -c stlink-download -n __stlink_download_at_word -a 'options:w:' -d 'write the option bytes of FILE'
complete -c stlink-download -n __stlink_download_at_word -a 'monitor' -d 'the serial port of the probe'
complete -c stlink-download -n __stlink_download_at_word -a 'autoflash' -d 'flash the board at --sysfs=PATH as configured'
complete -c stlink-download -n __stlink_download_at_word -a 'station' -d 'do WORD... to each board that comes, until ^C'
complete -c stlink-download -n __stlink_download_at_word -a 'help' -d 'all words, or one explained with an example'
complete -c stlink-download -l device -s d -x -a '(__stlink_download_devices)' -d 'which probe'
complete -c stlink-download -l speed -x -d 'SWD clock'
complete -c stlink-download -l connect -x -a 'auto normal slow catch under-reset slow-under-reset hotplug' -d 'how to reach the chip'
complete -c stlink-download -l proof -x -a 'crc read' -d 'how flash is proved'
complete -c stlink-download -l json -d 'one JSON event a line on standard output'
complete -c stlink-download -l quiet -s q -d 'no progress'
complete -c stlink-download -l verbose -s v -d 'say more'
complete -c stlink-download -l force -d 'replace existing output files'
complete -c stlink-download -l mass-erase -d 'program= may erase the whole flash at once'
complete -c stlink-download -l fix -d 'install what is missing'
complete -c stlink-download -l yes -d 'do not ask'
complete -c stlink-download -l group -d 'also group stlink'
complete -c stlink-download -l root -r -d 'look at the system below DIR instead of the running one'
complete -c stlink-download -l system -d 'doctor --system is the same as setup'
complete -c stlink-download -l sysfs -r -d 'the probe'
complete -c stlink-download -l config -r -d 'configuration'
complete -c stlink-download -l check -d 'check the configuration and tell who gets what'
complete -c stlink-download -l dry-run -d 'look at the chip'
complete -c stlink-download -l log -r -d 'add a line for each board to FILE'
complete -c stlink-download -l record -r -d 'keep everything that goes over the wire in FILE'
complete -c stlink-download -l bundle -r -d 'on failure'
complete -c stlink-download -l expect -x -d 'end with success when a line fits'
complete -c stlink-download -l timeout -x -d 'end after S seconds'
complete -c stlink-download -l version -s V -d 'version of this program'
complete -c stlink-download -l help -s h -d 'this text'
