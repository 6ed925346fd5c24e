# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel.sh - sourced by what builds a guest: Debian's stock kernel and other packages, fetched
# once and unpacked into a cache (nothing is installed on this machine).
# The caller defines die(), which prints its arguments and ends the script.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/stlink-download-vm
mkdir -p "$cache"

# need TOOL... - or say what is missing.
need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || PATH=$PATH:/sbin:/usr/sbin command -v "$tool" \
			>/dev/null || die "$tool is missing; see bootstrap.sh for the packages"
	done
}

# download PACKAGE... - into the current directory, unpacked below all/.
download() {
	sandbox=
	[ "$(id -u)" = 0 ] && sandbox="-o APT::Sandbox::User=root"
	apt-get $sandbox -qq download "$@" || die "cannot fetch $* (is apt-get update needed?)"
	for deb in *.deb; do
		dpkg-deb -x "$deb" all || die "cannot unpack $deb"
	done
	rm -f -- *.deb
}

# kernel_package - the name of the package to take the kernel from.
kernel_package() {
	package=${VM_KERNEL_PACKAGE:-$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)}
	if [ -z "$package" ]; then      # no package lists: a kernel fetched earlier will do
		package=$(ls "$cache" 2>/dev/null | sed -n 's/^\(linux-image-[^+]*\).*$/\1/p' |
			grep -v '\.new$' | sort -V | tail -n 1)
	fi
	[ -n "$package" ] || die "no kernel package is known (is apt-get update needed?)"
	echo "$package"
}

# kernel_fetch DIR PACKAGE MODULE... - vmlinuz and these modules of PACKAGE into DIR, atomically;
# does nothing where they are there.
kernel_fetch() {
	kdir=$1
	package=$2
	shift 2
	[ "$(cat "$kdir/wanted" 2>/dev/null)" != "$*" ] || return 0
	rm -rf "$kdir.new"
	mkdir -p "$kdir.new/all"
	(cd "$kdir.new" && download "$package")
	release=$(ls "$kdir.new/all/lib/modules")
	depmod -b "$kdir.new/all" "$release"
	for module in "$@"; do
		modprobe -d "$kdir.new/all" -S "$release" --show-depends "$module" ||
			die "$package has no module $module"
	done | sed -n "s,.*/\(lib/modules/.*\.ko[^ ]*\).*,\1,p" | sort -u > "$kdir.new/list"
	(cd "$kdir.new/all" &&
	 cp --parents $(cat ../list) "lib/modules/$release/modules.builtin" \
		"lib/modules/$release/modules.builtin.modinfo" \
		"lib/modules/$release/modules.order" ..)
	cp "$kdir.new/all/boot/vmlinuz-$release" "$kdir.new/vmlinuz"
	depmod -b "$kdir.new" "$release"
	rm -rf "$kdir.new/all" "$kdir.new/list"
	echo "$*" > "$kdir.new/wanted"
	rm -rf "$kdir"
	mv -T "$kdir.new" "$kdir"
}
