# SPDX-License-Identifier: GPL-2.0-or-later
#
# make                 the tool and, where Unicorn is installed, the virtual board
# make check           every test; make check-t0, check-t1, check-cli, check-vm, check-systemd: one tier
# make demo            flash the virtual STM32VLDISCOVERY and watch its LEDs
# make lint            the limits of the house
# make install         DESTDIR, PREFIX, and see there; make uninstall; make install-compat: st-flash, st-info; make deb: Debian packages
# make bench           against other tools, in the guest; make bench-quick: a small form of it
# WITHOUT_LIBUSB=1     builds with no library at all
# Sources are found by wildcard: a new file needs no edit here.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
BUILD   ?= build
CFLAGS  ?= -O2 -g
# What the compiler can do against mistakes that are still there; HARDEN= does without. Debian's
# packages bring their own. Source: the OpenSSF compiler options hardening guide.
HARDEN  ?= $(HARDEN_FOUND)
HARDEN_WANTED = -fPIE -fstack-protector-strong -ftrivial-auto-var-init=zero -fcf-protection \
                -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
HARDEN_LINK = -pie -Wl,-z,relro,-z,now,-z,noexecstack
PKGCONF ?= pkg-config
V       ?= 0
Q        = $(if $(filter 1,$(V)),,@)

WARN = -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
       -Wimplicit-fallthrough
# Each one that this compiler takes without a word.
taken = $(shell printf '\043include <stdio.h>\nint x;\n' | $(CC) $(CFLAGS) -Werror $(1) -x c -c -o /dev/null - 2>/dev/null && echo '$(1)')
HARDEN_FOUND := $(if $(SANITIZED)$(findstring -fsanitize,$(CFLAGS)),,$(strip $(foreach f,$(filter-out -U_FORTIFY_SOURCE,$(HARDEN_WANTED)),\
	$(if $(filter -D%,$f),$(call taken,-U_FORTIFY_SOURCE $f),$(call taken,$f)))))
# Files of any size and age also where a long has 32 bits.
ALL_CFLAGS = -std=c17 -I. -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 $(WARN) $(HARDEN) $(CFLAGS) $(CPPFLAGS) -MMD -MP
override LDFLAGS += $(if $(HARDEN),$(HARDEN_LINK))
LIBUSB_LIBS = $(if $(WITHOUT_LIBUSB),,-lusb-1.0)
ifneq ($(WITHOUT_LIBUSB),)
CPPFLAGS += -DWITHOUT_LIBUSB
endif

# Rooms of the tool, lowest last: a static library each, linked in this order.
ROOMS = compat cli auto doctor host flash target usb sg link image base
# The transport table in link/ names usb/ and sg/, which call back into link/.
TOOL_LIBS = $(foreach r,compat cli auto doctor host flash target link usb sg link image base,$(BUILD)/lib$(r).a)
SIM_LIBS  = $(BUILD)/libsim.a $(BUILD)/libbase.a
SIM_LDLIBS = -lunicorn -lpthread -lm

HAVE_UNICORN := $(shell $(PKGCONF) --exists unicorn 2>/dev/null && echo yes)

# What make deb leaves, and what it is made of; without git, it is made anew each time.
DEB = $(BUILD)/deb/built
DEB_SOURCES := $(or $(wildcard $(shell git ls-files -co --exclude-standard 2>/dev/null)),always)

all: stlink-download $(if $(HAVE_UNICORN),stlink-sim)

