# SPDX-License-Identifier: GPL-2.0-or-later
#
# fuzz.mk - included by the Makefile: make fuzz, and what make check has of it.

# A program for each tests/fuzz/fuzz_X.c, with libFuzzer and sanitizers in the tool, not in the
# virtual board. make fuzz T=60 F="image session": so many seconds each; N images against objcopy and
# srec_cat; what is found stays in $(BUILD)/fuzz-found. check-fuzz is the little that every day does.
# Two builds of each. "careful" has AddressSanitizer and traces comparisons, which finds the way to new lines;
# "fast" has neither, and is for many executions: inputs lie before a wall that catches who reads on.
FUZZ_SAN = address
FUZZ_UB = undefined -fsanitize-trap=undefined
FUZZ_careful = -O1 -g -fsanitize=fuzzer-no-link,$(FUZZ_SAN),$(FUZZ_UB)
FUZZ_fast = -O2 -g -fsanitize-coverage=inline-8bit-counters,pc-table -fsanitize=$(FUZZ_UB)
FUZZ_NAMES = $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_BIN = $(patsubst %,$(BUILD)/tests/fuzz/fuzz_%,$(FUZZ_NAMES))
FUZZ_STAGE_OBJ = $(patsubst %,$(BUILD)/tests/faults/%.o,boards oracle sg_board stage tables wire) \
	$(patsubst %,$(BUILD)/tests/fuzz/%.o,bench bench_boards bench_lines conditions)
# What is wrapped, so that no socket and no file is needed, and the parts of the virtual board that are
# looked at as well. The rest of it is not: a session is about the tool.
fuzz_wraps = $(foreach f,$(FUZZ_WRAP_$(1)),-Wl,--wrap=$f)
FUZZ_WRAP_replay = file_read_all
FUZZ_WRAP_usbip = recv send poll close usbip_connect
FUZZ_WRAP_monitor = read poll
FUZZ_WRAP_server = recv send shutdown close listen_accept chip_idle_until
fuzz_parts = $(patsubst %,$(BUILD)/fuzzed/sim/%.o,$(FUZZ_PARTS_$(1)))
FUZZ_PARTS_replay = replay
FUZZ_PARTS_server = usbip usbip_urb control usbdev msd volume disk vcp quantity
FUZZ_PARTS_sim_words = options quantity
$(filter-out %_session,$(FUZZ_BIN)): $(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o \
		$(BUILD)/tests/fuzz/fence.o $$(call fuzz_parts,$$*) $(TOOL_LIBS) $(SIM_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(FUZZ_MAIN) $(LDFLAGS) $(call fuzz_wraps,$*) -o $@ $< $(BUILD)/tests/fuzz/fence.o \
		$(call fuzz_parts,$*) $(TOOL_LIBS) $(SIM_LIBS) $(SIM_LDLIBS) $(LIBUSB_LIBS)
$(BUILD)/fuzzed/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(BUILD)/tests/fuzz/fuzz_session: $(BUILD)/tests/fuzz/fuzz_session.o $(FUZZ_STAGE_OBJ) \
		$(BUILD)/tests/faults/tool.o $(SUPPORT_OBJ) $(TOOL_LIBS) $(SIM_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(FUZZ_MAIN) $(LDFLAGS) $(FAULTS_WRAP) -Wl,--wrap=chip_kind_find -o $@ $(BUILD)/tests/fuzz/fuzz_session.o \
		$(FUZZ_STAGE_OBJ) $(BUILD)/tests/faults/tool.o $(SUPPORT_OBJ) $(TOOL_LIBS) $(SIM_LIBS) \
		-lcmocka $(SIM_LDLIBS) $(LIBUSB_LIBS)
ifneq ($(SIM_CFLAGS),)
$(OBJ_sim) $(FUZZ_STAGE_OBJ) $(SUPPORT_OBJ): override CFLAGS := $(SIM_CFLAGS)
endif
fuzz-bin: $(FUZZ_BIN)
build-fuzz-careful build-fuzz-fast: build-fuzz-%:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz-$* CC=clang CFLAGS="$(FUZZ_$*)" HARDEN= \
		SIM_CFLAGS="-O2 -g" FUZZ_MAIN=-fsanitize=fuzzer fuzz-bin
fuzz: build-fuzz-careful build-fuzz-fast $(BUILD)/tests/fuzz/convert
	$(Q)tests/fuzz/run.sh $(or $(T),60) $(BUILD)/fuzz-careful/tests/fuzz $(BUILD)/fuzz-fast/tests/fuzz \
		$(BUILD)/fuzz-found $(F)
	$(Q)python3 tests/fuzz/differential.py $(BUILD)/tests/fuzz/convert $(or $(N),200)
check-fuzz: build-fuzz-careful $(BUILD)/tests/fuzz/convert
	$(Q)tests/fuzz/run.sh 0 $(BUILD)/fuzz-careful/tests/fuzz - $(BUILD)/fuzz-check
	$(Q)python3 tests/fuzz/differential.py $(BUILD)/tests/fuzz/convert 50
$(BUILD)/tests/fuzz/convert: $(BUILD)/tests/fuzz/convert.o $(BUILD)/libimage.a $(BUILD)/libbase.a
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# How much of link/ and flash/ the sessions of FOUND (made by make fuzz F=session) and of the corpus reach.
FOUND ?= $(BUILD)/fuzz-found/session
FUZZ_COUNTED = $(BUILD)/fuzz-counted/tests/fuzz
fuzz-coverage:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz-counted CC=clang SIM_CFLAGS="-O2 -g" \
		CFLAGS="-O1 -g -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping" \
		FUZZ_MAIN=-fsanitize=fuzzer $(FUZZ_COUNTED)/fuzz_session
	$(Q)rm -rf $(FUZZ_COUNTED)/seeds $(FUZZ_COUNTED)/profile
	$(Q)python3 tests/fuzz/corpus.py unpack tests/fuzz/corpus/session $(FUZZ_COUNTED)/seeds
	$(Q)LLVM_PROFILE_FILE=$(FUZZ_COUNTED)/profile $(FUZZ_COUNTED)/fuzz_session -runs=0 -max_len=512 \
		$(FUZZ_COUNTED)/seeds $(wildcard $(FOUND)) 2>&1 | tail -1
	$(Q)llvm-profdata-14 merge -o $(FUZZ_COUNTED)/merged $(FUZZ_COUNTED)/profile
	$(Q)for r in link flash target usb sg; do printf '%-8s' $$r; llvm-cov-14 report $(FUZZ_COUNTED)/fuzz_session \
		-instr-profile=$(FUZZ_COUNTED)/merged $$r/*.c | awk '/^TOTAL/ { print "lines", $$10, "branches", $$13 }'; done

check: check-fuzz

.PHONY: fuzz-coverage fuzz fuzz-bin build-fuzz-careful build-fuzz-fast check-fuzz
