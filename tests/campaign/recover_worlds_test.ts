/** `recover` on boards that no scenario of the bench has: factory option bytes, flash kept at level 0, or the true reason. */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { openBench, runRecipe, type RunResult } from "../../mod.ts";
import { checkedRecipe } from "../../src/cli/mod.ts";
import { LOOP, STOP, SWD_OFF } from "../../src/sim/boards/firmware.ts";
import { sourceOf, type VirtualBoard } from "../../src/sim/mod.ts";
import { boardOf, WORLDS } from "../doctor/worlds.ts";
import type { World } from "../doctor/worlds/kit.ts";

const recipe = await checkedRecipe("recover-option-bytes");

async function recover(board: VirtualBoard, allow = true): Promise<RunResult> {
  const source = sourceOf([board]);
  const run = runRecipe(recipe, { allow_erase: allow, backup: "backup" }, {
    open: (wish) => openBench({ source, ...wish }),
    files: { bytes: (path) => Deno.readFile(path) },
    write: () => Promise.resolve(),
    confirm: () => Promise.resolve(allow),
    powerCycle: (offMs) => Promise.resolve(board.powerCycle(offMs)),
    tool: "test",
    wallMs: () => 0,
  });
  return await run.result;
}

/** Worlds that recover has to leave alone, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  "programmed, not loaded: RDP level 2": "options-close-at-reset",
  "programmed, not loaded, register put back: RDP level 2": "options-close-at-reset",
  "the same under reset": "options-close-at-reset",
  "supply falls to 0.2 V": "link-lost",
  "0.9 V": "link-no-power",
  "1.6 V": "link-no-answer",
  "2.0 V, hardware WWDG": "supply-out-of-range",
  "2.098 V, which is less": "supply-out-of-range",
  "5 V": "supply-out-of-range",
  "NRST held, RDP1": "core-held-in-reset",
  "NRST held, under reset": "core-held-in-reset",
  "NRST held, no power": "link-no-power",
  "clone, hardware WWDG": "supply-unmeasured",
  "firmware of the first V2": "probe-firmware-too-old",
  "RDP2 without under reset": "link-no-answer",
  "SWD taken, NRST unwired, under reset": "link-no-answer",
  "BOR 3 at 2.5 V": "link-no-answer",
  "BOR 2 at 2.2 V": "link-no-answer",
};

/** What of a board has to be so after a run that did what it should. */
function amiss(board: VirtualBoard, before: { level: number; flash: Uint8Array; pcrop: number }) {
  const { chip } = board;
  const { factory } = chip.config.silicon.options;
  board.powerCycle();
  const { loaded } = chip.options;
  const is = [loaded.OPTCR >>> 0, loaded.OPTCR1];
  const wants = [(factory.OPTCR & ~3) >>> 0, factory.OPTCR1];
  if (is.join() !== wants.join()) return `option registers ${is.map((w) => w.toString(16))}`;
  const opened = before.pcrop === 0xFF && loaded.OPTCR2 === 0;
  const keeps = before.level === 0 && !opened;
  const same = chip.cells.bytes.every((b, i) => b === before.flash[i]);
  if (keeps && !same) return "flash was not kept at RDP level 0";
  if (!keeps && loaded.OPTCR2 === 0 && !chip.cells.bytes.every((b) => b === 0xFF)) {
    return "flash is not erased after the way from level 1 to 0";
  }
  return undefined;
}
/** The level after the next reset, which recover begins with: what flash holds may not have been loaded yet. */
function levelNext({ options }: VirtualBoard["chip"]): number {
  const [word = 0] = options.storage;
  const matched = (word >>> 16) === (~word & 0xFFFF);
  const stored = matched ? { 0xAA: 0, 0xCC: 2 }[word >>> 8 & 0xFF] ?? 1 : 1;
  return Math.max(options.level, stored);
}
const stateOf = ({ chip, flash }: VirtualBoard) => ({
  level: levelNext(chip),
  flash,
  pcrop: chip.options.loaded.OPTCR2 & 0xFF,
});

for (const [name, w] of Object.entries(WORLDS)) {
  Deno.test(`recover: ${name}`, async () => {
    const board = boardOf({ ...w, life: 0 });
    const before = stateOf(board);
    const storage = [...board.chip.options.storage];
    const refusal = REFUSED[name];
    const { exit, error } = await recover(board);
    if (refusal !== undefined) {
      assertEquals([error?.slug, exit === 0], [refusal, false]);
      assertEquals([...board.chip.options.storage], storage);
      assertEquals(board.flash, before.flash);
      return;
    }
    assertEquals([exit, error?.slug, error?.title], [0, undefined, undefined]);
    assertEquals(amiss(board, before), undefined);
  });
}

Deno.test("recover asks before it erases, and says what; nothing was touched", async () => {
  for (const name of ["RDP1 and IWDG", "RDP 0x00", "F767 options erased"]) {
    const board = boardOf(WORLDS[name]!);
    const storage = [...board.chip.options.storage];
    const { exit, error } = await recover(board, false);
    assert(exit !== 0 && error !== undefined, name);
    assertEquals(error.slug, "require-failed", name);
    assert(error.title.includes("erases the whole flash"), error.title);
    assertEquals([...board.chip.options.storage], storage, name);
  }
});

const OPTCR_BITS = [2, 3, 4, 5, 6, 7, 8, 13, 15, 16, 19, 22, 27, 28, 29, 30, 31];
const BOARDS = ["stm32f746g-disco", "nucleo-f722ze", "nucleo-f767zi"] as const;
const FACTORY = {
  "stm32f746g-disco": 0xC0FF_AAFD,
  "nucleo-f722ze": 0xC0FF_AAFD,
  "nucleo-f767zi": 0xFFFF_AAFD,
};

Deno.test("property: whatever the option bytes are, recover brings them back, or level 2 is why not", async () => {
  const world = fc.record({
    board: fc.constantFrom(...BOARDS),
    flips: fc.uniqueArray(fc.constantFrom(...OPTCR_BITS), { maxLength: 8 }),
    OPTCR1: fc.oneof(fc.constantFrom(0x0040_0080, 0xFFFF_FFFF, 0), fc.nat(0xFFFF_FFFF)),
    reset: fc.constantFrom(LOOP, STOP, SWD_OFF),
    spoilt: fc.array(fc.nat(3), { maxLength: 2 }),
    OPTCR2: fc.constantFrom(0, 0, 2, 0xFF, 0x8000_00FF),
  });
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.nat(99),
      async ({ board, flips, OPTCR1, OPTCR2, reset, spoilt }, seed) => {
        const OPTCR = flips.reduce((o, b) => (o ^ (1 << b)) >>> 0, FACTORY[board]);
        const w: World = {
          board,
          image: { reset },
          options: { OPTCR, OPTCR1, OPTCR2 },
          damage: (c) => spoilt.forEach((i) => c.options.storage[i]! ^= 0x10),
          wants: [0, ""],
        };
        const made = boardOf(w, seed);
        const before = stateOf(made);
        const { exit, error } = await recover(made);
        if (made.chip.options.level === 2) return assertEquals(error?.slug, "link-no-answer");
        assertEquals([exit, error?.slug], [0, undefined]);
        assertEquals(amiss(made, before), undefined);
      },
    ),
    { seed: Number(Deno.env.get("SEED") ?? 4), numRuns: Number(Deno.env.get("WORLDS") ?? 40) },
  );
});
