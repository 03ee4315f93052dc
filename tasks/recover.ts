import {
  PROBE_OPTIONS,
  programAfter,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit recover` */
export const recover: Verb = {
  name: "recover",
  summary: "bring the option bytes back to factory values; saves flash first where it can be read",
  details:
    "A board at RDP level 1 loses its flash by this: it is asked for with --allow-erase. Says in the end\n" +
    "whether a program runs.",
  options: [
    {
      flags: "--allow-erase",
      summary: "accept the mass erase that going back to RDP level 0 causes",
    },
    { flags: "--profile <file>", summary: "other option bytes than factory (.ob.yaml)" },
    { flags: "--backup <folder>", summary: "where flash is saved; ./backup when absent" },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => {
    const [profile, backup] = [given.text("profile"), given.text("backup") ?? "./backup"];
    const inputs = {
      allow_erase: given.flag("allow-erase"),
      backup,
      ...(profile === undefined ? {} : { profile }),
    };
    return runOnBoard(
      { verb: "recover", recipe: "recover-option-bytes", inputs, tool: TOOL, after: programAfter },
      given,
      cli,
      plugs,
    );
  },
};
