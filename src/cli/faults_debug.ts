/** What can be wrong before a debugger has its board. Nothing has touched a board when one of these is thrown. */
import type { FaultRow } from "../base/mod.ts";

const NAMED = "Or name the one you have: --gdb PATH, or PROBEKIT_GDB";

/** Rows of `probekit debug`. */
export const DEBUG_ROWS = {
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
