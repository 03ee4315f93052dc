/** Option bytes over the real stack. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { factoryProfile } from "../../src/flash/mod.ts";
import { noise } from "./support/open.ts";
import { type SimBench, simBench } from "./support/sim.ts";

const AT = 0x0800_0000;
const DISCO = "sim:stm32f746g-disco";

/** All steps to the wish, as a recipe does them; gives how many writes it took. */
async function ensure(b: SimBench, wanted: Readonly<Record<string, number>>): Promise<number> {
  const steps = b.flash.optionSteps(await b.flash.readOptions(), wanted);
  for (const step of steps) {
    await b.flash.writeOptions(step.plan);
    await b.again();
  }
  return steps.length;
}

Deno.test("sim: a new board reads as new", async () => {
  for (const board of [DISCO, "sim:nucleo-f767zi", "sim:nucleo-f722ze"]) {
    await using b = await simBench(board);
    const o = await b.flash.readOptions();
    assertEquals([o.notFactory, o.rdpLevel], [[], 0], board);
    assertEquals(await ensure(b, factoryProfile(b.chip)), 0);
    assertEquals(b.warnings, []);
  }
});

Deno.test("sim: the damaged board of 2016 is mended, flash untouched", async () => {
  await using b = await simBench(`${DISCO}?scenario=so36160986`);
  b.board.putFlash(AT + 0x4_0000, noise(500));
  const before = b.board.flash;
  assertEquals((await b.flash.readOptions()).notFactory, ["WWDG_SW", "IWDG_STDBY", "IWDG_STOP"]);
  assertEquals(await ensure(b, factoryProfile(b.chip)), 1);
  const { registers, notFactory } = await b.flash.readOptions();
  assertEquals([registers, notFactory], [{ OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080 }, []]);
  assertEquals(b.board.flash, before);
  assertEquals(b.warnings, []);
});

Deno.test("sim: boot addresses that were erased are put back", async () => {
  await using b = await simBench(`${DISCO}?scenario=boot-add-erased`);
  assertEquals((await b.flash.readOptions()).notFactory, ["BOOT_ADD0", "BOOT_ADD1"]);
  await ensure(b, factoryProfile(b.chip));
  assertEquals(b.board.options.loaded.OPTCR1, 0x0040_0080);
});

Deno.test("sim: write protection comes off, one field, everything else as it was", async () => {
  await using b = await simBench(`${DISCO}?scenario=wrp`);
  const plan = b.flash.planOptions(await b.flash.readOptions(), { nWRP: 0xFF });
  assertEquals(plan.changes.map((c) => [c.beforeText, c.afterText]), [
    ["sectors 0, 1 write-protected", "no sector write-protected"],
  ]);
  await b.flash.writeOptions(plan);
  await b.again();
  assertEquals(await b.flash.protectedSectors(), []);
  await b.flash.erase(b.flash.layout.sectors.slice(0, 1));
  assertEquals(b.warnings, []);
});

Deno.test("sim: RDP level 1 goes back to 0 by erasing everything", async () => {
  await using b = await simBench(`${DISCO}?scenario=rdp1`);
  const steps = b.flash.optionSteps(await b.flash.readOptions(), { RDP: 0xAA });
  assertEquals(steps.map((s) => s.plan.massErases), [true]);
  assertEquals(await ensure(b, { RDP: 0xAA }), 1);
  assertEquals(b.board.options.level, 0);
  assert(b.board.flash.every((x) => x === 0xFF));
  assertEquals(await b.flash.read(AT, 16), new Uint8Array(16).fill(0xFF));
});

Deno.test("sim: level 1 with both hardware watchdogs takes two writes", async () => {
  await using b = await simBench(`${DISCO}?scenario=rdp1-watchdogs`);
  assertEquals(await ensure(b, factoryProfile(b.chip)), 2);
  assertEquals((await b.flash.readOptions()).registers["OPTCR"], 0xC0FF_AAFD);
  assert(b.board.flash.every((x) => x === 0xFF));
});

Deno.test("sim: level 0 to level 1 and back", async () => {
  await using b = await simBench(DISCO);
  await ensure(b, { RDP: 0x55 });
  assertEquals(b.board.options.level, 1);
  await ensure(b, { RDP: 0xAA });
  assertEquals(b.board.options.level, 0);
});

Deno.test("sim: one bank becomes two, and the layout follows", async () => {
  await using b = await simBench("sim:nucleo-f767zi");
  assertEquals(b.flash.layout.sectors.length, 12);
  const plan = b.flash.planOptions(await b.flash.readOptions(), { nDBANK: 0 });
  assertEquals(plan.needsPowerCycle, true);
  await b.flash.writeOptions(plan);
  await b.again();
  assertEquals([b.flash.layout.dualBank, b.flash.layout.sectors.length], [true, 24]);
});

Deno.test("sim: level 2 is not written without a permit, whatever is tried", async () => {
  await using b = await simBench(DISCO);
  const now = await b.flash.readOptions();
  await assertRejects(
    // deno-lint-ignore require-await
    async () => b.flash.planOptions(now, { RDP: 0xCC }),
    Fault,
    "can never be undone",
  );
  const { written, loaded } = b.board.options;
  assertEquals(written, loaded);
});

Deno.test("sim: a brown-out level above a low supply is refused", async () => {
  await using b = await simBench(`${DISCO}?scenario=low-voltage`);
  const now = await b.flash.readOptions();
  await assertRejects(
    // deno-lint-ignore require-await
    async () => b.flash.planOptions(now, { BOR_LEV: 0 }),
    Fault,
    "needs a supply of",
  );
});

Deno.test("sim: code closed by PCROP is told as such, for reading and for erasing", async () => {
  await using b = await simBench("sim:nucleo-f722ze?scenario=pcrop");
  const closed = await b.flash.closedSectors();
  assert(closed.length > 0);
  const [sector] = closed;
  assert(sector);
  const read = await assertRejects(() => b.flash.read(sector.at, 64), Fault);
  assertEquals(read.slug, "flash-code-read");
  const erase = await assertRejects(() => b.flash.erase([sector]), Fault);
  assertEquals(erase.slug, "flash-code-protected");
  assertEquals((await b.flash.readOptions()).notFactory, ["PCROP"]);
});
