# SPDX-License-Identifier: GPL-2.0-or-later
#
# bash completion for stlink-download. Words and options come from its own --help, devices from
# its list, which opens no probe; so nothing here has to be kept up to date.

_stlink_download_words()
{
	"$1" --help 2>/dev/null | awk '
		/^words:/ { part = 1; next }
		/^options:/ { part = 2; next }
		/^$/ { part = 0 }
		part == 1 && /^  [a-z]/ { sub(/[[<A-Z].*/, "", $1); print $1 }
		part == 2 && match($0, /--[a-z-]+=?/) { print substr($0, RSTART, RLENGTH) }'
}

_stlink_download()
{
	local cur=$2 prev=$3 line=${COMP_LINE:0:COMP_POINT}
	local word=${line##* }

	COMPREPLY=()
	case $prev$cur in
	-d*|--device*)
		mapfile -t COMPREPLY < <(compgen -W \
			"$("$1" list 2>/dev/null | awk '/^  (serial:|port:|usb:|\/dev)/ { print $1 }')" -- "$cur")
		return
		;;
	esac
	case $word in
	--connect=*)
		mapfile -t COMPREPLY < <(compgen -W "normal under-reset hotplug" -- "${word#*=}")
		return
		;;
	program=*|verify=*|read=*)
		mapfile -t COMPREPLY < <(compgen -f -- "${word#*=}")
		compopt -o filenames
		return
		;;
	flash:[rwv]:*|sys:r:*)
		mapfile -t COMPREPLY < <(compgen -f -- "${word##*:}")
		compopt -o filenames
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$(_stlink_download_words "$1")" -- "$word")
	# Bash splits at : and =, so only what follows the last of them is inserted.
	case $word in
	*[:=]*)
		local before=${word%"${word##*[:=]}"}
		COMPREPLY=("${COMPREPLY[@]#"$before"}")
		;;
	esac
	case ${COMPREPLY-} in
	*[:=]) compopt -o nospace ;;
	esac
}

complete -F _stlink_download stlink-download
