import { listProbes } from "../mod.ts";
import { PROBE_OPTIONS, Report, REPORT_OPTIONS, type Verb, withSource } from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

/** `probekit probes` */
export const probes: Verb = {
  name: "probes",
  summary: "list the debug probes that are plugged in",
  options: [...PROBE_OPTIONS, ...REPORT_OPTIONS],
  run: (given, cli) =>
    withSource(given, plugs, async ({ source }) => {
      using report = new Report(cli, given);
      const found = await listProbes(source);
      for (const p of found) {
        report.line(
          `${p.place.padEnd(8)} ${p.name.padEnd(14)} ${p.serial || "(serial unreadable)"}${
            p.problem ? `  cannot be used: probekit explain ${p.problem}` : ""
          }`,
        );
      }
      if (found.length === 0) report.line("no debug probe found");
      report.result({ probes: found.map(({ device: _, ...p }) => p) });
      return 0;
    }),
};
