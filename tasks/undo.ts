import {
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  undoOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit undo` */
export const undo: Verb = {
  name: "undo",
  summary: "bring back the option bytes and the flash that a run overwrote",
  details:
    "Works from the journal. What could not be read before (RDP level 1) or is for ever stays lost: it says so.\n" +
    "Write protection over flash that comes back is opened first and closed last, in the same run.",
  options: [
    { flags: "--run <id>", summary: "which; the last one that wrote to this chip when absent" },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) => undoOnBoard(TOOL, given, cli, plugs),
};