stlink-download: $(BUILD)/stlink-download.o $(TOOL_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(TOOL_LIBS) $(LIBUSB_LIBS)

stlink-sim: $(BUILD)/sim/main.o $(SIM_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(SIM_LIBS) $(SIM_LDLIBS)

# ---- objects and libraries -------------------------------------------------

define room
SRC_$(1) := $$(sort $$(wildcard $(1)/*.c $(1)/*/*.c))
OBJ_$(1) := $$(patsubst %.c,$$(BUILD)/%.o,$$(filter-out sim/main.c,$$(SRC_$(1))))
$$(BUILD)/lib$(1).a: $$(OBJ_$(1))
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS) sim,$(eval $(call room,$(r))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(shell find $(BUILD) -path $(BUILD)/systemd -prune -o -name '*.d' -type f -print 2>/dev/null)

# ---- tests ------------------------------------------------------------------
# tests/test_ROOM_subject.c is a cmocka program that links what ROOM may use.
# tests/support/*.c is shared by all tests that link the virtual board.

LIBS_base   = base
LIBS_image  = image base
LIBS_auto   = auto link usb sg link sim base
LIBS_sim    = sim base
LIBS_link   = link usb sg link sim base
LIBS_usb    = $(LIBS_link)
LIBS_sg     = $(LIBS_link)
LIBS_target = target $(LIBS_link)
LIBS_flash  = flash target $(LIBS_link)
LIBS_host   = host $(LIBS_link)
LIBS_doctor = doctor host flash target $(LIBS_link)
LIBS_cli    = cli auto doctor host flash target image $(LIBS_link)
LIBS_compat = compat $(LIBS_cli)
LIBS_t1     = $(LIBS_cli)

TEST_SRC  = $(sort $(wildcard tests/test_*.c))
TEST_BIN  = $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SRC))
# tests/t1/ is the mock kernel (umockdev) of the T1 tests, and with_board, which runs a command on it.
UMOCKDEV_CFLAGS := $(shell $(PKGCONF) --cflags umockdev-1.0 2>/dev/null)
UMOCKDEV_LIBS   := $(shell $(PKGCONF) --libs umockdev-1.0 2>/dev/null)
T1_OBJ    = $(patsubst %,$(BUILD)/tests/t1/%.o,mock_kernel mock_usbfs mock_storage preload)
T1_TEST_OBJ = $(T1_OBJ) $(BUILD)/tests/t1/rig.o
T1_FAULTS = $(BUILD)/tests/t1/node_fault.so
is_t1     = $(filter t1,$(call room_of,$(1)))
SUPPORT_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
room_of   = $(word 2,$(subst _, ,$(notdir $(1))))
libs_of   = $(foreach r,$(LIBS_$(call room_of,$(1))),$(BUILD)/lib$(r).a)
support_of = $(if $(filter sim,$(LIBS_$(call room_of,$(1)))),$(if $(filter sim,$(call room_of,$(1))),,$(SUPPORT_OBJ))) $(if $(is_t1),$(T1_TEST_OBJ))
sys_of    = -lcmocka $(if $(is_t1),$(UMOCKDEV_LIBS)) $(if $(filter sim,$(LIBS_$(call room_of,$(1)))),$(SIM_LDLIBS) $(LIBUSB_LIBS))

.SECONDEXPANSION:
$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $$(call libs_of,test_$$*) $$(call support_of,test_$$*)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(call support_of,$(@F)) $(call libs_of,$(@F)) $(call sys_of,$(@F))

$(filter $(BUILD)/tests/test_t1_%,$(TEST_BIN)): | $(T1_FAULTS)
$(BUILD)/tests/t1/%.o: CPPFLAGS += $(UMOCKDEV_CFLAGS)

# Preloaded into programs of any kind, so never built with a sanitizer.
$(T1_FAULTS): tests/t1/node_fault.c tests/t1/preload_open.h
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -std=c17 $(WARN) -I. -O2 -fPIC -shared -o $@ $< -ldl

# with_board BOARD... -- COMMAND: the real programs on the mock kernel
with-board: $(BUILD)/tests/t1/with_board
$(BUILD)/tests/t1/with_board: $(BUILD)/tests/t1/with_board.o $(T1_OBJ) $(SIM_LIBS) | $(T1_FAULTS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(T1_OBJ) $(SIM_LIBS) $(UMOCKDEV_LIBS) $(SIM_LDLIBS)

# The program as a process, and what its host can do to it: tests/host/campaign.c says how.
# make hostfaults: every signal, error, piece and allocation at every system call, hours; N=20: so many
# of each kind in each scenario; CAMPAIGN="--bed=sg --scenario=flash-4k --kind=sigint": a part; JOBS=2:
# so many at once.
HOST_OBJ = $(patsubst %,$(BUILD)/tests/host/%.o,bed calls judge kinds tracer)
HOST_campaign = $(patsubst %,$(BUILD)/tests/host/%.o,campaign cases prove)
HOST_races = $(BUILD)/tests/host/races.o
HOST_BIN = $(BUILD)/tests/host/campaign $(BUILD)/tests/host/races
HOST_MARKS = $(BUILD)/tests/host/marks.so
$(BUILD)/tests/host/%.o: CPPFLAGS += $(UMOCKDEV_CFLAGS)
$(HOST_MARKS): tests/host/marks.c tests/host/marks.h tests/t1/preload_open.h
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) -std=c17 $(WARN) -I. -O2 -fPIC -shared -o $@ $< -ldl
$(BUILD)/tests/host/node_fault.so: $(T1_FAULTS)
	@mkdir -p $(@D)
	$(Q)cp $< $@
