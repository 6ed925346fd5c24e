# SPDX-License-Identifier: GPL-2.0-or-later
#
# builds.mk - included by the Makefile: other compilers and machines, coverage, mutation.

# B="musl 32bit": only these; without it all, 10 minutes. BUILDS_MAY_LACK=1: passes over those whose
# compiler is not installed, and says so.
check-builds: all
	$(Q)tests/builds/run.sh $(BUILD)/builds $(B)

.PHONY: check-builds

# What of the tool's own code the tests of T0, T1 and the command line reach: in a copy of the tree,
# compiled for gcov; the table goes into docs/reliability.md.
COVERAGE_TREE = $(BUILD)/coverage
coverage:
	$(Q)rm -rf $(COVERAGE_TREE) && mkdir -p $(COVERAGE_TREE)
	$(Q)git ls-files -co --exclude-standard | cpio -pdm --quiet $(COVERAGE_TREE)
	$(Q)$(MAKE) -C $(COVERAGE_TREE) -s --no-print-directory -k BUILD=build CFLAGS="-O0 -g --coverage" \
		check-t0 check-t1 check-cli || echo "coverage: some tests failed in this build"
	$(Q)python3 tests/coverage/coverage.py $(COVERAGE_TREE) $(COVERAGE_TREE)/build -w docs/reliability.md

.PHONY: coverage

# Small wrongs in flash/, image/ and link/, which the tests must notice: N of each room, drawn by SEED.
# N=0: all, days. R="image": only that room. What is judged is kept, for the next call to go on from there;
# AGAIN=1 judges the survivors again.
mutants:
	$(Q)python3 tests/mutation/mutants.py $(BUILD)/mutation -n $(or $(N),50) -s $(or $(SEED),1) $(if $(AGAIN),--again) $(R)

.PHONY: mutants
