import { doctorOnBoard, PROBE_OPTIONS, REPORT_OPTIONS, type Verb } from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

/** `probekit doctor` */
export const doctor: Verb = {
  name: "doctor",
  summary: "find out what is wrong with a board, with evidence and what to do next; reads only",
  details:
    "Without a flag the board is neither written, halted nor reset; at RDP level 1 attaching cuts its program\n" +
    "off from flash until a power cycle. Exit: 0 healthy, 20 this computer or the probe, 21 no answer, 22 the\n" +
    "chip or its program, 11 the chip is locked.",
  options: [
    { flags: "--under-reset", summary: "may pull NRST: the board is reset" },
    { flags: "--halt", summary: "may halt the core for a moment to read its registers" },
    {
      flags: "--try-keys",
      summary: "may write the flash keys: only so a controller that wrong keys locked is known",
    },
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => doctorOnBoard(given, cli, plugs),
};
