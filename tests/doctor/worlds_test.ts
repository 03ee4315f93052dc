/** Boards that the doctor has not been made for: what it tells of each, and that what it calls proven is so. */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import {
  CAUSES,
  contradictions,
  type Diagnosis,
  diagnosisLines,
  type Findings,
} from "../../src/doctor/mod.ts";
import {
  BAD_READ,
  HUNGRY_DOG,
  LOOP,
  SELF_RESET,
  STOP,
  SWD_OFF,
  UNDEFINED,
} from "../../src/sim/boards/firmware.ts";
import { SCENARIOS, type VirtualBoard } from "../../src/sim/mod.ts";
import * as p from "./programs.ts";
import { type Truth, truthOf, TRUTHS } from "./truth.ts";
import { boardOf, lookAt, toldBy, WORLDS } from "./worlds.ts";
import type { World } from "./worlds/kit.ts";

/** Causes of this computer and of the probe: the board knows nothing of them. */
const OF_NO_BOARD = ["usb", "probe"];

/** Proven causes and notes that are not so. */
function lies(d: Diagnosis, t: Truth): readonly string[] {
  return [...d.causes, ...d.notes]
    .filter((c) => c.likelihood === "proven" && !OF_NO_BOARD.includes(c.rung))
    .filter((c) => {
      const truth = TRUTHS[c.slug];
      assert(truth !== undefined, `${c.slug}: this test does not know when it is so`);
      return !truth(t);
    }).map((c) => `${c.slug}: ${c.because.join("; ")}`);
}

async function examined(w: World, seed = 1) {
  const board = boardOf(w, seed);
  const truth = truthOf(board);
  const seen = await lookAt(board, w.wish);
  assertEquals(lies(seen.diagnosis, truth), []);
  assertEquals(contradictions([...seen.diagnosis.causes, ...seen.diagnosis.notes]), []);
  return { board, ...seen };
}

const textOf = (f: Findings, d: Diagnosis): string => {
  const all = diagnosisLines(f, d);
  const from = all.findIndex((l) => /^(proven|likely|possible|Worth|Nothing)/.test(l));
  return all.slice(from).map((l) => l === "" ? l : `  ${l}`).join("\n");
};

Deno.test("worlds: what is told of each", async (t) => {
  const texts: string[] = [];
  for (const [name, w] of Object.entries(WORLDS)) {
    await t.step(name, async () => {
      const { findings, diagnosis } = await examined(w);
      texts.push(`# ${name}\n\n${textOf(findings, diagnosis)}\n`);
      assertEquals([diagnosis.exit, toldBy(diagnosis)], [...w.wants]);
      assertEquals(diagnosis.healthy, diagnosis.exit === 0);
    });
  }
  const golden = new URL("golden/worlds.txt", import.meta.url);
  const text = texts.join("\n");
  if (Deno.env.get("GOLDEN") === "write") await Deno.writeTextFile(golden, text);
  await t.step("golden text", async () => assertEquals(text, await Deno.readTextFile(golden)));
});

Deno.test("worlds: the bench's own scenarios tell no lie either", async () => {
  for (const { name, title: _, ...scenario } of SCENARIOS) {
    const board = scenario.needs === "pcrop"
      ? "nucleo-f722ze" as const
      : scenario.needs === "dual-bank"
      ? "nucleo-f767zi" as const
      : "stm32f746g-disco" as const;
    for (const wish of [{}, { underReset: true, halt: true }]) {
      const { needs: _, ...rest } = scenario;
      await examined({ ...rest, board, wish, wants: [0, name] });
    }
  }
});

// ── at random ──

