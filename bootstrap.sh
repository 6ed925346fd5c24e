#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bootstrap.sh - from a fresh Debian 12 to a running demo or a complete test run.
#
#   sh bootstrap.sh demo    build; flash the virtual STM32VLDISCOVERY; watch its LEDs
#   sh bootstrap.sh check   build; run every test, the ones under a real kernel included
#   sh bootstrap.sh build   only what building the tool needs
#   sh bootstrap.sh deb     build Debian packages of the tool and the virtual board
#   sh bootstrap.sh builds  build with other compilers and for other machines, and test that
#
# This is the one list of packages. It says what is missing, installs it with apt-get
# (by sudo when not root) and calls make.
set -eu
cd "$(dirname "$0")"

BUILD="gcc libc6-dev make pkg-config libusb-1.0-0-dev"
DEMO="$BUILD libunicorn-dev"
DEB="$DEMO build-essential dpkg-dev debhelper libcmocka-dev"
CHECK="$DEB clang libumockdev-dev umockdev binutils-arm-none-eabi
	gcc-arm-none-eabi binutils python3 srecord mandoc qemu-system-x86 busybox-static cpio kmod
	usbutils sg3-utils valgrind libclang-rt-14-dev xz-utils zsh fish mmdebstrap e2fsprogs
	fakeroot lintian appstream cmake tshark"
BUILDS="$CHECK gcc-i686-linux-gnu libc6-dev-i386-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross
	qemu-user-static musl-tools linux-libc-dev"

usage() {
	sed -n 's/^#   //p' "$0"
	exit "$1"
}

missing() {
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
			printf '%s ' "$p"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "bootstrap: not root and no sudo; run as root: $*" >&2
		exit 1
	fi
}

install_missing() {
	want=$(missing "$@")
	[ -n "$want" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "bootstrap: no apt-get here; install these yourself: $want" >&2
		exit 1
	fi
	echo "bootstrap: these packages are missing and will be installed: $want"
	as_root apt-get -q update
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q install -y --no-install-recommends $want
}

case ${1-} in
# shellcheck disable=SC2086
build) install_missing $BUILD; exec make -j"$(nproc)" ;;
# shellcheck disable=SC2086
demo)  install_missing $DEMO; make -j"$(nproc)" all; exec make demo ;;
# shellcheck disable=SC2086
deb)   install_missing $DEB; exec make deb ;;
# shellcheck disable=SC2086
check) install_missing $CHECK; make -j"$(nproc)" all tests; exec make check ;;
builds) install_missing $BUILDS; make -j"$(nproc)" all; exec make check-builds ;;
-h|--help) usage 0 ;;
*) usage 2 >&2 ;;
esac
