/** A plan that was saved: the call that applies it, and the note that it was applied. */
import type { Plan, RunEnv } from "../recipe/mod.ts";
import { appendLine } from "./durable.ts";
import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";
import type { Given } from "./verb.ts";

/** The call as the plan was made: its board and what was set for the target, unless others are named. */
export function asPlanned(given: Given, { target }: Plan): Given {
  const named = given.text("on") !== undefined || given.text("board") !== undefined;
  const attach = given.text("attach") !== undefined;
  const set = (target.overrides ?? []).filter((o) => !attach || !o.startsWith("attach="));
  return {
    ...given,
    text: (name) => name === "board" && !named ? target.board?.file : given.text(name),
    list: (name) => name === "set-target" ? [...set, ...given.list(name)] : given.list(name),
  };
}

/** Ids of plans that were applied from this journal's folder: a file beside it that only grows. */
export function usedPlansIn(folder: string): NonNullable<RunEnv["usedPlans"]> {
  const file = `${folder.replace(/\/$/, "")}/plans.jsonl`;
  const failed = (e: unknown): Error =>
    fault("journal-not-written", { file, why: whyNot(e) }, {
      cause: e,
      board: { state: "untouched", text: "nothing was written" },
    });
  return {
    async has(id) {
      let text: string;
      try {
        text = await Deno.readTextFile(file);
      } catch (e) {
        if (e instanceof Deno.errors.NotFound) return false;
        throw failed(e);
      }
      return text.split("\n").some((line) => line.includes(`"${id}"`));
    },
    add(id) {
      return Promise.resolve().then(() => {
        try {
          appendLine(file, JSON.stringify({ plan: id, at: new Date().toISOString() }));
        } catch (e) {
          throw failed(e);
        }
      });
    },
  };
}
