/** What can be wrong with a debugger's wish. */
import { catalogue } from "../base/mod.ts";

/** Faults of the GDB server. */
export const fault = catalogue({
  "monitor-unknown": {
    code: "E0285",
    class: "recipe",
    title: "There is no monitor command `{command}` here",
    causes: [{ text: "{why}", likelihood: "proven" }],
    next: [{ text: "List what there is:", command: "monitor help" }],
  },
  "monitor-usage": {
    code: "E0286",
    class: "recipe",
    title: "`{command}` is called as: {usage}",
    next: [{ text: "Give what it takes", command: "monitor help {command}" }],
  },
  "monitor-no-such-sector": {
    code: "E0287",
    class: "recipe",
    title: "This device has sectors 0..{last}, there is no sector {wanted}",
    causes: [{ text: "the command was written for another chip", likelihood: "likely" }],
    next: [{ text: "See the sectors:", command: "monitor flash info 0" }],
  },
  "monitor-no-such-bank": {
    code: "E0241",
    class: "recipe",
    title: "There is no flash bank {bank}: all of this device's flash is bank 0",
    causes: [{
      text: "the command was written for another chip or another tool",
      likelihood: "likely",
    }],
    next: [{
      text: "See the bank and its sectors:",
      command: "monitor flash info 0",
      effect: "read",
    }],
  },
  "monitor-not-ram": {
    code: "E1148",
    class: "recipe",
    title: "{range} is flash or read-only memory: a memory write does not program it",
    next: [{
      text: "Program a file, compared first and read back:",
      command: "monitor flash write_image erase FILE ADDRESS bin",
      effect: "reversible",
    }],
  },
  "monitor-outside-flash": {
    code: "E0288",
    class: "recipe",
    title: "{range} is not in this device's flash, which is {flash}",
    next: [{ text: "See the sectors:", command: "monitor flash info 0" }],
  },
  "monitor-differs": {
    code: "E1005",
    class: "unit",
    title: "Memory differs from {file} at {at}",
    next: [{
      text: "Program it:",
      command: "monitor flash write_image erase {file}",
      effect: "reversible",
    }],
  },
  "monitor-options-not-taken": {
    code: "E2249",
    class: "unit",
    title: "The option bytes were written, but {field} still reads {value}",
    next: [{ text: "Look at them:", command: "monitor options", effect: "read" }],
  },
  "monitor-would-erase": {
    code: "E1149",
    class: "unit",
    title: "Readout protection is at level {level}: going back to level 0 erases all flash",
    next: [{
      text: "If nothing in flash is needed any more:",
      command: "monitor stm32f2x unlock 0",
      effect: "destructive",
    }],
  },
  "gdb-map-stale": {
    code: "E1147",
    class: "unit",
    title:
      "The option bytes have changed flash's sectors since gdb connected: it would erase others",
    causes: [{
      text:
        "gdb learns the sectors once, when it connects, and this protocol cannot tell it of others",
      likelihood: "proven",
    }],
    next: [
      { text: "In gdb, one after the other:", command: "disconnect" },
      { text: "then:", command: "target extended-remote :PORT" },
      { text: "and load again", command: "load", effect: "reversible" },
    ],
  },
  "gdb-port-in-use": {
    code: "E7503",
    class: "station",
    title: "Port {port} on {hostname} is in use",
    causes: [{ text: "another GDB server runs, or one that was not ended", likelihood: "likely" }],
    next: [{ text: "End it, or take another port with --port" }],
    retryable: true,
  },
});
