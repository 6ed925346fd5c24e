# SPDX-License-Identifier: GPL-2.0-or-later
#
# fuzz.mk - included by the Makefile: make fuzz, and what make check has of it.

# A program for each tests/fuzz/fuzz_X.c, with libFuzzer and sanitizers in the tool, not in the
# virtual board. make fuzz T=60 F="image session": so many seconds each; N images against objcopy and
# srec_cat; what is found stays in $(BUILD)/fuzz-found. check-fuzz is the little that every day does.
FUZZ_SAN = address,undefined
FUZZ_CFLAGS = -O1 -g -fsanitize=fuzzer-no-link,$(FUZZ_SAN) -fno-sanitize-recover=undefined
FUZZ_NAMES = $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_BIN = $(patsubst %,$(BUILD)/tests/fuzz/fuzz_%,$(FUZZ_NAMES))
FUZZ_STAGE_OBJ = $(patsubst %,$(BUILD)/tests/faults/%.o,boards oracle sg_board stage tables wire)
$(filter-out %_session,$(FUZZ_BIN)): $(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(TOOL_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(FUZZ_MAIN) $(LDFLAGS) -o $@ $< $(TOOL_LIBS) $(LIBUSB_LIBS)
$(BUILD)/tests/fuzz/fuzz_session: $(BUILD)/tests/fuzz/fuzz_session.o $(FUZZ_STAGE_OBJ) \
		$(BUILD)/tests/faults/tool.o $(SUPPORT_OBJ) $(TOOL_LIBS) $(SIM_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(FUZZ_MAIN) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $(BUILD)/tests/fuzz/fuzz_session.o \
		$(FUZZ_STAGE_OBJ) $(BUILD)/tests/faults/tool.o $(SUPPORT_OBJ) $(TOOL_LIBS) $(SIM_LIBS) \
		-lcmocka $(SIM_LDLIBS) $(LIBUSB_LIBS)
ifneq ($(SIM_CFLAGS),)
$(OBJ_sim) $(FUZZ_STAGE_OBJ) $(SUPPORT_OBJ): override CFLAGS := $(SIM_CFLAGS)
endif
fuzz-bin: $(FUZZ_BIN)
build-fuzz:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang CFLAGS="$(FUZZ_CFLAGS)" \
		SIM_CFLAGS="-O2 -g" FUZZ_MAIN=-fsanitize=fuzzer fuzz-bin
fuzz: build-fuzz $(BUILD)/tests/fuzz/convert
	$(Q)tests/fuzz/run.sh $(or $(T),60) $(BUILD)/fuzz/tests/fuzz $(BUILD)/fuzz-found $(F)
	$(Q)python3 tests/fuzz/differential.py $(BUILD)/tests/fuzz/convert $(or $(N),200)
check-fuzz: build-fuzz $(BUILD)/tests/fuzz/convert
	$(Q)tests/fuzz/run.sh 1 $(BUILD)/fuzz/tests/fuzz $(BUILD)/fuzz-check image auto options words device session
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
	$(Q)python3 tests/fuzz/corpus.py unpack tests/fuzz/corpus/session $(FUZZ_COUNTED)/seeds
	$(Q)LLVM_PROFILE_FILE=$(FUZZ_COUNTED)/profile $(FUZZ_COUNTED)/fuzz_session -runs=0 -max_len=512 \
		$(FUZZ_COUNTED)/seeds $(wildcard $(FOUND)) 2>&1 | tail -1
	$(Q)llvm-profdata-14 merge -o $(FUZZ_COUNTED)/merged $(FUZZ_COUNTED)/profile
	$(Q)for r in link flash target usb sg; do printf '%-8s' $$r; llvm-cov-14 report $(FUZZ_COUNTED)/fuzz_session \
		-instr-profile=$(FUZZ_COUNTED)/merged $$r/*.c | awk '/^TOTAL/ { print "lines", $$10, "branches", $$13 }'; done

check: check-fuzz

.PHONY: fuzz-coverage fuzz fuzz-bin build-fuzz check-fuzz
