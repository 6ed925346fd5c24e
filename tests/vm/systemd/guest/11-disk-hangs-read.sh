# SPDX-License-Identifier: GPL-2.0-or-later
# 11-disk-hangs-read.sh - a V1 whose fake disk never answers READ, with each way to tame it.
. /bed/guest/fake-disk.sh

rows hang-read lrwso i
