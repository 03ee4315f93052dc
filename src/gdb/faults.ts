/** What can be wrong with a debugger's wish. */
import { catalogue } from "../base/mod.ts";

/** Faults of the GDB server. */
export const fault = catalogue({
  "monitor-unknown": {
    code: "E0285",
    class: "recipe",
    title: "There is no monitor command `{command}` here",
    causes: [{ text: "{why}", likelihood: "proven" }],
    next: [{ text: "List what there is:", command: "monitor help", effect: "read" }],
  },
  "monitor-usage": {
    code: "E0286",
    class: "recipe",
    title: "`{command}` is called as: {usage}",
    next: [{ text: "See what it does:", command: "monitor help {command}", effect: "read" }],
  },
  "monitor-open-quote": {
    code: "E1151",
    class: "recipe",
    title: "A quote or brace is opened and not closed: {rest}",
    causes: [{ text: "none of the line's commands was run", likelihood: "proven" }],
    next: [{
      text: "Close it, or put the whole name in quotes:",
      command: 'monitor flash write_image erase "/a folder/hello.hex"',
      effect: "reversible",
    }],
  },
  "monitor-no-such-sector": {
    code: "E0287",
    class: "recipe",
    title: "This device has sectors 0..{last}, there is no sector {wanted}",
    causes: [{ text: "the command was written for another chip", likelihood: "likely" }],
    next: [
      { text: "See the sectors:", command: "monitor flash info 0", effect: "read" },
      { text: "Name sectors 0..{last}, or say last for the last one" },
    ],
  },
  "monitor-no-such-bank": {
    code: "E1145",
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
    causes: [{ text: "the command was written for another chip", likelihood: "possible" }],
    next: [{ text: "See the sectors:", command: "monitor flash info 0", effect: "read" }],
  },
  "monitor-not-sectors": {
    code: "E1146",
    class: "recipe",
    title: "{range} does not begin and end with sectors: erasing it would take {sectors} whole",
    next: [
      {
        text: "To erase those sectors with all that they hold:",
        command: "monitor flash erase_address pad {at} {length}",
        effect: "destructive",
      },
      { text: "See the sectors:", command: "monitor flash info 0", effect: "read" },
    ],
  },
  "monitor-still-runs": {
    code: "E2248",
    class: "unit",
    title: "The core still runs after {ms} ms",
    causes: [{ text: "the program has not come to a breakpoint", likelihood: "likely" }],
    next: [
      { text: "Stop it:", command: "monitor halt", effect: "volatile" },
      { text: "or wait longer:", command: "monitor wait_halt 30000", effect: "read" },
    ],
  },
  "monitor-differs": {
    code: "E1005",
    class: "unit",
    title: "Memory differs from {file} at {at}: it holds {is}, the file {wants}",
    causes: [
      { text: "another image, or an older one, is in flash", likelihood: "likely" },
      { text: "the program writes there itself: settings, a log", likelihood: "possible" },
    ],
    next: [{
      text: "Program it:",
      command: "monitor flash write_image erase {file}",
      effect: "reversible",
    }],
  },
  "monitor-options-not-taken": {
    code: "E2249",
    class: "unit",
    title: "The option bytes were written, but {field} still reads {value} after a reset",
    causes: [
      {
        text: "the chip takes some of them up only when its supply goes off and on",
        likelihood: "possible",
      },
      { text: "the supply dipped while they were written", likelihood: "possible" },
    ],
    next: [
      {
        text: "Take the board's supply away for a second, connect again, and look at them:",
        command: "monitor options",
        effect: "read",
      },
      { text: "If it is still so:", command: "monitor doctor", effect: "read" },
    ],
  },
  "monitor-would-erase": {
    code: "E1149",
    class: "unit",
    title: "Readout protection is at level {level}: going back to level 0 erases all flash",
    causes: [{
      text: "that is what the level is for: nobody gets at the program by lowering it",
      likelihood: "proven",
    }],
    next: [
      {
        text: "If nothing in flash is needed any more, erase it all and open the chip:",
        command: "monitor stm32f2x unlock 0",
        effect: "destructive",
      },
      { text: "Look at the option bytes:", command: "monitor options", effect: "read" },
    ],
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
      { text: "then, with the port as before:", command: "target extended-remote :PORT" },
      { text: "and load again:", command: "load", effect: "reversible" },
    ],
  },
  "gdb-port-in-use": {
    code: "E7503",
    class: "station",
    title: "Port {port} on {hostname} is in use",
    causes: [{
      text: "another GDB server runs (probekit, OpenOCD, st-util), or one that was not ended",
      likelihood: "likely",
    }],
    next: [
      { text: "See who has it (Linux):", command: "ss -ltnp", effect: "read" },
      { text: "End it, or take another port with --port, or a free one with --port 0" },
    ],
    retryable: true,
  },
  "gdb-cannot-listen": {
    code: "E7504",
    class: "station",
    title: "The server cannot listen on {hostname}, port {port}: {why}",
    causes: [
      { text: "this computer has no such address", likelihood: "possible" },
      { text: "ports below 1024 are for the administrator", likelihood: "possible" },
    ],
    next: [{ text: "Leave --listen away for 127.0.0.1, and take a --port above 1023" }],
  },
});

/** A wish that is refused before anything is done. */
export const refused: typeof fault = Object.assign(
  ((slug, facts, options) =>
    fault(slug, facts, {
      board: { state: "untouched", text: "nothing was written" },
      ...options,
    })) as typeof fault,
  { rows: fault.rows },
);
