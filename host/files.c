/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * files.c - the files for /etc. Generated: do not edit.
 *
 * Written by tests/lint/generated_files.sh -w from udev/, modprobe.d/ and sysusers.d/.
 */
#include "host/files.h"

#include "base/compiler.h"

static const struct host_file files[] = {
	{
		.purpose = FILE_RULES, .dir = "udev/rules.d", .name = "59-stlink-download.rules",
		.text =
		"# SPDX-License-Identifier: GPL-2.0-or-later\n"
		"#\n"
		"# ST-LINK probes: permission for whoever sits at the machine, names, and the V1's fake disk kept\n"
		"# quiet. Nothing that is not a probe is matched, nothing is run, nothing is open to everybody.\n"
		"# For those who log in over the network: 59-stlink-download-group.rules.\n"
		"#\n"
		"# Generated from link/kinds.c (\"make udev\"): do not edit. What shall differ on one machine belongs\n"
		"# into a file of its own between 60- and 72-.\n"
		"#\n"
		"# The number: 60-persistent-storage.rules must know what is said here of the disk, and\n"
		"# 73-seat-late.rules is what makes permissions of the tag uaccess.\n"
		"\n"
		"ACTION==\"remove\", GOTO=\"stlink_download_end\"\n"
		"SUBSYSTEM!=\"usb|scsi_generic|scsi|block|tty\", GOTO=\"stlink_download_end\"\n"
		"\n"
		"# The probe: its usbfs node, and nothing below it. Its serial ports are no modems.\n"
		"SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", ATTR{idVendor}==\"0483\", \\\n"
		"  ATTR{idProduct}==\"3744|3748|374a|374b|374d|374e|374f|3752|3753|3754|3755|3757\", \\\n"
		"  MODE=\"0660\", TAG+=\"uaccess\", ENV{ID_STLINK}=\"1\", ENV{ID_MM_DEVICE_IGNORE}=\"1\"\n"
		"\n"
		"# V1: the SCSI generic node is the way to the probe. The last name tells the USB port.\n"
		"SUBSYSTEM==\"scsi_generic\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", \\\n"
		"  ATTRS{idProduct}==\"3744\", \\\n"
		"  MODE=\"0660\", TAG+=\"uaccess\", ENV{ID_STLINK}=\"1\", SYMLINK+=\"stlink stlink-v1 stlink-v1-%b\"\n"
		"\n"
		"# V1: the fake disk. No reading by udev, no links, no mounting, no polling; then the disk driver is\n"
		"# taken off it. The SCSI generic node stays.\n"
		"SUBSYSTEM==\"block\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3744\", \\\n"
		"  ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}=\"1\", ENV{UDISKS_IGNORE}=\"1\", \\\n"
		"  ENV{UDISKS_AUTO}=\"0\", ENV{SYSTEMD_READY}=\"0\"\n"
		"SUBSYSTEM==\"block\", ENV{DEVTYPE}==\"disk\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", \\\n"
		"  ATTRS{idProduct}==\"3744\", ATTR{events_poll_msecs}=\"0\"\n"
		"ACTION==\"bind\", SUBSYSTEM==\"scsi\", DRIVER==\"sd\", SUBSYSTEMS==\"usb\", \\\n"
		"  ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3744\", ATTR{driver/unbind}=\"%k\"\n"
		"\n"
		"# Serial ports: names that tell the USB port and, where a probe has more than one, the interface.\n"
		"SUBSYSTEM==\"tty\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", \\\n"
		"  ATTRS{idProduct}==\"374a|374b|374e|374f|3752|3754\", \\\n"
		"  MODE=\"0660\", TAG+=\"uaccess\", ENV{ID_MM_PORT_IGNORE}=\"1\", SYMLINK+=\"stlink-vcp-%b\"\n"
		"SUBSYSTEM==\"tty\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3753|3757\", \\\n"
		"  MODE=\"0660\", TAG+=\"uaccess\", ENV{ID_MM_PORT_IGNORE}=\"1\", ENV{.STLINK_PORT}=\"%b\"\n"
		"SUBSYSTEM==\"tty\", ENV{.STLINK_PORT}==\"?*\", SUBSYSTEMS==\"usb\", ATTRS{bInterfaceNumber}==\"?*\", \\\n"
		"  SYMLINK+=\"stlink-vcp-$env{.STLINK_PORT}-if$attr{bInterfaceNumber}\"\n"
		"\n"
		"LABEL=\"stlink_download_end\"\n"
		, .len = 2666,
	},
	{
		.purpose = FILE_MODPROBE, .dir = "modprobe.d", .name = "00-stlink-download.conf",
		.text =
		"# SPDX-License-Identifier: GPL-2.0-or-later\n"
		"#\n"
		"# The fake disk of an ST-LINK/V1 (STM32VLDISCOVERY): no disk driver for it. The SCSI generic node\n"
		"# /dev/sgN, by which stlink-download programs, appears at once; INQUIRY is the only command that\n"
		"# the fake disk ever gets, and there is no /dev/sdX.\n"
		"#\n"
		"# 0x100000 is BLIST_NO_ULD_ATTACH (include/scsi/scsi_devinfo.h). It applies where the INQUIRY\n"
		"# answer has exactly this vendor, \"STM32\", and exactly this model: none, only spaces. A real disk\n"
		"# of a vendor \"STM32\" has a model and stays a disk.\n"
		"#\n"
		"# Takes effect when scsi_mod is loaded. Most machines load it while booting, from the initramfs:\n"
		"#\tupdate-initramfs -u\t(Debian, Ubuntu; \"dracut -f\" elsewhere), then boot anew.\n"
		"# Where scsi_mod is built into the kernel (\"modinfo -n scsi_mod\" says \"(builtin)\"), this file has\n"
		"# no effect; the kernel's command line has: scsi_mod.dev_flags=STM32::0x100000\n"
		"#\n"
		"# Only one dev_flags= counts, the last one read. This file is the first by its name, so that\n"
		"# yours, if you have one, keeps its effect; add \",STM32::0x100000\" to it then.\n"
		"options scsi_mod dev_flags=STM32::0x100000\n"
		, .len = 1112,
	},
	{
		.purpose = FILE_GROUP_RULES, .dir = "udev/rules.d", .name = "59-stlink-download-group.rules",
		.text =
		"# SPDX-License-Identifier: GPL-2.0-or-later\n"
		"#\n"
		"# ST-LINK probes for the members of group stlink, wherever they log in from; a seat has its\n"
		"# permissions from 59-stlink-download.rules, without any group. The group is made by sysusers.d;\n"
		"# it must be there when udev reads this file, or else udev ignores these lines until the file has\n"
		"# changed (\"touch\" is enough). Serial ports keep the group that the distribution gives them.\n"
		"#\n"
		"# Generated from link/kinds.c (\"make udev\"): do not edit.\n"
		"\n"
		"ACTION==\"remove\", GOTO=\"stlink_download_group_end\"\n"
		"\n"
		"SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", ATTR{idVendor}==\"0483\", \\\n"
		"  ATTR{idProduct}==\"3744|3748|374a|374b|374d|374e|374f|3752|3753|3754|3755|3757\", \\\n"
		"  MODE=\"0660\", GROUP=\"stlink\"\n"
		"SUBSYSTEM==\"scsi_generic\", SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", \\\n"
		"  ATTRS{idProduct}==\"3744\", \\\n"
		"  MODE=\"0660\", GROUP=\"stlink\"\n"
		"\n"
		"LABEL=\"stlink_download_group_end\"\n"
		, .len = 893,
	},
	{
		.purpose = FILE_GROUP, .dir = "sysusers.d", .name = "stlink-download.conf",
		.text =
		"# SPDX-License-Identifier: GPL-2.0-or-later\n"
		"#\n"
		"# Members of this group may use ST-LINK probes from anywhere (udev/59-stlink-download-group.rules).\n"
		"g stlink - -\n"
		, .len = 159,
	},
};

const struct host_file *host_files(size_t *n)
{
*n = ARRAY_LEN(files);
return files;
}

const struct host_file *host_file_for(enum file_purpose purpose)
{
for (size_t i = 0; i < ARRAY_LEN(files); i++)
if (files[i].purpose == purpose)
return &files[i];
return NULL;
}
