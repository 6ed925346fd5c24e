# SPDX-License-Identifier: GPL-2.0-or-later
# 61-causes-sg.sh - what is wrong with an ST-LINK/V1, its board or its node is named; see causes.sh.
. /tests/causes.sh
causes sg
