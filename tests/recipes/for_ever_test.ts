/** What is for ever: asked for by the chip's own word, noted before it is done, never repeated, reconciled. */
import { assert, assertEquals, bench, lasting, run, states } from "./support.ts";
import type { Intent, IntentOutcome, Journal } from "../../src/recipe/mod.ts";
import { fault } from "../../src/recipe/faults.ts";

const seal = (confirm: string): string =>
  `recipe: v1
name: close
summary: s
effect: irreversible
target: { attach: under-reset, leave: running }
steps:
  - id: who
    uses: chip.identify
  - id: work
    group:
      - id: close
        uses: protect.seal
        with: { how: rdp2 }
        confirm: ${confirm}
    finally:
      - id: last
        require: 1 == 1
`;
const READ = `recipe: v1
name: look
summary: s
effect: read
steps:
  - id: who
    uses: chip.identify
`;
const PUT = READ.replace("effect: read", "effect: volatile").replace("chip.identify", "core.halt");

/** A journal in memory, with what the chip was like at each entry. */
function book(look: () => string) {
  const entries: { readonly entry: Intent | IntentOutcome; readonly chip: string }[] = [];
  const journal: Journal = {
    intent: (entry) => Promise.resolve(void entries.push({ entry, chip: look() })),
    outcome: (entry) => Promise.resolve(void entries.push({ entry, chip: look() })),
    open: (uid) => {
      const open = new Map<string, Intent>();
      for (const { entry } of entries) {
        if (entry.kind === "intent") open.set(entry.id, entry);
        else if (entry.result !== "unknown") open.delete(entry.id);
      }
      return Promise.resolve([...open.values()].filter((i) => i.uid === uid));
    },
    keep: () => Promise.reject(new Error("nothing is kept here")),
  };
  return { journal, entries };
}
const right = (_: unknown, word: string) => Promise.resolve(word);
const optcr = (sim: ReturnType<typeof bench>): number => sim.board.options.written["OPTCR"] ?? 0;

Deno.test("for ever: without its word, or with another, nothing is touched", async () => {
  const sim = bench("factory");
  const before = lasting(sim.board);
  const words: (string | undefined)[] = [undefined, "", "yes", "SEAL-0000", "seal-3237"];
  for (const typed of words) {
    const o = await run(sim, seal("typed"), {
      env: { typeWord: () => Promise.resolve(typed), confirm: () => Promise.resolve(true) },
    });
    assertEquals(o.result.error?.slug, "seal-word-missing");
    assertEquals([o.result.exit, o.result.board.state], [30, "untouched"]);
    assertEquals(lasting(sim.board), before);
  }
});

Deno.test("for ever: the intent is noted before the write, its outcome after", async () => {
  const sim = bench("factory");
  const { journal, entries } = book(() => optcr(sim).toString(16));
  const asked: string[] = [];
  const o = await run(sim, seal("typed"), {
    env: {
      journal,
      typeWord: (plan, word) => {
        asked.push(`${word} ${plan.steps.find((s) => s.id === "close")?.effect} ${entries.length}`);
        return Promise.resolve(word);
      },
    },
  });
  assertEquals(o.result.outcome, "PASS", o.shown);
  assertEquals(
    asked,
    ["SEAL-3237 irreversible 0"],
    "once, after the plan, before anything is noted",
  );
  assertEquals(
    entries.map(({ entry: e }) => e.kind === "intent" ? `${e.step} ${e.effect}` : e.result),
    ["close irreversible", "done"],
  );
  assert(!entries[0]?.chip.includes("cc"), "the chip was open when the intent was noted");
  assert(entries[1]?.chip.includes("cc"), entries[1]?.chip);
});

Deno.test("for ever: a journal that cannot be written ends it before the first write", async () => {
  const sim = bench("factory");
  const before = lasting(sim.board);
  const { journal } = book(() => "");
  const full: Journal = {
    ...journal,
    intent: () => Promise.reject(fault("not-confirmed", { what: "x", way: "y" })),
  };
  const o = await run(sim, seal("typed"), { env: { journal: full, typeWord: right } });
  assert(o.result.exit !== 0);
  assertEquals(lasting(sim.board), before);
});

Deno.test("for ever: confirm: plan is let through by a saved plan and the word only", async () => {
  const sim = bench("factory");
  const before = lasting(sim.board);
  const direct = await run(sim, seal("plan"), { env: { typeWord: right } });
  assertEquals(direct.result.error?.slug, "not-confirmed");
  const options = { dryRun: true, savePlan: true };
  const { result: { plan: expect } } = await run(sim, seal("plan"), { options });
  assert(expect);
  const wordless = await run(sim, seal("plan"), { options: { expect } });
  assertEquals(wordless.result.error?.slug, "seal-word-missing");
  assertEquals(lasting(sim.board), before);
  const applied = await run(sim, seal("plan"), { options: { expect }, env: { typeWord: right } });
  assertEquals(applied.result.outcome, "PASS", applied.shown);
});

Deno.test("for ever: cut off in the middle at any transfer: never tried again, told, and only looked at until it is reconciled", async () => {
  let open = 0;
  let sealed = 0;
  for (let at = 40; at < 200 && sealed < 2; at += 3) {
    const sim = bench(`sim:stm32f746g-disco?scenario=factory&chaos=unplug@${at}`);
    const { journal, entries } = book(() => "");
    const o = await run(sim, seal("typed"), { env: { journal, typeWord: right } });
    const intents = entries.filter(({ entry }) => entry.kind === "intent");
    assert(intents.length <= 1, "it is never tried again");
    const close = o.result.steps.find((s) => s.id === "close");
    assert((close?.attempts ?? 1) === 1);
    if (o.result.exit === 0) {
      sealed++;
      continue;
    }
    sim.board.replug();
    const [intent] = await journal.open(
      intents[0]?.entry.kind === "intent" ? intents[0].entry.uid : "",
    );
    if (!intent) continue;
    open++;
    assert([22, 40].includes(o.result.exit) || o.result.exit === 20, `${at}: ${o.shown}`);
    assertEquals(intent.effect, "irreversible");
    // whether it happened or not, nothing is written to this chip before somebody has read it
    const word = optcr(sim);
    const again = await run(sim, seal("typed"), { env: { journal, typeWord: right } });
    const put = await run(sim, PUT, { env: { journal } });
    for (const { result } of [again, put]) {
      assert(
        ["unknown-outcome", "link-no-answer"].includes(result.error?.slug ?? ""),
        result.error?.slug,
      );
    }
    assertEquals(optcr(sim), word);
    const look = await run(sim, READ, { env: { journal } });
    if (look.result.exit === 0) assertEquals(states(look), { who: "unchanged" });
  }
  assert(open > 0, "no transfer hit the write");
  assert(sealed > 0, "it was sealed when nothing came between");
});
