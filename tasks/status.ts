import {
  cliFault,
  fingerprint,
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

const base = { flags: "--base <address>", summary: "where a raw binary goes" };

/** `probekit fingerprint` */
export const fingerprintVerb: Verb = {
  name: "fingerprint",
  summary: "the chip's unique id, option words and the sha256 of its flash; the program runs on",
  options: [
    { flags: "--if-changed <file>", summary: "write it there only when it says something new" },
    { flags: "--image <image>", summary: "only the sectors that this image has bytes in" },
    base,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => fingerprint(given, cli, plugs),
};

/** `probekit status --expect IMAGE` */
export const status: Verb = {
  name: "status",
  summary: "exit 0 when the chip holds an image, 10 when not; the program runs on",
  options: [
    { flags: "--expect <image>", summary: "what the flash should hold" },
    base,
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run(given, cli) {
    const [image, at] = [given.text("expect"), given.text("base")];
    if (image === undefined) {
      throw cliFault("bad-usage", { what: "status needs --expect IMAGE", verb: "status" });
    }
    const inputs = { image, ...(at === undefined ? {} : { base: at }) };
    return runOnBoard({ verb: "status", recipe: "compare", inputs, tool: TOOL }, given, cli, plugs);
  },
};
