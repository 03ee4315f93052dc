import {
  JOURNAL_OPTION,
  PROBE_OPTIONS,
  reconcileOnBoard,
  REPORT_OPTIONS,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

/** `probekit reconcile` */
export const reconcile: Verb = {
  name: "reconcile",
  summary:
    "after an interruption: read the chip and write down what came of it; writes nothing to it",
  details: "Resets the board, so that the option registers show what is stored.",
  options: [JOURNAL_OPTION, ...PROBE_OPTIONS, ...REPORT_OPTIONS],
  run: (given, cli) => reconcileOnBoard(TOOL, given, cli, plugs),
};
