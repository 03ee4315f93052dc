/** What can be wrong with the question "which chip is this?". */
import { catalogue } from "../base/mod.ts";

/** Faults of identifying a chip. */
export const fault = catalogue({
  "chip-unknown": {
    code: "E2150",
    class: "unit",
    title:
      "The chip says it is {idcode} (DEV_ID {devId}), which this version of probekit does not know",
    causes: [{
      text: "it is of a family that probekit cannot program yet",
      likelihood: "likely",
      because: ["CPUID {cpuid}: {core}, read twice with the same result"],
    }],
    next: [{ text: "Check the part number on the package; probekit knows {known}" }],
    explain:
      "The identity register was read again with another register in between, so it is no left-over of an earlier access. Nothing was written: an unknown chip may have something else at the addresses of a known one.",
  },
  "chip-id-garbage": {
    code: "E2151",
    class: "station",
    title: "The chip's identity register reads {idcode}, which is not an identity",
    causes: [
      {
        text: "the debug part of the chip has no clock or is not reachable",
        likelihood: "possible",
        because: ["CPUID {cpuid}: {core}", "read {times} times"],
      },
      { text: "the core has its identity register at another address", likelihood: "possible" },
      { text: "the probe answers with what it read before", likelihood: "possible" },
    ],
    next: [
      {
        text: "Connect while the chip is held in reset:",
        command: "probekit info --attach under-reset",
        effect: "volatile",
      },
      { text: "Unplug the probe, plug it in again and connect slower" },
    ],
    retryable: true,
    explain:
      "0x00000000, 0xFFFFFFFF and 0xA05F0000 (the key of the debugger's halt register) were seen in the field where the chip's identity should be. Such a word is read again before it is believed.",
  },
  "chip-no-core": {
    code: "E2152",
    class: "station",
    title: "No Arm core answers: CPUID reads {cpuid}",
    causes: [
      { text: "the link gives wrong data: speed too high, bad GND", likelihood: "possible" },
      {
        text: "the debug port answers and the core behind it is off or protected",
        likelihood: "possible",
      },
    ],
    next: [
      {
        text: "Connect slower, and while the chip is held in reset:",
        command: "probekit info --attach under-reset",
        effect: "volatile",
      },
    ],
    retryable: true,
  },
  "chip-contradiction": {
    code: "E2153",
    class: "unit",
    title: "The chip contradicts itself: DEV_ID {devId} is {name}, but its core is {core}",
    causes: [
      {
        text: "a copy of the chip by another maker",
        likelihood: "possible",
        because: ["CPUID {cpuid}", "IDCODE {idcode}"],
      },
      { text: "the link gives wrong data", likelihood: "possible" },
    ],
    next: [{ text: "Check the part number on the package, and connect slower" }],
    explain:
      "A family is believed only when identity register and core agree, because the registers written later depend on it.",
  },
});
