/** flash/ when the cable, the bus or the supply fails in mid-work: a fault that says so, and a way on. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { factoryProfile } from "../../src/flash/mod.ts";
import { noise } from "./support/open.ts";
import { flashIt, reopen, simBench } from "./support/sim.ts";
import { openSim } from "../../src/sim/mod.ts";

const DISCO = "sim:stm32f746g-disco";
const AT = 0x0800_0000;
const IMAGE = noise(48 * 1024);

/** How often a person would try again. */
const TRIES = 4;

/** Flashes a troubled board until it holds the image, the cable plugged in again; gives what was told. */
async function survive(chaos: string): Promise<readonly string[]> {
  const { source, board } = openSim(`${DISCO}?chaos=${chaos}`);
  board.putFlash(AT, noise(48 * 1024, 7));
  const told: string[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await using b = await reopen(source, board);
      assertEquals((await flashIt(b, IMAGE)).differingBytes, 0, chaos);
      assertEquals(board.flash.slice(0, IMAGE.length), IMAGE, chaos);
      return told;
    } catch (error) {
      // whatever happens, it is a fault of the house
      assert(error instanceof Fault, `${chaos}: ${error}`);
      told.push(error.slug);
    }
    board.replug();
    board.finish();
  }
  throw new Error(`${chaos}: never flashed: ${told.join(", ")}`);
}
/** All that was told over several places of a trouble. */
async function surviveAll(kind: string, places: readonly (number | string)[]): Promise<string[]> {
  const told = new Set<string>();
  for (const place of places) for (const slug of await survive(`${kind}@${place}`)) told.add(slug);
  return [...told].sort();
}
const every = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

Deno.test("sim: the cable is pulled at any transfer: told, and the next run goes on", async () => {
  assertEquals(await surviveAll("unplug", every(20, 330, 13)), ["probe-lost"]);
});

for (
  const [kind, told] of [
    ["lost", ["probe-lost"]],
    ["short", ["probe-lost"]],
    ["stall", ["probe-lost"]],
    ["late", []],
  ] as const
) {
  Deno.test(`sim: a transfer is ${kind}`, async () => {
    assertEquals(await surviveAll(kind, [40, 75, 111, 140, 171, 222]), [...told]);
  });
}

Deno.test("sim: a bus that answers WAIT for long is waited for", async () => {
  assertEquals(await surviveAll("wait", ["60:50", "200:50", "900:50", "1500:50"]), []);
});

Deno.test("sim: one bus error in mid-work", async () => {
  assertEquals(await surviveAll("apfault", [60, 200, 900, 1500]), ["bus-refused"]);
});

Deno.test("sim: a watchdog bites at any time: the reset is noticed, or nothing was harmed", async () => {
  assertEquals(await surviveAll("bite", every(20, 900, 60)), ["resets-by-itself"]);
});

Deno.test("sim: a short loss of supply in mid-work", async () => {
  const told = await surviveAll("brownout", every(50, 700, 100).map((ms) => `${ms}:5`));
  assert(told.every((slug) => slug.startsWith("link-") || slug === "resets-by-itself"), `${told}`);
  assert(told.length > 0);
});

Deno.test("sim: a bit that cannot be programmed is found by verifying", async () => {
  await using b = await simBench(`${DISCO}?scenario=blank&chaos=stuck@0x08000064:3`);
  const data = new Uint8Array(256);
  const fault = await assertRejects(
    () => b.flash.program(AT, data, undefined, { verify: true }),
    Fault,
  );
  assertEquals([fault.slug, fault.facts["at"]], ["flash-content-wrong", "0x08000064"]);
});

Deno.test("sim: the supply sags while words are programmed", async () => {
  const { source, board } = openSim(`${DISCO}?scenario=blank`);
  await using b = await reopen(source, board);
  assertEquals(b.flash.unit, 4);
  board.volts = 1.9;
  let told = "nothing";
  try {
    await b.flash.program(AT, IMAGE, undefined, { verify: true });
  } catch (error) {
    assert(error instanceof Fault);
    told = error.slug;
  }
  assert(told !== "nothing", "words at 1.9 V do not go unnoticed");
});

/** Mends damaged option bytes through trouble, as often as a person would try; gives what was told. */
async function mend(chaos: string, scenario = "so36160986"): Promise<readonly string[]> {
  const { source, board } = openSim(`${DISCO}?scenario=${scenario}&chaos=${chaos}`);
  const told: string[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await using b = await reopen(source, board);
      for (;;) {
        const now = await b.flash.readOptions();
        const [step] = b.flash.optionSteps(now, factoryProfile(b.chip));
        if (!step) break;
        await b.flash.writeOptions(step.plan);
        await b.again();
      }
      assertEquals((await b.flash.readOptions()).registers["OPTCR"], 0xC0FF_AAFD, chaos);
      return told;
    } catch (error) {
      assert(error instanceof Fault, `${chaos}: ${error}`);
      told.push(error.slug);
    }
    board.replug();
    board.finish();
  }
  throw new Error(`${chaos}: never mended: ${told.join(", ")}`);
}

Deno.test("sim: option bytes through a pulled cable, a reset, a lost supply: never closed, mended in the end", async () => {
  for (const n of every(40, 200, 11)) {
    const told = await mend(`unplug@${n}`);
    assert(told.every((slug) => slug === "probe-lost"), `${n}: ${told}`);
  }
  for (const ms of every(20, 400, 40)) await mend(`bite@${ms}`);
  for (const ms of every(20, 400, 40)) await mend(`brownout@${ms}:5`);
  for (const n of every(40, 240, 33)) await mend(`unplug@${n}`, "rdp1-watchdogs");
});