$(HOST_BIN): $(BUILD)/tests/host/%: $(HOST_OBJ) $$(HOST_$$*) $(T1_OBJ) $(SIM_LIBS) \
		| $(HOST_MARKS) $(BUILD)/tests/host/node_fault.so
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(HOST_OBJ) $(HOST_$*) $(T1_OBJ) $(SIM_LIBS) $(UMOCKDEV_LIBS) $(SIM_LDLIBS)
hostfaults: all $(BUILD)/tests/host/campaign
	$(Q)$(BUILD)/tests/host/campaign ./stlink-download $(if $(N),--cases=$(N)) $(if $(JOBS),--jobs=$(JOBS)) $(CAMPAIGN)
# make races N=1000: so many on each bed.
races: all $(BUILD)/tests/host/races
	$(Q)$(BUILD)/tests/host/races ./stlink-download --races=$(or $(N),1000) $(CAMPAIGN)
check-hostfaults: all $(HOST_BIN)
	$(Q)$(BUILD)/tests/host/campaign ./stlink-download --prove
	$(Q)for b in sg usbip; do $(BUILD)/tests/host/campaign ./stlink-download --bed=$$b \
		--scenario=flash-4k --cases=1 --seed=5 || exit 1; done
	$(Q)for k in e no-memory+; do $(BUILD)/tests/host/campaign ./stlink-download --bed=libusb \
		--scenario=identify --kind=$$k --cases=2 --seed=5 || exit 1; done
	$(Q)$(BUILD)/tests/host/campaign ./stlink-download --bed=libusb --scenario=flash-4k --kind=no-memory \
		--cases=3 --seed=5
	$(Q)$(BUILD)/tests/host/campaign ./stlink-download --bed=v1-libusb --scenario=identify --cases=1 --seed=5
	$(Q)$(BUILD)/tests/host/races ./stlink-download --races=3 --bed=libusb

# What the main jobs cost, in virtual time.
figures: $(BUILD)/tests/figures
	$(Q)$<
# How well the real pace keeps the virtual time; transfers per second of host time.
check-pace: $(BUILD)/tests/pace
	$(Q)$<
rate: $(BUILD)/tests/rate
	$(Q)$<
