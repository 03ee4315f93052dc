/** States of a board that no scenario of the bench has: made for the doctor, by hand. */
import {
  diagnoseFindings,
  type Diagnosis,
  examine,
  type ExamineWish,
  type Findings,
} from "../../src/doctor/mod.ts";
import { boardParts, BOARDS, parseChaos, sourceOf, VirtualBoard } from "../../src/sim/mod.ts";
import { AROUND_WORLDS } from "./worlds/around.ts";
import type { World } from "./worlds/kit.ts";
import { OPTION_WORLDS } from "./worlds/options.ts";
import { PROGRAM_WORLDS } from "./worlds/program.ts";
import { VECTOR_WORLDS } from "./worlds/vectors.ts";

/** name → state and what is to be told of it */
export const WORLDS: Readonly<Record<string, World>> = {
  ...OPTION_WORLDS,
  ...VECTOR_WORLDS,
  ...PROGRAM_WORLDS,
  ...AROUND_WORLDS,
};

/** The board of a world, on the bench. */
export function boardOf(w: World, seed = 1): VirtualBoard {
  const { board = "stm32f746g-disco", boot0, chaos, wish: _, life = 0, wants: __, ...rest } = w;
  const spec = BOARDS.find((b) => b.name === board)!;
  const made = new VirtualBoard({
    spec,
    scenario: { name: "world", title: "", ...rest },
    seed,
    ...(boot0 === undefined ? {} : { boot0 }),
    ...(chaos === undefined ? {} : { chaos: parseChaos(chaos, seed) }),
  }, boardParts());
  made.run(life);
  return made;
}

/** Examines a board as a new process would. */
export async function lookAt(
  board: VirtualBoard,
  wish: ExamineWish = {},
): Promise<{ readonly findings: Findings; readonly diagnosis: Diagnosis }> {
  const findings = await examine(sourceOf([board]), wish);
  return { findings, diagnosis: diagnoseFindings(findings) };
}

/** Causes as `likelihood:slug`, notes after `|`. */
export const toldBy = (d: Diagnosis): string =>
  [
    d.causes.map((c) => `${c.likelihood}:${c.slug}`).join(" "),
    ...(d.notes.length === 0 ? [] : ["|", d.notes.map((n) => n.slug).join(" ")]),
  ].filter((t) => t !== "").join(" ");
