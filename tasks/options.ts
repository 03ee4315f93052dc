import {
  optionLines,
  optionsJson,
  PROBE_OPTIONS,
  Report,
  REPORT_OPTIONS,
  type Verb,
  withBench,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

/** `probekit options` */
export const options: Verb = {
  name: "options",
  summary: "show the option bytes by name, and what differs from a new part",
  options: [...PROBE_OPTIONS, ...REPORT_OPTIONS],
  run: (given, cli) =>
    withBench(given, "options", "attach", plugs, async ({ flash }) => {
      using report = new Report(cli, given);
      const now = await flash.readOptions();
      for (const line of optionLines(now, report.style)) report.line(line);
      report.result(optionsJson(now));
      return 0;
    }),
};
