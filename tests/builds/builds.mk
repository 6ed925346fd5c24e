# SPDX-License-Identifier: GPL-2.0-or-later
#
# builds.mk - included by the Makefile: other compilers and machines, coverage, mutation.

# B="musl 32bit": only these; without it all, 10 minutes. BUILDS_MAY_LACK=1: passes over those whose
# compiler is not installed, and says so.
check-builds: all
	$(Q)tests/builds/run.sh $(BUILD)/builds $(B)

.PHONY: check-builds

# What of the tool's own code the tests reach: in a copy of the tree, compiled for gcov; a quarter of an
# hour; the table goes into docs/reliability.md. tests/coverage/run.sh says what is played.
coverage:
	$(Q)tests/coverage/run.sh $(BUILD)/coverage || echo "coverage: not everything that was played ended well"
	$(Q)python3 tests/coverage/coverage.py $(BUILD)/coverage $(BUILD)/coverage/build -w docs/reliability.md

.PHONY: coverage

# Small wrongs in flash/, image/ and link/, which the tests must notice: N of each room, drawn by SEED.
# N=0: all, days. R="image": only that room. What is judged is kept, for the next call to go on from there;
# AGAIN=1 judges the survivors again; QUICK=1 asks only the room's own tests.
mutants:
	$(Q)python3 tests/mutation/mutants.py $(BUILD)/mutation -n $(or $(N),50) -s $(or $(SEED),1) $(if $(AGAIN),--again) $(if $(QUICK),--quick) $(R)

.PHONY: mutants
