/** The doctor on the board that a command line names. */
import { Fault } from "../base/mod.ts";
import {
  diagnoseFindings,
  diagnosisJson,
  diagnosisLines,
  examine,
  type Findings,
  findingsOf,
} from "../doctor/mod.ts";
import { flashSize, wantedAttach, withSource } from "./board.ts";
import { Report } from "./report.ts";
import type { PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import { hertz } from "./values.ts";
import type { Given } from "./verb.ts";

/** Faults of opening a source; every other one is for the command line, not for a diagnosis. */
const NO_SOURCE = ["no-libusb", "libusb-not-allowed", "libusb-unfit"];

async function find(given: Given, plugged: readonly PluggedSource[]): Promise<Findings> {
  const speed = given.text("speed");
  const at = speed === undefined ? undefined : hertz(speed, "doctor");
  try {
    return await withSource(given, plugged, ({ source, wanted }) =>
      examine(source, {
        wanted,
        hertz: at,
        // --attach names the same as these two flags
        underReset: given.flag("under-reset") || wantedAttach(given) === "under-reset",
        halt: given.flag("halt") || wantedAttach(given) === "halt",
        ...flashSize(given, "doctor"),
        tryKeys: given.flag("try-keys"),
      }));
  } catch (error) {
    if (error instanceof Fault && NO_SOURCE.includes(error.slug)) return findingsOf(error);
    throw error;
  }
}

/** Examines, says what was found, and gives the exit code of the worst cause. */
export async function doctorOnBoard(
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  const findings = await find(given, plugged);
  const diagnosis = diagnoseFindings(findings);
  using report = new Report(cli, given);
  const { style } = report;
  const paint = { good: style.green, bad: style.red, dim: style.dim, strong: style.bold };
  for (const line of diagnosisLines(findings, diagnosis, paint)) report.line(line);
  return report.end(diagnosisJson(findings, diagnosis), diagnosis.exit);
}
