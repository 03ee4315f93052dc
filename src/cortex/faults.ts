/** What can be wrong with a core under a debugger. */
import { catalogue } from "../base/mod.ts";

/** Faults of the core. */
export const fault = catalogue({
  "core-unknown": {
    code: "E2160",
    class: "unit",
    title: "No Cortex-M answers behind access port {ap}: CPUID reads {cpuid}",
    causes: [
      {
        text: "the chip is no Cortex-M, or its core is behind another port",
        likelihood: "possible",
      },
      { text: "a read went astray on a bad wire", likelihood: "possible" },
    ],
    next: [{ text: "Check the wires and connect slower" }],
    retryable: true,
  },
  "core-did-not-halt": {
    code: "E2161",
    class: "unit",
    title: "The core did not halt within {ms} ms",
    causes: [
      {
        text: "the chip resets itself again and again",
        likelihood: "likely",
        because: ["DHCSR.S_RESET_ST was seen {resets} times"],
      },
      { text: "the core is in a sleep that switches its clock off", likelihood: "possible" },
      { text: "an access to external memory never ends", likelihood: "possible" },
    ],
    next: [{ text: "Connect while the chip is held in reset" }],
    retryable: true,
  },
  "core-did-not-stop": {
    code: "E2162",
    class: "unit",
    title: "The core was reset and ran on instead of stopping: {why}",
    causes: [
      { text: "NRST of the board is not connected to the probe", likelihood: "possible" },
      { text: "the firmware puts the chip to standby at once", likelihood: "possible" },
    ],
    next: [{ text: "Check the NRST wire, then connect while the chip is held in reset" }],
    retryable: true,
    explain:
      "DEMCR.VC_CORERESET was armed, so that the core halts before its first instruction after a reset. It was seen running after the reset.",
  },
  "core-held-in-reset": {
    code: "E2165",
    class: "unit",
    title: "The chip is held in reset: {ms} ms after the probe let NRST go it is still low",
    causes: [
      {
        text: "something on the board holds NRST low: its reset button, a short, a second debugger",
        likelihood: "likely",
        because: ["DHCSR.S_RESET_ST is set at every look"],
      },
      {
        text: "the supply is below the brown-out level of the option bytes",
        likelihood: "possible",
      },
    ],
    next: [{ text: "Measure NRST: it should be at the supply voltage; find what pulls it low" }],
    retryable: true,
  },
  "core-reset-failed": {
    code: "E2163",
    class: "unit",
    title: "The chip was not reset: {why}",
    next: [{ text: "Press the board's reset button, or switch its power off and on" }],
    retryable: true,
  },
  "core-not-halted": {
    code: "E2240",
    class: "unit",
    title: "The core must be halted to {what}, and it is {state}",
    next: [{ text: "Halt it first; if it does not stay halted, connect under reset" }],
    retryable: true,
  },
  "core-register-stuck": {
    code: "E2241",
    class: "unit",
    title: "The core did not hand over its register {register}",
    next: [{ text: "Reset and halt the core, then try again" }],
    retryable: true,
    explain: "DHCSR.S_REGRDY stayed 0 after DCRSR was written.",
  },
  "core-no-such-register": {
    code: "E2164",
    class: "tool",
    title: "{core} has no register {register}",
    next: [{
      text:
        "Known are: r0 … r12 sp lr pc xpsr msp psp control faultmask basepri primask fpscr s0 … s31",
    }],
  },
  "core-no-breakpoint-left": {
    code: "E2242",
    class: "unit",
    title: "All {count} hardware breakpoints are in use; {where} was not set",
    next: [{ text: "Delete a breakpoint and set this one again" }],
  },
  "core-cannot-break-there": {
    code: "E2243",
    class: "unit",
    title: "{core} cannot break at {where}: {why}",
    next: [{ text: "Break at an instruction in flash" }],
  },
  "core-no-watchpoint-left": {
    code: "E2244",
    class: "unit",
    title: "All {count} watchpoints are in use; {where} was not set",
    next: [{ text: "Delete a watchpoint and set this one again" }],
  },
  "core-cannot-watch": {
    code: "E2245",
    class: "unit",
    title: "{core} cannot watch {length} bytes at {where}: {why}",
    next: [{ text: "Watch a power of two of bytes at an address that is a multiple of it" }],
  },
});