const BOARDS = ["stm32f746g-disco", "nucleo-f722ze", "nucleo-f767zi"] as const;
const FACTORY = {
  "stm32f746g-disco": 0xC0FF_AAFD,
  "nucleo-f722ze": 0xC0FF_AAFD,
  "nucleo-f767zi": 0xFFFF_AAFD,
};
/** bits of OPTCR that mean something: low ones of all parts, nWRP, nDBOOT, nDBANK, IWDG_STDBY, IWDG_STOP */
const OPTCR_BITS = [2, 3, 4, 5, 6, 7, 8, 11, 15, 16, 17, 20, 23, 24, 27, 28, 29, 30, 31];
const PROGRAMS = [
  ...[LOOP, p.WFI_SLEEP, p.BUSY, p.FED_IWDG, BAD_READ, UNDEFINED, STOP, SWD_OFF, p.SLOW_IWDG],
  ...[p.STANDBY, p.STOP_LATER, p.SOFT_WWDG, HUNGRY_DOG, SELF_RESET, p.SLOW_RESET, p.NMI_LOOP],
  ...[p.SYSTICK_STUCK, p.OVERFLOW, p.DIVIDE, p.MPU_FAULT, p.FP_OFF],
];
const IMAGES: readonly World["image"][] = [
  ...PROGRAMS.map((reset) => ({ reset })),
  undefined,
  { reset: LOOP, sp: 0x2001_0002 },
  { reset: LOOP, sp: 0x3000_0000 },
  { reset: LOOP, resetVector: 0x0800_0200 },
  { reset: LOOP, resetVector: 0x0800_C001 },
  { reset: BAD_READ, fault: UNDEFINED },
  { reset: BAD_READ, fault: p.HANDLER_CLEARS },
  { reset: BAD_READ, fault: p.HANDLER_SKIPS },
  { reset: LOOP, sp: 0x2001_0000, resetVector: 0x2000_1001 },
  new Uint8Array(2048),
];
const world: fc.Arbitrary<World> = fc.record({
  board: fc.constantFrom(...BOARDS),
  flips: fc.uniqueArray(fc.constantFrom(...OPTCR_BITS), { maxLength: 3 }),
  rdp: fc.constantFrom(undefined, undefined, undefined, undefined, 0x55, 0xFF, 0xCC),
  boot: fc.constantFrom(
    0x0080,
    0x0080,
    0x0080,
    0x2000,
    0x2002,
    0x0082,
    0x8000,
    0,
    0x0040,
    0x3000,
    0xFFFF,
  ),
  optcr2: fc.constantFrom(0, 0, 0, 1, 0x8000_0002, 0x8000_00FF),
  image: fc.constantFrom(...IMAGES),
  spoilt: fc.constantFrom(undefined, undefined, undefined, 0, 1, 2, 3),
  volts: fc.constantFrom(3.3, 3.3, 3.3, 2.75, 2.3, 1.9, 1.6, 0),
  nrst: fc.constantFrom(undefined, undefined, undefined, "held" as const, "unwired" as const),
  life: fc.constantFrom(0, 0, 700),
  boot0: fc.constantFrom(false, false, false, true),
  wish: fc.constantFrom({}, {}, { underReset: true }, { halt: true }, { tryKeys: true }),
}).map(({ flips, boot, optcr2, spoilt, image, nrst, rdp, ...w }) => ({
  ...w,
  ...(image === undefined ? {} : { image }),
  ...(nrst === undefined ? {} : { nrst }),
  ...(rdp === undefined ? {} : { rdp }),
  options: {
    OPTCR: flips.reduce((o, b) => (o ^ (1 << b)) >>> 0, FACTORY[w.board]),
    OPTCR1: (0x0040_0000 | boot) >>> 0,
    ...(w.board === "nucleo-f722ze" ? { OPTCR2: optcr2 } : {}),
  },
  ...(spoilt === undefined
    ? {}
    : { damage: (c) => c.options.storage[spoilt]! ^= 0x100 } as Pick<World, "damage">),
  wants: [0, ""],
}));

/** What of the option bytes keeps a program from running, a tool from writing, or the next start from happening. */
function mustBeNamed(board: VirtualBoard): readonly (readonly string[])[] {
  const { shadow: { OPTCR, OPTCR1, OPTCR2 }, level, silicon } = board.chip.options;
  const clear = (n: number) => ((OPTCR >>> n) & 1) === 0;
  const guard = board.chip.flash.guard;
  const boot = OPTCR1 & 0xFFFF;
  const other = ["options-not-factory"];
  const rows: (readonly [boolean, readonly string[]])[] = [
    [clear(4), ["wwdg-hardware"]],
    [clear(5), ["iwdg-hardware"]],
    [level === 1, ["rdp1"]],
    [guard.sectors.some((s) => (OPTCR & (1 << (16 + s.wrp))) === 0), ["wrp"]],
    [(OPTCR2 & 0xFF) !== 0, ["pcrop"]],
    [board.chip.options.dualBank, ["dual-bank"]],
    [board.chip.options.dualBank && clear(28), ["dual-boot"]],
    [silicon.options.dualBank && !board.chip.options.dualBank && clear(28), other],
    [clear(6) || clear(7), [...other, "low-power-reset"]],
    [clear(2) || clear(3), [...other, "bor-near-supply"]],
    [clear(30) || clear(31), [...other, "optcr-openocd-2015", "optcr-f4-value"]],
    [(OPTCR1 >>> 16) !== 0x40, [...other, "options-erased"]],
    [!board.chip.options.dualBank || !clear(28) ? bootsElse(board, boot) : false, [
      "boot-elsewhere",
      "boot-nowhere",
      "boot-add-erased",
    ]],
  ];
  return rows.filter(([is]) => is).map(([, slugs]) => slugs);
}
const bootsElse = (board: VirtualBoard, boot: number): boolean => {
  const [at, size] = [boot * 0x4000, board.chip.cells.bytes.length];
  return ![0x0020_0000, 0x0800_0000].some((base) => at >= base && at < base + size);
};

