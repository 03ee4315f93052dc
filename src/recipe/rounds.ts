/** Rounds of a loop: the step once for each item, and what its steps gave as lists. */
import type { StepDocument } from "./document.ts";
import { Unknown } from "./expressions.ts";
import { fault } from "./faults.ts";
import type { Frame, Path } from "./frame.ts";
import { idsOf } from "./lint_loop.ts";

/** most rounds of one loop */
const MOST_ROUNDS = 256;

type Given = Readonly<Record<string, unknown>>;

/** The items; Unknown when they are not known before the run. Faults: expression-failed, loop-too-long. */
export function itemsOf(
  frame: Frame,
  each: string,
  path: Path,
  id: string,
): readonly unknown[] | Unknown {
  const items = frame.list(each, [...path, "for", "each"]);
  if (items instanceof Unknown || items.length <= MOST_ROUNDS) return items;
  throw fault("loop-too-long", { id, count: items.length, most: MOST_ROUNDS }, {
    where: frame.where([...path, "for", "each"]),
  });
}

/** What the steps gave in every round, as lists in order; a step that some round skipped has not run. */
function gather(
  frame: Frame,
  id: string,
  rounds: readonly Given[],
  empty: readonly string[],
): void {
  const names = rounds[0] ? Object.keys(rounds[0]) : empty;
  const lists = names.filter((n) => n !== "ran" && rounds.every((r) => n in r)).map((n) => {
    const values = rounds.map((r) => r[n]);
    return [n, values.find((v) => v instanceof Unknown) ?? values] as const;
  });
  frame.forget(id);
  if (rounds.some((r) => r["ran"] instanceof Unknown)) frame.open(id, lists.map(([n]) => n));
  else if (rounds.every((r) => r["ran"] === true)) frame.ran(id, Object.fromEntries(lists));
}

/** Does `round` for each item. `names`: outputs of a step in the loop, for lists without any item. */
export async function rounds(
  frame: Frame,
  step: StepDocument,
  items: readonly unknown[],
  round: (i: number) => Promise<void>,
  names: (id: string) => readonly string[],
): Promise<void> {
  const ids = idsOf(step);
  const name = step.for?.as ?? "";
  const { suffix } = frame;
  const given: ReadonlyMap<string, Given>[] = [];
  try {
    for (const [i, item] of items.entries()) {
      frame.begin(name, item, `${suffix}[${i}]`);
      for (const id of ids) frame.forget(id);
      await round(i);
      given.push(new Map(ids.map((id) => [id, frame.given(id)])));
    }
  } finally {
    frame.end(name, suffix);
  }
  for (const id of ids) gather(frame, id, given.map((g) => g.get(id) ?? {}), names(id));
}
