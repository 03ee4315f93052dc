/** What can be wrong before a debugger has its board. Nothing has touched a board when one of these is thrown. */
import type { FaultRow } from "../base/mod.ts";

const NAMED = "Or name the one you have: --gdb PATH, or PROBEKIT_GDB";

/** Rows of `probekit debug`. */
export const DEBUG_ROWS = {
  "debug-needs-elf": {
    code: "E0265",
    class: "recipe",
    title: "{file} is no ELF file, and debugging needs one: only an ELF has names and source lines",
    causes: [{ text: "it is {format}", likelihood: "proven" }],
    next: [
      { text: "Give the ELF file that it was made from" },
      { text: "Only program it:", command: "probekit flash {file}", effect: "reversible" },
      { text: "Serve the board to a debugger without one:", command: "probekit gdb" },
    ],
  },
  "no-such-function": {
    code: "E0266",
    class: "recipe",
    title: "{file} has no function called `{name}` to stop at",
    causes: [{ text: "it has {symbols}: it was built without, or stripped", likelihood: "proven" }],
    next: [
      {
        text:
          "Leave --break out, or name a function, a line (main.c:95), or an address (*0x08000100)",
      },
    ],
  },
  "gdb-not-found": {
    code: "E2061",
    class: "station",
    title: "No gdb for Arm was found: looked for {names}",
    next: [
      { text: "Debian, Ubuntu:", command: "sudo apt-get install gdb-multiarch" },
      {
        text:
          "Elsewhere: the Arm GNU Toolchain brings arm-none-eabi-gdb; put its bin folder on PATH",
      },
      { text: NAMED },
    ],
  },
  "gdb-not-allowed": {
    code: "E2062",
    class: "station",
    title: "Deno was started without the permission to run {program}",
    causes: [{
      text:
        "the tasks of deno.json and bin/probekit may run gdb-multiarch and arm-none-eabi-gdb, as PATH finds them, and nothing else",
      likelihood: "proven",
    }],
    next: [{ text: "{how}", command: "{command}" }],
  },
  "gdb-not-for-arm": {
    code: "E2063",
    class: "station",
    title: "{program} cannot debug Arm: {why}",
    next: [
      { text: "Debian, Ubuntu:", command: "sudo apt-get install gdb-multiarch" },
      { text: NAMED },
    ],
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
