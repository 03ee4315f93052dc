/** docs/actions.md comes from the table of actions; what the actions give in a run is what the table says. */
import { assert, assertEquals } from "@std/assert";
import { actionRow, actions } from "../../src/recipe/actions.ts";
import type { StepReport } from "../../src/recipe/report.ts";
import { GOLDEN, World } from "./worlds.ts";

/** Values in a result, as JSON: bytes are hex digits. */
const FITS: Readonly<Record<string, (v: unknown) => boolean>> = {
  bool: (v) => typeof v === "boolean",
  int: Number.isInteger,
  double: (v) => typeof v === "number",
  string: (v) => typeof v === "string" && v !== "",
  file: (v) => typeof v === "string" && v !== "",
  bytes: (v) => typeof v === "string" && /^([0-9a-f]{2})+$/.test(v),
  "map<string>": (v) => v !== null && Object.values(Object(v)).every((x) => typeof x === "string"),
};

function problems({ id, uses, outputs = {} }: StepReport): readonly string[] {
  const out = actionRow(uses)?.out ?? {};
  const known = Object.entries(out).flatMap(([name, { type, optional }]) => {
    if (!(name in outputs)) return optional ? [] : [`${name} is missing`];
    return FITS[type]?.(outputs[name]) ? [] : [`${name} is no ${type}: ${outputs[name]}`];
  });
  const more = Object.keys(outputs).filter((n) => !Object.hasOwn(out, n));
  return [...known, ...more.map((n) => `${n} is not in the table`)].map((p) =>
    `${uses} (${id}): ${p}`
  );
}

/** What no shipped recipe does when all goes well. */
const REST = `recipe: v1
name: rest
summary: s
effect: volatile
steps:
  - id: who
    uses: chip.identify
  - id: stop
    uses: core.halt
  - id: sn
    uses: serial.reserve
    with: { uid: "\${{ steps.who.uid }}", order: WO-1 }
  - id: back
    uses: serial.release
    with: { serial: "\${{ steps.sn.serial }}" }
  - id: bin
    uses: bin.reject
    with: { reason: bent }
  - id: first
    uses: flash.compare
    with: { image: app.bin, base: 0x08000000 }
`;

Deno.test("every action gives what the table says: these outputs, of these types, and no others", async () => {
  const played = new Set<string>();
  const all: StepReport[] = [];
  for (const [name, golden] of Object.entries(GOLDEN)) {
    using world = new World(golden);
    await world.prepare();
    all.push(...(await world.run(name, { inputs: golden.inputs })).result.steps);
  }
  using world = new World({ scenario: "factory", inputs: {} });
  const rest = await world.run(REST);
  assertEquals(rest.result.outcome, "PASS", rest.shown);
  all.push(...rest.result.steps);
  for (const step of all) {
    if (!actionRow(step.uses) || step.state === "skipped") continue;
    played.add(step.uses);
    assertEquals(problems(step), []);
  }
  assertEquals([...played].toSorted(), Object.keys(actions).toSorted());
  const bad = {
    ...all[0],
    uses: "core.halt",
    outputs: { pc: "0x08000000", more: 1 },
  } as StepReport;
  assert(problems(bad).length === 2, "the check sees what is wrong");
});
