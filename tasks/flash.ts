import {
  type Given,
  PROBE_OPTIONS,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runOnBoard,
  type Verb,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

const hex = (n: number): string => "0x" + n.toString(16).toUpperCase().padStart(8, "0");

const inputs = (given: Given): Record<string, unknown> => {
  const base = given.text("base");
  const preserve = given.list("preserve");
  return {
    image: given.args[0],
    ...(base === undefined ? {} : { base }),
    ...(preserve.length ? { preserve } : {}),
    ...(given.flag("watchdog-ok") ? { hardware_watchdog: "accept" } : {}),
  };
};

/** `probekit flash IMAGE` */
export const flash: Verb = {
  name: "flash",
  summary: "program an image, verify it by reading back, and run it",
  args: [{ name: "<image>", summary: "ELF, Intel HEX, S-record, UF2, or .bin with --base" }],
  options: [
    { flags: "--base <address>", summary: "where a raw binary goes" },
    { flags: "--halt", summary: "stop at the reset vector instead of running" },
    {
      flags: "--preserve <region>",
      summary: "keep these bytes, like '0x080F0000 +4KiB'",
      many: true,
    },
    {
      flags: "--watchdog-ok",
      summary: "program although a hardware watchdog is on: the image serves it",
    },
    ...RUN_OPTIONS,
    ...PROBE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  run: (given, cli) =>
    runOnBoard(
      {
        verb: "flash",
        recipe: "flash",
        inputs: inputs(given),
        tool: TOOL,
        ...(given.flag("halt") ? { leave: "halted" } : {}),
        json: (
          {
            outcome,
            sectorsErased,
            bytesProgrammed,
            bytesVerified,
            outputs,
            boardTimeMs,
            usbExchanges,
            error,
            board,
            plan,
            dryRun,
            steps,
          },
        ) => ({
          outcome,
          dryRun,
          sectorsErased,
          bytesProgrammed,
          verified: bytesVerified > 0,
          bytesVerified,
          pc: typeof outputs["pc"] === "number" ? hex(outputs["pc"]) : null,
          boardTimeMs,
          usbExchanges,
          outputs,
          warnings: steps.flatMap((s) => s.warnings ?? []),
          board,
          ...(error ? { error } : {}),
          ...(dryRun && plan ? { plan } : {}),
        }),
      },
      given,
      cli,
      plugs,
    ),
};
