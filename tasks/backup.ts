import {
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit backup` */
export const backup: Verb = {
  name: "backup",
  summary: "copy flash and option bytes into files",
  options: [
    { flags: "--to <folder>", summary: "where to; ./backup when absent" },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => {
    const inputs = { to: given.text("to") ?? "./backup" };
    return runOnBoard({ verb: "backup", recipe: "backup", inputs, tool: TOOL }, given, cli, plugs);
  },
};
