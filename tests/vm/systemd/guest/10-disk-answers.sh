# SPDX-License-Identifier: GPL-2.0-or-later
# 10-disk-answers.sh - a V1 whose fake disk answers, with each way to tame it.
. /bed/guest/fake-disk.sh

rows ok l lrwso i
install_nothing
install_flags
install_rules
row "\`dev_flags\` and udev rules" ok
