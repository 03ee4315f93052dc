import { PROBE_OPTIONS, Report, REPORT_OPTIONS, type Verb, withBench } from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

/** `probekit reset` */
export const reset: Verb = {
  name: "reset",
  summary: "reset the board and let it run, or stop before its first instruction",
  options: [
    { flags: "--halt", summary: "stop before the first instruction" },
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) =>
    withBench(given, "reset", "attach", plugs, async (bench) => {
      using report = new Report(cli, given);
      const halt = given.flag("halt");
      const { by, note } = await (halt ? bench.core.resetAndHalt() : bench.core.reset());
      const [pc = 0] = halt ? await bench.core.readRegisters(["pc"]) : [];
      const at = `0x${pc.toString(16).toUpperCase().padStart(8, "0")}`;
      await bench.leave(halt ? "halted" : "running");
      report.line(halt ? `reset by ${by}, halted at ${at}` : `reset by ${by}, running`);
      if (note !== undefined) report.line(`note: ${note}`);
      report.result({ by, ...(note === undefined ? {} : { note }), ...(halt ? { pc } : {}) });
      return 0;
    }),
};
