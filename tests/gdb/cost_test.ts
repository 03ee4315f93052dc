/**
 * What single acts of a debugger cost in USB exchanges, as numbers in `tests/budgets/gdb.json`.
 * `UPDATE_BUDGETS=1 deno test -A tests/gdb/cost_test.ts` writes them anew.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { needs } from "../support/need.ts";
import { Mi } from "./support/mi.ts";
import { GDB, HELLO_ELF, type Served, served } from "./support/virtual.ts";

const BOARD = "sim:stm32f746g-disco";
const FILE = new URL("../budgets/gdb.json", import.meta.url).pathname;
/** what was promised, whatever the file says */
const [MOST_STEPI, MOST_NEXT] = [3, 25];
/** fewer than this share of the number calls for a new number */
const LOOSE = 0.9;
const STEPI = "-exec-step-instruction";
const NEXT = "-exec-next";

/** One act: where it begins, whether a breakpoint stays there, what is done, what it must end with. */
interface Act {
  readonly line: number;
  readonly keep?: true;
  readonly command: string;
  /** does this first, unmeasured: a command of MI, or what a person types */
  readonly first?: string;
  readonly types?: readonly string[];
  readonly ends: RegExp;
  readonly most: number;
}
const IN_MAIN = /reason="end-stepping-range".*func="main"/;
const STEPPED = /reason="end-stepping-range"/;

/** adds r0, #1 twenty times, and PC there */
const inRam = (at: string) => [
  ...Array.from({ length: 20 }, (_, i) => `set {short}(${at} + ${2 * i}) = 0x3001`),
  `set $pc = ${at}`,
];
const [DTCM, SRAM1] = ["0x20001000", "0x20011000"];
const STACK_IN_DTCM = "set $sp = 0x20008000";
const IN_RAM = inRam(DTCM);
/** CCR.DC and CCR.IC */
const CACHES = "set {int}0xE000ED14 |= 0x30000";
/** what is behind a data cache is read through it, stack and code each at every stop of the core */
const THROUGH_CACHE = 2;
/** so often gdb stops in such a `next` to look at the stack */
const STOPS = 5;

const ACTS: Readonly<Record<string, Act>> = {
  "stepi": { line: 89, first: STEPI, command: STEPI, ends: IN_MAIN, most: MOST_STEPI },
  "stepi off a breakpoint that is gone": {
    ...{ line: 89, command: STEPI, ends: IN_MAIN, most: MOST_STEPI },
  },
  "stepi off a breakpoint that stays": {
    ...{ line: 89, keep: true, command: STEPI, ends: IN_MAIN, most: MOST_STEPI },
  },
  "stepi into a call": {
    ...{ line: 92, first: STEPI, command: STEPI, ends: STEPPED, most: MOST_STEPI },
  },
  "stepi in RAM": {
    ...{ line: 89, types: [...IN_RAM, "stepi"], command: STEPI },
    ...{ ends: STEPPED, most: MOST_STEPI },
  },
  "stepi in RAM, two breakpoints there": {
    ...{ line: 89, types: [...IN_RAM, "break *0x20001010", "break *0x20001014", "stepi"] },
    ...{ command: STEPI, ends: STEPPED, most: MOST_STEPI },
  },
  "stepi, caches on, stack in tightly coupled memory": {
    ...{ line: 89, types: [CACHES, STACK_IN_DTCM, "stepi"], command: STEPI },
    ...{ ends: STEPPED, most: MOST_STEPI },
  },
  "stepi in tightly coupled memory, caches on, stack there": {
    ...{ line: 89, types: [CACHES, STACK_IN_DTCM, ...IN_RAM, "stepi"], command: STEPI },
    ...{ ends: STEPPED, most: MOST_STEPI },
  },
  "next over a call, caches on, stack in tightly coupled memory": {
    ...{ line: 101, types: [CACHES, STACK_IN_DTCM], command: NEXT },
    ...{ ends: STEPPED, most: MOST_NEXT },
  },
  "stepi, stack behind a data cache": {
    ...{ line: 89, types: [CACHES, "stepi"], command: STEPI },
    ...{ ends: IN_MAIN, most: MOST_STEPI + THROUGH_CACHE },
  },
  "stepi, code and stack behind a data cache": {
    ...{ line: 89, types: [CACHES, ...inRam(SRAM1), "stepi"], command: STEPI },
    ...{ ends: STEPPED, most: MOST_STEPI + 2 * THROUGH_CACHE },
  },
  "next over a call at the end of a loop, stack behind a data cache": {
    ...{ line: 101, types: [CACHES], command: NEXT },
    ...{ ends: IN_MAIN, most: MOST_NEXT + STOPS * THROUGH_CACHE },
  },
  "next over a call that prints 36 letters": {
    ...{ line: 92, command: NEXT, ends: IN_MAIN, most: MOST_NEXT },
  },
  "next over a call, off a breakpoint that stays": {
    ...{ line: 99, keep: true, command: NEXT, ends: IN_MAIN, most: MOST_NEXT },
  },
  "next over a call at the end of a loop": {
    ...{ line: 101, command: NEXT, ends: IN_MAIN, most: MOST_NEXT },
  },
  "next over a line of its own": { line: 97, command: NEXT, ends: IN_MAIN, most: MOST_NEXT },
};

/** gdb has finished reading when it answers a question about itself. */
async function measure(s: Served, act: Act): Promise<number> {
  const mi = new Mi(HELLO_ELF);
  try {
    await mi.ok(`-target-select extended-remote localhost:${s.port}`);
    await mi.ok("-target-download");
    await mi.ok(`-break-insert ${act.keep ? "-h" : "-t"} main.c:${act.line}`);
    await mi.run("-exec-continue");
    if (act.first) await mi.run(act.first);
    for (const typed of act.types ?? []) await mi.cli(typed);
    await mi.ok("-gdb-version");
    const before = s.exchanges();
    assertMatch(await mi.run(act.command), act.ends);
    await mi.ok("-gdb-version");
    return s.exchanges() - before;
  } finally {
    await mi.end();
  }
}

needs("gdb-multiarch", GDB !== undefined, "budget: a debugger's single acts", async () => {
  const exchanges: Record<string, number> = {};
  for (const [name, act] of Object.entries(ACTS)) {
    await served(BOARD, async (s) => void (exchanges[name] = await measure(s, act)));
  }
  if (Deno.env.get("UPDATE_BUDGETS") === "1") {
    const what = "USB exchanges of one act of gdb, its reads of code and stack included";
    Deno.writeTextFileSync(FILE, JSON.stringify({ what, exchanges }, null, 2) + "\n");
  }
  const budgets: Record<string, number> = JSON.parse(Deno.readTextFileSync(FILE)).exchanges;
  assertEquals(Object.keys(budgets), Object.keys(exchanges));
  for (const [name, n] of Object.entries(exchanges)) {
    const most = budgets[name] ?? 0;
    assert(n <= (ACTS[name]?.most ?? 0), `${name}: ${n} exchanges, ${ACTS[name]?.most} promised`);
    assert(n <= most, `${name}: ${n} exchanges, the budget is ${most}`);
    assert(n >= most * LOOSE, `${name}: ${n} of ${most}: record the better number`);
  }
});
