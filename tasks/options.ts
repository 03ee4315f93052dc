import {
  OPTION_ACTIONS,
  optionHelp,
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOptions,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit options` */
export const options: Verb = {
  name: "options",
  summary: "show the option bytes by name; compare, set, back up, restore them",
  args: [
    { name: "[action]", summary: "show when absent", choices: OPTION_ACTIONS },
    {
      name: "[words...]",
      summary: "diff [PROFILE], set NAME=VALUE…, restore FILE; backup and factory take none",
    },
  ],
  details: `Names of options set:
${optionHelp()}
BOOT_ADDx take addresses too, like 0x08000000. RDP=level2 is for ever: it stands alone, and asks
for a word that only the chip can tell. --yes does not answer that.`,
  options: [
    { flags: "-o, --output <file>", summary: "of backup: a file ending in .ob.yaml, or a folder/" },
    { flags: "--backup <folder>", summary: "of set, restore, factory: keep the old ones there" },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => {
    const [action, ...words] = given.args.filter((a) => a !== undefined);
    return runOptions(action, { words, given, cli, plugged: plugs, tool: TOOL });
  },
};
