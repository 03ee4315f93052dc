/** What became of the chip in a run, from its result and events. */
import { setField } from "../../base/mod.ts";
import { type Chip, layoutOf } from "../../chip/mod.ts";
import { closedSectors, rdpLevel } from "../../flash/mod.ts";
import type { RunEvent, RunResult, StepReport } from "../../recipe/mod.ts";
import type { FlashStory } from "./flash_map.ts";

/** The chip that was on the bench; the run's record names it, the map and the bits need its tables. */
export type ReportChip = Pick<Chip, "family" | "sub" | "flashKiB">;

/** Option registers by name. */
export type Words = Readonly<Record<string, number>>;

/** Registers as numbers, from their texts. */
export const numbers = (words: Readonly<Record<string, string>>): Words =>
  Object.fromEntries(Object.entries(words).map(([name, text]) => [name, Number(text)]));

/** The words as a plan would leave them: from its `OPTCR.FIELD` lines. */
export function plannedWords(chip: ReportChip, before: Words, steps: readonly StepReport[]): Words {
  const out: Record<string, number> = { ...before };
  for (const { path, after } of steps.flatMap((s) => s.diff ?? [])) {
    const [register = "", name = ""] = path.split(".");
    const [word, field] = [out[register], chip.sub.options[name]];
    if (word === undefined || field?.register !== register) continue;
    const value = Number(after);
    if (Number.isInteger(value)) out[register] = setField(word, field.bits, value);
  }
  return out;
}

/** A step down from level 1 erases all flash; when the run stopped in it, perhaps. */
function erasedAll(result: RunResult, chip: ReportChip, before: Words): "no" | "yes" | "perhaps" {
  if (result.dryRun || rdpLevel(chip, before) === 0) return "no";
  const { after } = result.record.option_bytes;
  if (after) return rdpLevel(chip, numbers(after)) === 0 ? "yes" : "no";
  const wanted = plannedWords(chip, before, result.plan?.steps ?? []);
  const begun = result.board.state === "partial" || result.board.state === "unknown";
  return begun && rdpLevel(chip, wanted) === 0 ? "perhaps" : "no";
}

/** All that a map of flash is drawn from; undefined for a chip without sectors. */
export function flashStory(
  result: RunResult,
  events: readonly RunEvent[],
  chip: ReportChip,
): FlashStory | undefined {
  const before = numbers(result.record.option_bytes.before);
  const layout = layoutOf(chip.sub, chip.flashKiB, before);
  if (layout.sectors.length === 0) return undefined;
  const closed = (stops: "read" | "write") =>
    new Set(closedSectors(chip, layout, before, stops).map((s) => s.at));
  return {
    layout,
    closed: { write: closed("write"), read: closed("read") },
    planned: result.plan?.steps ?? [],
    done: result.dryRun ? [] : result.steps,
    events,
    dryRun: result.dryRun,
    uncertain: result.board.state === "partial" || result.board.state === "unknown",
    erasedAll: erasedAll(result, chip, before),
  };
}
