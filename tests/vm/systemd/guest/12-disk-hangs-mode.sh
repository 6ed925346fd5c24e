# SPDX-License-Identifier: GPL-2.0-or-later
# 12-disk-hangs-mode.sh - a V1 whose fake disk never answers MODE SENSE, with each way to tame it.
. /bed/guest/fake-disk.sh

rows hang-mode-sense lrwso i
