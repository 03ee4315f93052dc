/** Supply, NRST and probe. */
import { SWD_OFF } from "../../../src/sim/boards/firmware.ts";
import { running, UNDER, type World } from "./kit.ts";

/** See the head of the file. */
export const AROUND_WORLDS: Readonly<Record<string, World>> = {
  "0.9 V": { image: running, volts: 0.9, wants: [21, "proven:no-target-voltage"] },
  "supply falls to 0.2 V": {
    image: running,
    chaos: "sag@15:0.2",
    wants: [21, "proven:supply-lost"],
  },
  "story's board without an NRST wire": {
    image: running,
    options: { OPTCR: 0x00FF_AAED },
    nrst: "unwired",
    wants: [22, "proven:optcr-openocd-2015 proven:wwdg-hardware"],
  },
  "RDP1 and both watchdogs without an NRST wire": {
    image: running,
    rdp: 0x55,
    clearOptcr: 0x30,
    nrst: "unwired",
    wants: [11, "proven:rdp1 proven:wwdg-hardware proven:iwdg-hardware"],
  },
  "RDP1, BOOT0 high": {
    image: running,
    rdp: 0x55,
    boot0: true,
    wants: [11, "proven:rdp1 likely:boot-loader-runs"],
  },
  "5 V": { image: running, volts: 5, wants: [22, "proven:supply-too-high"] },
  "1.6 V": { image: running, volts: 1.6, wants: [21, "proven:supply-too-low"] },
  "2.0 V, hardware WWDG": {
    image: running,
    volts: 2,
    clearOptcr: 0x10,
    wants: [21, "proven:supply-limits-flash proven:wwdg-hardware"],
  },
  "option word 0 damaged, and not loaded yet": {
    image: running,
    then: (c) => void (c.options.storage[0] = 0xFFFF_FFFF),
    wants: [11, "proven:rdp1-pending"],
  },
  "2.1 V, where half-words begin": {
    image: running,
    volts: 2.1,
    wants: [0, "| supply-narrows-flash"],
  },
  "2.098 V, which is less": {
    image: running,
    volts: 2.0985,
    wants: [21, "proven:supply-limits-flash"],
  },
  "2.5 V": { image: running, volts: 2.5, wants: [0, "| supply-narrows-flash"] },
  "NRST held, RDP1": { image: running, nrst: "held", rdp: 0x55, wants: [21, "proven:nrst-held"] },
  "NRST held, under reset": {
    image: running,
    nrst: "held",
    wish: UNDER,
    wants: [21, "proven:nrst-held"],
  },
  "NRST held, no power": {
    image: running,
    nrst: "held",
    volts: 0,
    wants: [21, "proven:no-target-voltage"],
  },
  "clone, hardware WWDG": {
    image: running,
    clearOptcr: 0x10,
    probe: { clone: true },
    wants: [22, "proven:wwdg-hardware likely:probe-clone"],
  },
  "old but usable firmware": {
    image: running,
    probe: { firmware: "V2J24S7" },
    wants: [0, "| probe-firmware-old"],
  },
  "firmware of the first V2": {
    image: running,
    probe: { firmware: "V2J1S0" },
    wants: [20, "proven:probe-firmware-too-old"],
  },
  "RDP2 without under reset": {
    image: running,
    rdp: 0xCC,
    wants: [21, "possible:swd-closed possible:rdp2 possible:swd-wires"],
  },
  "RDP1, swd taken": {
    image: { reset: SWD_OFF },
    rdp: 0x55,
    wish: UNDER,
    wants: [21, "proven:swd-closed proven:rdp1"],
  },
};
