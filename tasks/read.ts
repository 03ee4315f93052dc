import { encodeHex, encodeSrec } from "../mod.ts";
import {
  address,
  amount,
  byteCount,
  hexdump,
  PROBE_OPTIONS,
  Report,
  REPORT_OPTIONS,
  type Verb,
  withBench,
  writeBytes,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

const PART = 0x6000;

/** `probekit read ADDRESS LENGTH [-o FILE]` */
export const read: Verb = {
  name: "read",
  summary: "read memory into a file, or show it",
  args: [{ name: "<address>", summary: "like 0x08000000" }, {
    name: "<length>",
    summary: "like 64KiB",
  }],
  options: [
    {
      flags: "-o, --output <file>",
      summary: "write there, over what is there: .bin, .hex or .srec by its ending",
    },
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  async run(given, cli) {
    const [at, length] = [
      address(given.args[0] ?? "", "read"),
      byteCount(given.args[1] ?? "", "read"),
    ];
    return await withBench(given, "read", "attach", plugs, async ({ core, flash, clock }) => {
      using report = new Report(cli, given, () => clock.now());
      const bytes = new Uint8Array(length);
      const { layout } = flash;
      const inFlash = at >= layout.at && at + length <= layout.at + layout.size;
      for (let done = 0; done < length; done += PART) {
        cli.signal.throwIfAborted();
        const n = Math.min(PART, length - done);
        bytes.set(
          await (inFlash ? flash.read(at + done, n) : core.memory.read(at + done, n)),
          done,
        );
        report.progress({ what: "read", done: done + n, total: length, unit: "B" });
      }
      const file = given.text("output");
      if (file === undefined) report.line(hexdump(at, bytes));
      else {
        const pieces = [{ at, bytes }];
        const ending = file.toLowerCase();
        await writeBytes(
          file,
          ending.endsWith(".hex")
            ? encodeHex(pieces)
            : /\.(srec|s19|s37)$/.test(ending)
            ? encodeSrec(pieces)
            : bytes,
        );
        report.line(
          `${amount(length, "B")} from 0x${at.toString(16).padStart(8, "0")} written to ${file}`,
        );
      }
      report.result({ address: at, length, ...(file === undefined ? {} : { file }) });
      return 0;
    });
  },
};
