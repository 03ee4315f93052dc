/** What an interrupted write of option bytes left behind: words that were erased and not programmed. */
import { getField } from "../../base/mod.ts";
import type { OptionBytes } from "../../flash/mod.ts";
import type { Intent } from "../journal.ts";
import type { View } from "../view.ts";

/**
 * Fields that read neither as before an interrupted write nor as it wanted them, with what it wanted.
 * What only a permit may write is left out.
 */
export function optionDamage(
  view: View,
  now: OptionBytes,
  intents: readonly Intent[],
): Readonly<Record<string, number>> {
  const { field: rdp, level0, level2 } = view.chip.family.readProtection;
  const level = (v: number) => v === level0 ? 0 : v === level2 ? 2 : 1;
  const alike = (name: string, a: number, b: number) =>
    a === b || (name === rdp && level(a) === level(b));
  const out: Record<string, number> = {};
  for (const { what, before = {}, wanted = {} } of intents) {
    if (what !== "options") continue;
    for (const [name, f] of Object.entries(view.chip.sub.options)) {
      const [was, aim] = [before[f.register], wanted[f.register]];
      const is = now.fields[name]?.value;
      if (was === undefined || aim === undefined || is === undefined) continue;
      const to = getField(Number(aim), f.bits);
      const same = [getField(Number(was), f.bits), to].some((v) => alike(name, v, is));
      if (same || f.guarded !== undefined || f.permanent?.includes(to)) delete out[name];
      else out[name] = to;
    }
  }
  return out;
}
