import {
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit verify IMAGE` */
export const verify: Verb = {
  name: "verify",
  summary: "say whether the chip holds this image; exit 10 when it does not",
  args: [{ name: "<image>", summary: "ELF, Intel HEX, S-record, UF2, or .bin with --base" }],
  options: [
    { flags: "--base <address>", summary: "where a raw binary goes" },
    {
      flags: "--ignore <region>",
      summary: "leave these bytes out, like '0x080F0000 +4KiB'",
      many: true,
    },
    {
      flags: "--profile <file>",
      summary: "compare the option bytes with a profile (.ob.yaml) too",
    },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => {
    const [base, profile, ignore] = [
      given.text("base"),
      given.text("profile"),
      given.list("ignore"),
    ];
    const inputs = {
      image: given.args[0],
      ...(base === undefined ? {} : { base }),
      ...(profile === undefined ? {} : { profile }),
      ...(ignore.length ? { ignore } : {}),
    };
    return runOnBoard({ verb: "verify", recipe: "compare", inputs, tool: TOOL }, given, cli, plugs);
  },
};
