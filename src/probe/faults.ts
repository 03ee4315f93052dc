/** What can be wrong with a probe, and between the probe and the chip. */
import { catalogue } from "../base/mod.ts";

const POWER_AND_WIRES = "Check the board's power, the GND wire and the SWDIO/SWCLK wires";

/** Faults of the probe and of the link. E20xx: the probe or this computer. E21xx: the chip does not answer. */
export const fault = catalogue({
  "probe-firmware-too-old": {
    code: "E2030",
    class: "station",
    title: "The firmware {firmware} of the probe {probe} is too old: {needed} or newer is needed",
    causes: [{
      text: "it cannot {lacks}",
      likelihood: "proven",
      because: ["the probe reports {firmware}"],
    }],
    next: [
      {
        text:
          "Upgrade the probe's firmware with ST's free STSW-LINK007 (it runs on Linux, macOS and Windows); the board's own flash is not touched",
      },
      { text: "Unplug the probe, plug it in again, and look:", command: "probekit probes" },
    ],
    explain:
      "Before V2J24 an ST-LINK/V2 gives no access to the registers of the debug port, so errors on the wire cannot be cleared and their cause cannot be read. probekit refuses such firmware instead of guessing.",
  },
  "probe-in-loader": {
    code: "E2031",
    class: "station",
    title: "The probe {probe} is in its firmware loader and cannot debug",
    causes: [{
      text: "a firmware upgrade was interrupted, or the probe has just been plugged in",
      likelihood: "possible",
    }],
    next: [
      { text: "Unplug the probe, wait five seconds, and plug it in again" },
      { text: "If it stays so, let ST's STSW-LINK007 write the firmware again" },
    ],
    retryable: true,
  },
  "probe-unsupported": {
    code: "E2032",
    class: "station",
    title: "{probe} cannot be used: {why}",
    next: [{ text: "Use an ST-LINK/V2, V2-1 or V3" }],
    explain:
      "ST-LINK/V1 speaks a mass-storage protocol and cannot hold NRST. Firmware for STM8 boards has SWIM only and no SWD.",
  },
  "probe-unknown-reply": {
    code: "E2033",
    class: "station",
    title: "The probe answered {command} with {got}, not with {wanted}",
    causes: [
      { text: "another program uses the same probe", likelihood: "possible" },
      { text: "a clone with firmware of its own", likelihood: "possible" },
    ],
    next: [{ text: "Close other debuggers, unplug the probe and plug it in again" }],
    retryable: true,
  },
  "probe-lost": {
    code: "E2034",
    class: "station",
    title: "The probe stopped answering during {command}: {why}",
    causes: [
      { text: "the USB cable or a hub lost contact", likelihood: "possible" },
      { text: "the board's supply dipped and took the probe with it", likelihood: "possible" },
    ],
    next: [
      { text: "Plug the probe in again, without a hub and with another cable, and run it again" },
    ],
    retryable: true,
  },
  "probe-firmware-lacks": {
    code: "E2035",
    class: "station",
    title: "The probe's firmware {firmware} cannot {lacks}",
    next: [{
      text: "Upgrade the probe's firmware to {needed} or newer with ST's free STSW-LINK007",
    }],
  },
  "probe-status": {
    code: "E2036",
    class: "station",
    title: "The probe refused {command}: {means} (status {status})",
    next: [{ text: "Run it again; if it stays, unplug the probe and plug it in again" }],
    retryable: true,
    explain:
      "The probe itself refused a command: nothing is said about the chip. The status is the first byte of its answer.",
  },
  "access-impossible": {
    code: "E2037",
    class: "tool",
    title: "Cannot {access}: {why}",
    next: [{ text: "Use an address and a length that are multiples of the access width" }],
  },
  "probe-speed-too-low": {
    code: "E2038",
    class: "recipe",
    title: "The probe cannot clock SWD at {wanted} or slower: its slowest speed is {slowest}",
    next: [{ text: "Ask for {slowest} or more" }],
  },
  "link-only-slow": {
    code: "E2105",
    class: "station",
    title: "The chip answers at {works}, but not at {wanted}",
    causes: [
      {
        text: "the wires are too long or too thin for this speed",
        likelihood: "likely",
        because: ["IDCODE read at {works}, not at {wanted}"],
      },
      { text: "GND is missing or bad", likelihood: "possible" },
    ],
    next: [
      { text: "Connect slower: --speed {flag}" },
      { text: "Shorten the wires and check GND" },
    ],
    retryable: true,
  },
  "link-no-power": {
    code: "E2106",
    class: "station",
    title: "The board has no power: the probe measures {volts} V at its VDD pin",
    causes: [
      {
        text: "the board is switched off or its supply is not connected",
        likelihood: "likely",
        because: ["target voltage {volts} V"],
      },
      { text: "the probe's VDD (VTref) wire is not connected", likelihood: "possible" },
    ],
    next: [{ text: "Power the board, connect VDD of the board to the probe, and run it again" }],
    retryable: true,
  },
  "link-no-answer": {
    code: "E2107",
    class: "station",
    title: "The chip does not answer",
    causes: [
      { text: "a wire of SWDIO, SWCLK or GND has no contact", likelihood: "possible" },
      {
        text: "the firmware uses the SWD pins for something else, or sleeps with debugging off",
        likelihood: "possible",
      },
      { text: "the debug port is closed for ever (RDP level 2)", likelihood: "possible" },
    ],
    next: [
      { text: POWER_AND_WIRES },
      {
        text: "Connect while the chip is held in reset (in a recipe: target.attach: under-reset)",
        command: "probekit info --attach under-reset",
      },
      {
        text: "Without an NRST wire: hold the board's reset button while that starts, then let go",
      },
    ],
    retryable: true,
    explain:
      "The probe works and nothing answers on SWDIO: the identity register of the debug port could not be read at any speed.",
  },
  "link-lost": {
    code: "E2108",
    class: "station",
    title: "The chip stopped answering during {command} ({means}, status {status})",
    causes: [
      { text: "the chip lost power, or was reset", likelihood: "possible" },
      { text: "the firmware switched debugging off or went to deep sleep", likelihood: "possible" },
      { text: "a wire lost contact, or the speed is too high for it", likelihood: "possible" },
    ],
    next: [{ text: POWER_AND_WIRES + ", then run it again" }],
    retryable: true,
  },
  "bus-busy": {
    code: "E2109",
    class: "unit",
    title: "The chip's bus stayed busy for {ms} ms during {command}",
    causes: [
      {
        text: "an erase or an option-byte change is running, and a flash access waits for it",
        likelihood: "likely",
      },
      { text: "an external memory on FMC or QUADSPI never answers", likelihood: "possible" },
    ],
    next: [{ text: "Wait some seconds and run it again" }],
    retryable: true,
  },
  "bus-refused": {
    code: "E2110",
    class: "unit",
    title: "The chip's bus refused to {access} {where}",
    causes: [
      { text: "nothing is at this address", likelihood: "possible" },
      { text: "the memory is protected (RDP) or its clock is off", likelihood: "possible" },
      { text: "something holds the chip in reset (NRST is low)", likelihood: "possible" },
    ],
    next: [{ text: "Check the address against the chip's memory map, and that NRST is not low" }],
    explain:
      "The access reached the chip, and the memory or peripheral there answered with a bus error. Reads inside flash are refused at readout protection level 1.",
  },
  "register-never-changed": {
    code: "E2111",
    class: "unit",
    title:
      "The register at {where} did not become {want} (mask {mask}) within {ms} ms: it reads {last}",
    next: [{ text: "Run it again; if it stays, reset the board" }],
    retryable: true,
  },
});
