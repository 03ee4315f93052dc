# Targets for your Makefile: set IMAGE, then  include path/to/probekit.mk
#   make flash     program IMAGE; what the chip holds already is neither erased nor written
#   make verify    compare the chip with IMAGE; exit 10 when it differs
#   make recover   bring the option bytes back to factory values
#   make options   show the option bytes by name
# PROBE names the probe: a serial, a USB place, or sim:stm32f746g-disco?state=board.pk
# BASE is the address of a raw binary. PROBEKIT_FLAGS is added to every call.

PROBEKIT_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
PROBEKIT ?= $(PROBEKIT_DIR)/bin/probekit
PROBEKIT_CALL = $(PROBEKIT) $(1) $(if $(PROBE),--probe '$(PROBE)') $(PROBEKIT_FLAGS)

.PHONY: flash verify recover options
flash: $(IMAGE)
	$(call PROBEKIT_CALL,flash $(IMAGE) $(if $(BASE),--base $(BASE)))
verify: $(IMAGE)
	$(call PROBEKIT_CALL,verify $(IMAGE) $(if $(BASE),--base $(BASE)))
recover:
	$(call PROBEKIT_CALL,recover)
options:
	$(call PROBEKIT_CALL,options)