$(BUILD)/tests/rate: $(BUILD)/tests/rate.o $(SIM_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(SIM_LIBS) -lcmocka $(SIM_LDLIBS)
$(BUILD)/tests/figures $(BUILD)/tests/pace: $(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJ) \
		$(foreach r,$(LIBS_flash),$(BUILD)/lib$(r).a)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(foreach r,$(LIBS_flash),$(BUILD)/lib$(r).a) \
		-lcmocka $(SIM_LDLIBS) $(LIBUSB_LIBS)

# Every fault at every step: tests/faults/campaign.c says how. The program is the real one, its main
# under another name; what would reach the host is wrapped.
FAULTS_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/faults/*.c)))
FAULTS_WRAP = $(foreach f,ctx_init interrupt_install transport_classes confine_wanted ioctl poll,-Wl,--wrap=$f)
$(BUILD)/tests/faults/tool.o: $(BUILD)/stlink-download.o
	@mkdir -p $(@D)
	$(Q)objcopy --redefine-sym main=tool_main $< $@
$(BUILD)/tests/faults/campaign: $(FAULTS_OBJ) $(BUILD)/tests/faults/tool.o $(SUPPORT_OBJ) $(TOOL_LIBS) \
		$(SIM_LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $(FAULTS_OBJ) $(BUILD)/tests/faults/tool.o \
		$(SUPPORT_OBJ) $(TOOL_LIBS) $(SIM_LIBS) -lcmocka $(SIM_LDLIBS) $(LIBUSB_LIBS)

# make faults: all cases of all scenarios at all stations, many hours. N=100: so many of each scenario at
# each station; CAMPAIGN=transport, statuses, unplug, power, time, signals, memory, pairs or power-pairs:
# that one; ARGS="--station=f1/sg --scenario=flash-4k --fault=stall": a part. A finding is one line, with
# the command that replays it. make night T=480: the same in jobs that can be continued, two at a time, for
# so many minutes; ARGS="-w docs/reliability.md" writes what was run there. make soak N=10000: sessions in
# one process. check-faults is the sample for every day. check-oracle breaks the program once for each
# clause of the oracle, which must notice.
faults: $(BUILD)/tests/faults/campaign
	$(Q)$< $(if $(N),--cases=$(N)) $(if $(CAMPAIGN),--campaign=$(CAMPAIGN)) $(ARGS)
night: $(BUILD)/tests/faults/campaign
	$(Q)python3 tests/faults/night.py $(BUILD) --minutes=$(or $(T),480) $(ARGS)
soak: $(BUILD)/tests/faults/campaign
	$(Q)$< --soak=$(or $(N),10000) $(ARGS)
check-faults: $(BUILD)/tests/faults/campaign
	$(Q)play() { $< "$$@" > $(BUILD)/faults.log || { grep FINDING $(BUILD)/faults.log; exit 1; }; }; \
	play --cases=5 --seed=7 --each; sed -n '/^  /p;/^faults:/p' $(BUILD)/faults.log; \
	play --campaign=unplug --station=f1/bulk-only --scenario=leave-dfu; tail -1 $(BUILD)/faults.log; \
	play --campaign=pairs --station=f4/bulk --scenario=read-4k --cases=500; tail -1 $(BUILD)/faults.log; \
	play --campaign=transport --fault=stall --station=f1/bulk --scenario=option-write; \
	tail -1 $(BUILD)/faults.log
	$(Q)$< --soak=100
check-oracle:
	$(Q)python3 tests/faults/mutants.py $(BUILD)

# The benchmark: bench/bench.py says what it does. Its C parts: one job in virtual time inside one
# process, and a stopwatch for commands at a board.
BENCH_BIN = $(BUILD)/bench/virtual $(BUILD)/bench/timed
$(BUILD)/bench/virtual: $(BUILD)/bench/virtual.o $(SUPPORT_OBJ) $(foreach r,$(LIBS_flash),$(BUILD)/lib$(r).a)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(foreach r,$(LIBS_flash),$(BUILD)/lib$(r).a) \
		-lcmocka $(SIM_LDLIBS) $(LIBUSB_LIBS)
$(BUILD)/bench/timed: $(BUILD)/bench/timed.o
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

# All tools, boards and jobs in the guest, 10 to 20 minutes; writes bench/report.json, bench/plot.svg,
# docs/benchmark.md and the table in README.md.
bench: all $(BENCH_BIN)
	$(Q)python3 bench/bench.py full $(BUILD)/bench

# All boards, this tool only, in virtual time: what each job takes over its limit.
bench-virtual: $(BENCH_BIN)
	$(Q)python3 bench/bench.py virtual $(BUILD)/bench

# Two boards, this tool only, in virtual time: does the benchmark work, is flash right? Writes
# nothing outside $(BUILD)/bench.
bench-quick: $(BENCH_BIN)
	$(Q)python3 bench/bench.py quick $(BUILD)/bench

.PRECIOUS: $(BUILD)/%.o

tests: $(TEST_BIN)

# make check-room R=image: the tests of one room
check-room: $$(filter $$(BUILD)/tests/test_$$(R)_% $$(BUILD)/tests/test_$$(R),$$(TEST_BIN))
	$(Q)for t in $^; do echo "== $$t"; $$t || exit 1; done

# ---- tiers ------------------------------------------------------------------
# T0 in-process, T1 umockdev, cli the real programs, vm a guest kernel.

# The one replaces malloc, which the sanitizers replace themselves; they need the system calls that the other ends.
NOT_SANITIZED = $(if $(SANITIZED),$(BUILD)/tests/test_image_nomem $(BUILD)/tests/test_base_confine)
T0_BIN = $(filter-out $(BUILD)/tests/test_t1_% $(NOT_SANITIZED),$(TEST_BIN))
T1_BIN = $(filter $(BUILD)/tests/test_t1_%,$(TEST_BIN))

check: all check-t0 check-faults check-hostfaults check-t1 check-cli check-sanitized check-readme check-install check-generated bench-quick check-vm check-deb check-systemd
	@echo "check: everything passed"

check-t0: $(T0_BIN)
	$(Q)tests/run.sh t0 $^

check-t1: $(T1_BIN)
	$(Q)tests/run.sh t1 $^

check-cli: all $(if $(UMOCKDEV_LIBS),with-board)
	$(Q)tests/cli/run.sh

# The same T0 and T1 programs with AddressSanitizer and UndefinedBehaviorSanitizer.
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
           -fno-sanitize-recover=undefined
check-sanitized:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitized CFLAGS="$(SANITIZE)" SANITIZED=1 check-t0 check-t1

# The lines that the README tells people to type, as they stand there.
check-readme: all
	$(Q)tests/readme.sh
	$(Q)python3 tests/recipes.py

# Committed files that a program makes: examples, loaders, man page, udev rules.
check-generated: all
	$(Q)$(MAKE) --no-print-directory -s -C examples/blink check
	$(Q)$(MAKE) --no-print-directory -s -C examples/debug check
	$(Q)for t in tests/lint/generated_*.sh; do BUILD=$(BUILD) sh $$t || exit 1; done

# Rewrites udev/*.rules from their templates and the table of probes, and the copies in the program.
udev:
	$(Q)sh tests/lint/generated_udev.sh -w
	$(Q)sh tests/lint/generated_files.sh -w

# The programs under a real kernel: a QEMU guest with a virtual USB host controller.
# Other people's tools use three boards there; check-strangers is all boards.
check-vm: all $(BUILD)/tests/pace
	$(Q)tests/vm/build.sh $(BUILD)/vm ./stlink-download ./stlink-sim $(BUILD)/tests/pace
	$(Q)VM_TIMEOUT=400 VM_BOARDS="vldiscovery bluepill f4discovery" tests/vm/run.sh $(BUILD)/vm
	$(Q)tests/vm/strangers.sh -s $(BUILD)/vm/rows

# The same under Debian's systemd, udevd and logind: tests/vm/systemd/README says how to add to it.
# G="01-bed ...": only these groups.
SYSTEMD_VM = $(BUILD)/systemd
check-systemd: all $(if $(or $(if $(G),,every),$(filter 4%,$(G))),$(DEB))
	$(Q)mkdir -p $(SYSTEMD_VM)/carry && rm -f $(SYSTEMD_VM)/carry/*.deb
	$(Q)rm -rf $(SYSTEMD_VM)/carry/stage
	$(Q)$(MAKE) -s --no-print-directory install DESTDIR=$(SYSTEMD_VM)/carry/stage
	$(Q)! test -e $(DEB) || cp $(BUILD)/deb/stlink-download_*.deb $(BUILD)/deb/stlink-sim_*.deb $(SYSTEMD_VM)/carry/
	$(Q)tests/vm/systemd/build.sh $(SYSTEMD_VM) ./stlink-download ./stlink-sim
	$(Q)tests/vm/systemd/run.sh $(SYSTEMD_VM) $(G)
	$(Q)tests/vm/systemd/table.py $(if $(G),-s) $(SYSTEMD_VM)/rows docs/v1-on-linux.md

# Every row of tests/causes.table on the mock kernel and over USB/IP; under a real kernel each cause
# once over sg and once over libusb, where check-vm has some of them.
check-causes: all with-board
	$(Q)python3 tests/cli/doctor.py
	$(Q)tests/vm/build.sh $(BUILD)/vm ./stlink-download ./stlink-sim
	$(Q)VM_TIMEOUT=400 tests/vm/run.sh $(BUILD)/vm 61-causes-sg 62-causes-libusb

# st-flash and st-info, ours and stock, on all boards of the mock kernel: minutes.
check-personality: all with-board
	$(Q)python3 tests/cli/personality.py -a

check-strangers: all
	$(Q)tests/vm/build.sh $(BUILD)/vm-strangers ./stlink-download ./stlink-sim
	$(Q)VM_TIMEOUT=1200 tests/vm/run.sh $(BUILD)/vm-strangers $(STRANGERS)
	$(Q)tests/vm/strangers.sh $(BUILD)/vm-strangers/rows

STRANGERS = $(patsubst tests/vm/guest/%.sh,%,$(wildcard tests/vm/guest/5[0-9]-*.sh))

demo: all
	$(Q)examples/demo.sh

include tests/fuzz/fuzz.mk tests/builds/builds.mk

# ---- lint -------------------------------------------------------------------

LINT_SRC = $(wildcard *.c auto/*.c base/*.c cli/*.c compat/*.c doctor/*.c flash/*.c flash/*/*.c host/*.c image/*.c link/*.c sg/*.c \
           target/*.c usb/*.c sim/*.c)
HEADERS  = $(wildcard auto/*.h base/*.h cli/*.h compat/*.h doctor/*.h flash/*.h flash/*/*.h host/*.h image/*.h link/*.h sg/*.h target/*.h \
           usb/*.h sim/*.h)
LINT_CC  = -std=c17 -I. $(WARN) -Werror -fsyntax-only

lint: lint-text lint-gcc lint-clang lint-headers

lint-text:
	$(Q)python3 tests/lint/lint.py .
	$(Q)sh tests/lint/selftest.sh
	$(Q)sh tests/lint/pages.sh

lint-gcc lint-clang: lint-%:
	$(Q)for f in $(LINT_SRC); do $* $(LINT_CC) $$f || exit 1; done
	$(Q)$* $(LINT_CC) -DWITHOUT_LIBUSB link/transports.c usb/*.c
	@echo "lint: $(words $(LINT_SRC)) files without a warning from $*"

lint-headers:
	$(Q)for h in $(HEADERS); do echo "#include \"$$h\"" | $(CC) $(LINT_CC) -x c - || exit 1; done
	@echo "lint: $(words $(HEADERS)) headers stand alone"

# What is known to be uncertain.
unsure:
	@grep -rn 'UNSURE:' --include='*.[chs]' . || true

# ---- install ----------------------------------------------------------------
# One list says what goes where, so that uninstall takes away what install put: mode|file|place.
# Files of a kind are found by wildcard. Every place can be named by itself; $(DESTDIR) comes before
# all of them. tests/install.sh compares what comes out with tests/install.list.

bindir         ?= $(PREFIX)/bin
mandir         ?= $(PREFIX)/share/man
docdir         ?= $(PREFIX)/share/doc/stlink-download
bashcompdir    ?= $(PREFIX)/share/bash-completion/completions
zshcompdir     ?= $(PREFIX)/share/zsh/site-functions
fishcompdir    ?= $(PREFIX)/share/fish/vendor_completions.d
metainfodir    ?= $(PREFIX)/share/metainfo
udevrulesdir   ?= $(PREFIX)/lib/udev/rules.d
modprobedir    ?= $(PREFIX)/lib/modprobe.d
sysusersdir    ?= $(PREFIX)/lib/sysusers.d
systemdunitdir ?= $(PREFIX)/lib/systemd/system
sysconfdir     ?= /etc
autoflashdir   ?= $(sysconfdir)/stlink-download/autoflash.d

# $(call into,MODE,FILES,DIRECTORY)
into  = $(foreach f,$(sort $(2)),$(1)|$(f)|$(3)/$(notdir $(f)))
pages = $(foreach f,$(1),644|$(f)|$(mandir)/man$(subst .,,$(suffix $(f)))/$(notdir $(f)))

UNIT_FILES = $(call into,644,$(wildcard systemd/*.service),$(systemdunitdir))
TOOL_FILES = 755|stlink-download|$(bindir)/stlink-download \
	$(call pages,$(filter-out man/stlink-sim.%,$(wildcard man/*.[1-8]))) \
	644|completions/stlink-download.bash|$(bashcompdir)/stlink-download \
	644|completions/stlink-download.zsh|$(zshcompdir)/_stlink-download \
	644|completions/stlink-download.fish|$(fishcompdir)/stlink-download.fish \
	$(call into,644,$(wildcard metainfo/*.xml),$(metainfodir)) \
	$(call into,644,$(wildcard udev/*.rules),$(udevrulesdir)) \
	$(call into,644,$(wildcard modprobe.d/*.conf),$(modprobedir)) \
	$(call into,644,$(wildcard sysusers.d/*.conf),$(sysusersdir)) \
	$(UNIT_FILES) \
	$(call into,644,README.md SECURITY.md $(wildcard docs/*.md),$(docdir)) \
	$(call into,644,$(wildcard examples/blink/*.hex modprobe.d/examples/* systemd/examples/*),$(docdir)/examples)
SIM_FILES = 755|stlink-sim|$(bindir)/stlink-sim \
	$(call pages,$(wildcard man/stlink-sim.[1-8]))

# Directories of this program alone; the configuration's is made empty.
OWN_DIRS = $(docdir)/examples $(docdir) $(autoflashdir) $(sysconfdir)/stlink-download

field = $(word $(2),$(subst |, ,$(1)))
put   = install -D -m $(call field,$(1),1) $(call field,$(1),2) "$(DESTDIR)$(call field,$(1),3)"
define newline


endef

install: install-tool $(if $(wildcard stlink-sim),install-sim)

install-tool: stlink-download
	$(foreach f,$(TOOL_FILES),$(call put,$(f))$(newline)	)
	$(foreach f,$(UNIT_FILES),sed -i 's,=/usr/bin/,=$(bindir)/,' "$(DESTDIR)$(call field,$(f),3)"$(newline)	)
	install -d -m 755 "$(DESTDIR)$(autoflashdir)"

# The program under the names of the tools that it can stand in for: only on demand, because the
# packages of those tools have the same names.
COMPAT_NAMES = st-flash st-info
install-compat: install-tool
	$(foreach n,$(COMPAT_NAMES),ln -sf stlink-download "$(DESTDIR)$(bindir)/$(n)"$(newline)	)
uninstall-compat:
	$(foreach n,$(COMPAT_NAMES),test "$$(readlink "$(DESTDIR)$(bindir)/$(n)")" != stlink-download || rm -f "$(DESTDIR)$(bindir)/$(n)"$(newline)	)

install-sim: stlink-sim
	$(foreach f,$(SIM_FILES),$(call put,$(f))$(newline)	)

# Of a staged tree, the directories that are empty then go, too; of a live one only this program's own.
uninstall:
	$(foreach f,$(TOOL_FILES) $(SIM_FILES),rm -f "$(DESTDIR)$(call field,$(f),3)"$(newline)	)
	$(foreach d,$(OWN_DIRS),test ! -d "$(DESTDIR)$(d)" || rmdir --ignore-fail-on-non-empty "$(DESTDIR)$(d)"$(newline)	)
	$(if $(DESTDIR),test ! -d "$(DESTDIR)" || { cd "$(DESTDIR)" && for d in $(sort $(dir $(foreach f, \
		$(TOOL_FILES) $(SIM_FILES),$(call field,$(f),3)) $(OWN_DIRS))); do \
		test ! -d ".$$d" || rmdir -p --ignore-fail-on-non-empty "$${d#/}"; done; })

# Into a staged tree, compared with a list; out of it again, and nothing is left.
check-install: all
	$(Q)tests/install.sh
	$(Q)tests/hardening.sh ./stlink-download

# ---- Debian packages --------------------------------------------------------

# Into $(BUILD)/deb. Their build's own tests are a part of "make check" already.
deb: $(DEB)
$(DEB): $(DEB_SOURCES)
	$(Q)DEB_BUILD_OPTIONS="nocheck parallel=2 $(DEB_BUILD_OPTIONS)" debian/build $(@D)
	@touch $@

# Built twice to the same bytes, contents, and lintian has nothing to say. check-systemd installs,
# uses and purges them.
check-deb: $(DEB)
	$(Q)tests/deb.sh $(BUILD)/deb

always:

.PHONY: install install-tool install-sim install-compat uninstall-compat uninstall check-install always deb check-deb

clean:
	rm -rf $(BUILD) stlink-download stlink-sim

.PHONY: faults night soak check-faults check-oracle hostfaults races check-hostfaults all tests figures bench bench-quick bench-virtual check-room check check-t0 check-t1 check-cli check-sanitized check-readme \
        check-generated udev check-vm check-systemd check-strangers check-personality check-causes demo lint lint-text lint-gcc lint-clang lint-headers unsure \
        clean
