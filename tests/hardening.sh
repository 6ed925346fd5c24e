#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hardening.sh PROGRAM - is it built as it should be, and does it need no special right?
set -eu
program=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
readelf -hW "$program" >"$dir/header"
readelf -lW "$program" >"$dir/segments"
readelf -dW "$program" >"$dir/dynamic"
readelf --dyn-syms -W "$program" >"$dir/symbols"
passed=0

need() { # WHAT FILE PATTERN
	if ! grep -Eq "$3" "$dir/$2"; then
		echo "hardening: FAILED: $program: $1" >&2
		exit 1
	fi
	passed=$((passed + 1))
}
refuse() { # WHAT FILE PATTERN
	if grep -Eq "$3" "$dir/$2"; then
		echo "hardening: FAILED: $program: $1" >&2
		exit 1
	fi
	passed=$((passed + 1))
}

need "not position independent" header 'Type: +DYN'
need "no stack segment" segments 'GNU_STACK'
refuse "executable stack" segments 'GNU_STACK .* RWE '
refuse "a segment that can be written and executed" segments 'LOAD .* RWE '
need "no read-only relocations" segments 'GNU_RELRO'
need "symbols are not bound at start" dynamic 'BIND_NOW|Flags: .*NOW'
refuse "a library path of its own" dynamic 'RPATH|RUNPATH'
need "no stack protector" symbols '__stack_chk_fail'
need "no checked functions (_FORTIFY_SOURCE)" symbols '_chk(@|$)'
refuse "it can listen on a port" symbols ' (listen|accept|accept4|bind)(@|$)'
# Whether anything makes use of it is the C library's business.
if grep -q 'Machine: .*X86-64' "$dir/header"; then
	objdump -d "$program" | grep -c endbr64 >"$dir/landings" || true
	need "no control flow protection" landings '^[0-9]{3,}$'
fi
ls -ln "$program" >"$dir/mode"
refuse "setuid or setgid" mode '^-..[sS]|^-.....[sS]'
# With rights that its caller has not, it looks at no variable of the environment.
if [ "$(id -u)" = 0 ]; then
	cp "$program" "$dir/tool"
	chmod 755 "$dir"
	chown 65534 "$dir/tool"
	chmod 4755 "$dir/tool"
	setpriv --reuid=1000 --regid=1000 --clear-groups env STLINK_DEVICE=FROMENVIRONMENT \
		"$dir/tool" info >"$dir/said" 2>&1 || true
	[ -s "$dir/said" ] || echo "nothing was said" >>"$dir/said"
	refuse "a variable of the environment is heeded with foreign rights" said "FROMENVIRONMENT|nothing was said"
	setpriv --reuid=1000 --regid=1000 --clear-groups env STLINK_DEVICE=FROMENVIRONMENT \
		"$program" info >"$dir/said" 2>&1 || true
	need "a variable of the environment is not heeded" said "FROMENVIRONMENT"
fi
echo "hardening: $passed passed, 0 failed"
