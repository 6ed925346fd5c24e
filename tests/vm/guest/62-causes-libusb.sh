# SPDX-License-Identifier: GPL-2.0-or-later
# 62-causes-libusb.sh - the same of an ST-LINK/V2, through usbfs of a real kernel and libusb.
. /tests/causes.sh
causes libusb
