import {
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit erase` */
export const erase: Verb = {
  name: "erase",
  summary: "erase sectors of flash; asks first, because what they hold is lost",
  options: [
    { flags: "--sectors <list>", summary: "like 0..3,5; all when absent" },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => {
    const inputs = { sectors: given.text("sectors") ?? "all" };
    return runOnBoard({ verb: "erase", recipe: "erase", inputs, tool: TOOL }, given, cli, plugs);
  },
};
