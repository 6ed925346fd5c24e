# SPDX-License-Identifier: GPL-2.0-or-later
#
# make                 the tool and, where Unicorn is installed, the virtual board
# make check           every test; make check-t0, check-t1, check-cli, check-vm: one tier
# make demo            flash the virtual STM32VLDISCOVERY and watch its LEDs
# make lint            the limits of the house
# make install         DESTDIR, PREFIX; WITHOUT_LIBUSB=1 builds with no library at all
# Sources are found by wildcard: a new file needs no edit here.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
BUILD   ?= build
CFLAGS  ?= -O2 -g
PKGCONF ?= pkg-config
V       ?= 0
Q        = $(if $(filter 1,$(V)),,@)

WARN = -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
       -Wimplicit-fallthrough
ALL_CFLAGS = -std=c17 -I. $(WARN) $(CFLAGS) $(CPPFLAGS) -MMD -MP
LIBUSB_LIBS = $(if $(WITHOUT_LIBUSB),,-lusb-1.0)
ifneq ($(WITHOUT_LIBUSB),)
CPPFLAGS += -DWITHOUT_LIBUSB
endif

# Rooms of the tool, lowest last: a static library each, linked in this order.
ROOMS = cli flash target usb sg link image base
# The transport table in link/ names usb/ and sg/, which call back into link/.
TOOL_LIBS = $(foreach r,cli flash target link usb sg link image base,$(BUILD)/lib$(r).a)
SIM_LIBS  = $(BUILD)/libsim.a $(BUILD)/libbase.a
SIM_LDLIBS = -lunicorn -lpthread -lm

HAVE_UNICORN := $(shell $(PKGCONF) --exists unicorn 2>/dev/null && echo yes)

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

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- tests ------------------------------------------------------------------
# tests/test_ROOM_subject.c is a cmocka program that links what ROOM may use.
# tests/support/*.c is shared by all tests that link the virtual board.

LIBS_base   = base
LIBS_image  = image base
LIBS_sim    = sim base
LIBS_link   = link usb sg link sim base
LIBS_usb    = $(LIBS_link)
LIBS_sg     = $(LIBS_link)
LIBS_target = target $(LIBS_link)
LIBS_flash  = flash target $(LIBS_link)
LIBS_cli    = cli flash target image $(LIBS_link)
LIBS_t1     = $(LIBS_cli)

TEST_SRC  = $(sort $(wildcard tests/test_*.c))
TEST_BIN  = $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SRC))
SUPPORT_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
room_of   = $(word 2,$(subst _, ,$(notdir $(1))))
libs_of   = $(foreach r,$(LIBS_$(call room_of,$(1))),$(BUILD)/lib$(r).a)
support_of = $(if $(filter sim,$(LIBS_$(call room_of,$(1)))),$(if $(filter sim,$(call room_of,$(1))),,$(SUPPORT_OBJ)))
sys_of    = -lcmocka $(if $(filter sim,$(LIBS_$(call room_of,$(1)))),$(SIM_LDLIBS) $(LIBUSB_LIBS))

.SECONDEXPANSION:
$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $$(call libs_of,test_$$*) $$(call support_of,test_$$*)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(call support_of,$(@F)) $(call libs_of,$(@F)) $(call sys_of,$(@F))

.PRECIOUS: $(BUILD)/%.o

tests: $(TEST_BIN)

# make check-room R=image: the tests of one room
check-room: $$(filter $$(BUILD)/tests/test_$$(R)_% $$(BUILD)/tests/test_$$(R),$$(TEST_BIN))
	$(Q)for t in $^; do echo "== $$t"; $$t || exit 1; done

clean:
	rm -rf $(BUILD) stlink-download stlink-sim

.PHONY: all tests check-room clean
