import { PROBE_OPTIONS, Report, REPORT_OPTIONS, type Verb, withBench } from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

const hex = (n: number): string => "0x" + n.toString(16).toUpperCase().padStart(8, "0");

/** `probekit info` */
export const info: Verb = {
  name: "info",
  summary: "say which probe and which chip this is, and how it is",
  options: [...PROBE_OPTIONS, ...REPORT_OPTIONS],
  run: (given, cli) =>
    withBench(given, "info", "attach", plugs, async ({ probe, chip, flash, found, volts }) => {
      using report = new Report(cli, given);
      const { rdpLevel, notFactory } = await flash.readOptions();
      const { name, serial, firmware } = probe.id;
      report.line(`probe     ${name} ${firmware}, serial ${serial}`);
      for (const lack of probe.lacks) report.line(`          ${lack}`);
      report.line(`voltage   ${volts === undefined ? "not measured" : `${volts.toFixed(2)} V`}`);
      report.line(
        `chip      ${chip.sub.name}, IDCODE ${hex(chip.idcode)}, revision ${chip.revision}`,
      );
      report.line(`flash     ${chip.flashKiB} KiB, ${flash.layout.sectors.length} sectors`);
      report.line(`unique id ${chip.uid || "not readable"}`);
      report.line(`core      ${found.was}; SWD at ${found.hertz / 1e6} MHz`);
      report.line(
        `options   RDP level ${rdpLevel}; ${
          notFactory.length === 0
            ? "as on a new part"
            : `not as on a new part: ${notFactory.join(", ")}`
        }`,
      );
      for (const note of found.notes) report.line(`note      ${note}`);
      report.result({
        chip: chip.sub.name,
        idcode: hex(chip.idcode),
        revision: chip.revision,
        flashKiB: chip.flashKiB,
        uid: chip.uid,
        probe: probe.id,
        voltage: volts ?? null,
        core: found.was,
        hertz: found.hertz,
        rdpLevel,
        notFactory,
        notes: found.notes,
        lacks: probe.lacks,
      });
      return 0;
    }),
};