const GOOD = [LOOP, p.WFI_SLEEP, p.BUSY, p.FED_IWDG] as const;

Deno.test("property: what is proven is so; what differs is named; a good board has no cause", async () => {
  const proved = new Set<string>();
  const numRuns = Number(Deno.env.get("WORLDS") ?? 100);
  await fc.assert(
    fc.asyncProperty(world, fc.nat(99), async (w, seed) => {
      const { board, findings, diagnosis } = await examined(w, seed);
      const all = [...diagnosis.causes, ...diagnosis.notes];
      for (const c of all) if (c.likelihood === "proven") proved.add(c.slug);
      if (findings.options === undefined) return;
      const slugs = all.map((c) => c.slug);
      if (!slugs.includes("options-erased")) {
        for (const some of mustBeNamed(board)) {
          assert(some.some((s) => slugs.includes(s)), `none of ${some} in ${slugs}`);
        }
      }
      if (findings.options.notFactory.length > 0 || slugs.includes("pcrop")) return;
      const good = w.image !== undefined && !(w.image instanceof Uint8Array) &&
        GOOD.some((g) =>
          w.image === undefined || w.image instanceof Uint8Array || g === w.image.reset
        ) &&
        w.image.sp === undefined && w.image.resetVector === undefined;
      const around = [
        "supply-limits-flash",
        "supply-too-low",
        "nrst-unwired",
        "options-damaged",
        "bor-near-supply",
        "boot-loader-runs",
      ];
      const rest = diagnosis.causes.filter((c) => !around.includes(c.slug));
      if (good) assertEquals(rest.map((c) => c.slug), []);
    }),
    { seed: Number(Deno.env.get("SEED") ?? 11), numRuns },
  );
  assert(proved.size > 18, `only ${[...proved].join(" ")} was ever proven`);
});

Deno.test("property: one bit of the option registers at a time, on each part", async () => {
  for (const board of BOARDS) {
    for (const n of OPTCR_BITS) {
      const OPTCR = (FACTORY[board] ^ (1 << n)) >>> 0;
      const w: World = { board, image: { reset: LOOP }, options: { OPTCR }, wants: [0, ""] };
      const { board: made, findings, diagnosis } = await examined(w);
      const slugs = [...diagnosis.causes, ...diagnosis.notes].map((c) => c.slug);
      if (findings.options === undefined) continue;
      for (const some of mustBeNamed(made)) {
        assert(
          some.some((s) => slugs.includes(s)),
          `${board} bit ${n}: none of ${some} in ${slugs}`,
        );
      }
      assertEquals(slugs.length > 0, findings.options.notFactory.length > 0, `${board} bit ${n}`);
    }
  }
});

Deno.test("worlds: every row of the table that a board can show is shown", () => {
  const shown = new Set(
    Object.values(WORLDS).flatMap((w) => [...w.wants[1].matchAll(/[\w-]+/g)].map(String)),
  );
  const elsewhere = [
    "optcr-openocd-2015",

    "flash-locked",
    "flash-busy",
    "psize-above-supply",
    "nrst-unwired",
    "dual-bank",
    "itcm-write",
  ];
  const ofBoard = CAUSES.filter((r) => !OF_NO_BOARD.includes(r.rung)).map((r) => r.slug);
  const byHand = [
    "vdd-wire-missing",
    "link-only-slow",
    "link-breaks",
    "chip-unknown",
    "watchdog-reset-seen",
  ];
  assertEquals(
    ofBoard.filter((s) => !shown.has(s) && !elsewhere.includes(s) && !byHand.includes(s)),
    [],
  );
});
