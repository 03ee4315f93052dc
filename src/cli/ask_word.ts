/** Asks for the word of a chip, after showing what it lets through; and keeps what a run must keep. */
import type { Plan, RunEnv } from "../recipe/mod.ts";
import { planLines } from "./plan_view.ts";
import type { Report } from "./report.ts";
import type { FolderKeeper } from "./run_folder.ts";
import { stationOf } from "./station.ts";
import type { Cli } from "./terminal.ts";
import type { Given } from "./verb.ts";

/** A plan for ever is seen by whoever is asked, even when the rest goes to a file. */
export const askWord =
  (report: Report, cli: Cli): NonNullable<RunEnv["typeWord"]> =>
  (plan: Plan, word: string): Promise<string | undefined> => {
    for (const line of planLines(plan, report.style)) {
      if (report.speaks) report.line(line);
      else cli.err(`${line}\n`);
    }
    const chip = plan.target.fingerprint.uid.slice(-4);
    const question =
      `This can never be undone. To do it to the chip that ends in ${chip}, type ${word}:`;
    return Promise.resolve(cli.ask(question));
  };

/** The station, and where a record is kept for certain: there, else in the run's folder. */
export async function stationEnv(
  given: Given,
  folder: FolderKeeper,
): Promise<Pick<RunEnv, "station" | "keepRecord">> {
  const station = await stationOf(given);
  if (station) return { station, keepRecord: (record) => station.record(record) };
  return folder.wanted ? { keepRecord: (record) => folder.keepRecord(record) } : {};
}
