# Targets for your Makefile: set IMAGE, then  include path/to/probekit.mk
#   make flash     program IMAGE; what the chip holds already is neither erased nor written
#   make verify    compare the chip with IMAGE; exit 10 when it differs
#   make recover   bring the option bytes back to factory values
#   make options   show the option bytes by name
#   make debug     program and debug ELF (IMAGE itself when absent) with gdb; stops at BREAK, which is main
# PROBE names the probe: a serial, a USB place, or sim:stm32f746g-disco?state=board.pk
# BASE is the address of a raw binary. PROBEKIT_FLAGS is added to every call.
#
# Several boards: name them in BOARDS, and each one's probe in PROBE_name (the name itself when absent):
#   BOARDS = alpha beta
#   PROBE_alpha = 0670FF485550755187121723
# Then  make -j2 flash  programs those that need it: every board is asked first which chip it has and what
# is in it, so a swapped board, one that was flashed by hand, or a new IMAGE is seen. Stamps are kept in
# PROBEKIT_STAMPS. make -k flash goes on when one board fails; flash-alpha and verify-alpha are single ones.

# What plain `make` makes stays what the including Makefile says: it never writes to a board of itself.
PROBEKIT_GOAL := $(.DEFAULT_GOAL)
# This file is the last of MAKEFILE_LIST: the longest end of it that is a file, because paths may have spaces.
PROBEKIT_SPACE := $(subst x,,x x)
PROBEKIT_FIND = $(if $(1),$(or $(wildcard $(subst $(PROBEKIT_SPACE),\ ,$(1))),$(call PROBEKIT_FIND,$(wordlist 2,$(words $(1)),$(1)))))
PROBEKIT_SELF := $(or $(call PROBEKIT_FIND,$(strip $(MAKEFILE_LIST))),$(lastword $(MAKEFILE_LIST)))
PROBEKIT_DIR := $(if $(word 2,$(PROBEKIT_SELF)),$(subst /probekit.mk,,$(PROBEKIT_SELF)),$(patsubst %/,%,$(dir $(PROBEKIT_SELF))))
PROBEKIT ?= '$(PROBEKIT_DIR)/bin/probekit'
PROBEKIT_CALL = $(PROBEKIT) $(1) $(if $(PROBE),--probe '$(PROBE)') $(PROBEKIT_FLAGS)
PROBEKIT_STAMPS ?= .probekit
PROBEKIT_WAIT ?= 60s
PROBEKIT_BASE = $(if $(BASE),--base $(BASE))
# a verb on the board that the static pattern stands for
PROBEKIT_ON = $(PROBEKIT) $(1) --probe '$(or $(PROBE_$*),$*)' --wait-lock $(PROBEKIT_WAIT) --quiet $(PROBEKIT_FLAGS)

PROBEKIT_ELF = $(or $(ELF),$(IMAGE))
# Prerequisites are fixed here: an IMAGE that is set further down would be flashed without being built.
PROBEKIT_HAS := $(strip $(IMAGE))
PROBEKIT_HAS_ELF := $(strip $(PROBEKIT_ELF))
PROBEKIT_NEEDS = $(if $(PROBEKIT_HAS$(1)),,$(error set $(or $(2),IMAGE) above the line that includes probekit.mk))
BREAK ?= main

.PHONY: flash verify recover options debug probekit-always

ifeq ($(strip $(BOARDS)),)

flash: $(IMAGE)
	$(call PROBEKIT_NEEDS)$(call PROBEKIT_CALL,flash $(IMAGE) $(PROBEKIT_BASE))
verify: $(IMAGE)
	$(call PROBEKIT_NEEDS)$(call PROBEKIT_CALL,verify $(IMAGE) $(PROBEKIT_BASE))
recover:
	$(call PROBEKIT_CALL,recover)
options:
	$(call PROBEKIT_CALL,options)
debug: $(PROBEKIT_ELF)
	$(call PROBEKIT_NEEDS,_ELF,ELF or IMAGE)$(call PROBEKIT_CALL,debug $(PROBEKIT_ELF) $(if $(BREAK),--break $(BREAK)))

else

.PHONY: $(foreach v,flash verify recover options debug,$(BOARDS:%=$(v)-%))
flash: $(BOARDS:%=$(PROBEKIT_STAMPS)/%/flashed)
verify: $(BOARDS:%=verify-%)
recover: $(BOARDS:%=recover-%)
options: $(BOARDS:%=options-%)
# a terminal has room for one gdb
debug:
	@echo 'debug is for one board: $(BOARDS:%=make debug-%)' >&2; exit 2

# Written only when the answer is another one than before: nothing else makes the stamp below out of date.
# Static pattern rules, because make deletes the files of implicit ones as intermediates.
$(BOARDS:%=$(PROBEKIT_STAMPS)/%/chip): $(PROBEKIT_STAMPS)/%/chip: $(IMAGE) probekit-always
	@$(call PROBEKIT_NEEDS)$(call PROBEKIT_ON,fingerprint --image $(IMAGE) $(PROBEKIT_BASE) --if-changed $@)
$(BOARDS:%=$(PROBEKIT_STAMPS)/%/flashed): $(PROBEKIT_STAMPS)/%/flashed: $(IMAGE) $(PROBEKIT_STAMPS)/%/chip
	@$(call PROBEKIT_ON,flash $(IMAGE) $(PROBEKIT_BASE))
	@$(call PROBEKIT_ON,fingerprint --image $(IMAGE) $(PROBEKIT_BASE) --if-changed $(@D)/chip)
	@touch $@
	@echo '$*: flashed'
$(BOARDS:%=flash-%): flash-%: $(PROBEKIT_STAMPS)/%/flashed
$(BOARDS:%=verify-%): verify-%: $(IMAGE)
	@$(call PROBEKIT_NEEDS)$(call PROBEKIT_ON,verify $(IMAGE) $(PROBEKIT_BASE)) && echo '$*: same'
$(BOARDS:%=recover-%): recover-%:
	@$(call PROBEKIT_ON,recover)
$(BOARDS:%=options-%): options-%:
	@echo '$*:'; $(PROBEKIT) options --probe '$(or $(PROBE_$*),$*)' --wait-lock $(PROBEKIT_WAIT) $(PROBEKIT_FLAGS)
$(BOARDS:%=debug-%): debug-%: $(PROBEKIT_ELF)
	@$(call PROBEKIT_NEEDS,_ELF,ELF or IMAGE)$(call PROBEKIT_ON,debug $(PROBEKIT_ELF) $(if $(BREAK),--break $(BREAK)))

endif

.DEFAULT_GOAL := $(PROBEKIT_GOAL)
