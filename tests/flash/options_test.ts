import { assert, assertEquals } from "@std/assert";
import { type OptionPlan, planOptions } from "../../src/flash/mod.ts";
import { type FakeBoard, faultOf } from "./support/fake_board.ts";
import { noise, opened } from "./support/open.ts";

const clean = (board: FakeBoard): void => {
  assertEquals(board.illegal, []);
  assert(board.locked, "the option block is locked again");
};

Deno.test("readOptions: every register of the part, none of another", async () => {
  const names = async (part: "f72" | "f74") => {
    const { board, flash } = await opened({ part });
    const { registers } = await flash.readOptions();
    clean(board);
    return Object.keys(registers);
  };
  assertEquals(await names("f74"), ["OPTCR", "OPTCR1"]);
  assertEquals(await names("f72"), ["OPTCR", "OPTCR1", "OPTCR2"]);
});

Deno.test("writeOptions: the damaged board: the exact writes, and nothing else", async () => {
  const { board, flash } = await opened({ optcr: 0x00FF_AAED, flash: noise(1000) });
  const plan = flash.planOptions(await flash.readOptions(), {
    WWDG_SW: 1,
    IWDG_STDBY: 1,
    IWDG_STOP: 1,
  });
  await flash.writeOptions(plan);
  assertEquals(board.writes, [
    "OPTKEYR=08192a3b",
    "OPTKEYR=4c5d6e7f",
    "OPTCR=c0ffaafc",
    "OPTCR=c0ffaafe",
    "OPTCR=c0ffaafd",
  ]);
  assertEquals(board.stored.optcr, 0xC0FF_AAFD);
  assertEquals(board.log, ["options"]);
  assertEquals(board.flash.slice(0, 1000), noise(1000));
  assertEquals((await flash.readOptions()).notFactory, []);
  clean(board);
});

Deno.test("writeOptions: boot addresses first, reserved bits kept, OPTCR as it was", async () => {
  const { board, flash } = await opened({ optcr: 0xFFFF_AAFD, optcr1: 0xFFFF_FFFF });
  const plan = flash.planOptions(await flash.readOptions(), { BOOT_ADD0: 0x80 });
  await flash.writeOptions(plan);
  assertEquals(board.writes.slice(2), [
    "OPTCR1=ffff0080",
    "OPTCR=ffffaafc",
    "OPTCR=ffffaafe",
    "OPTCR=ffffaafd",
  ]);
  assertEquals(board.stored.optcr1, 0xFFFF_0080);
  clean(board);
});

Deno.test("writeOptions: an empty plan touches nothing", async () => {
  const { board, flash } = await opened();
  await flash.writeOptions(flash.planOptions(await flash.readOptions(), { RDP: 0xAA }));
  assertEquals(board.writes, []);
});

Deno.test("writeOptions: no keys when firmware left the block open", async () => {
  const { board, flash } = await opened({ optcr: 0xC0FF_AAFC });
  const plan = flash.planOptions(await flash.readOptions(), { IWDG_SW: 0 });
  await flash.writeOptions(plan);
  assertEquals(board.writes[0], "OPTCR=c0ffaadc");
  assertEquals(board.stored.optcr, 0xC0FF_AADD);
  clean(board);
});

Deno.test("writeOptions: a regression is waited for, without reading flash", async () => {
  const { board, flash } = await opened({ optcr: 0xC0FF_55FD, flash: noise(100) });
  const plan = flash.planOptions(await flash.readOptions(), { RDP: 0xAA });
  assertEquals(plan.massErases, true);
  board.slow = 30_000;
  await flash.writeOptions(plan);
  assertEquals(board.log, ["options+mass"]);
  assert(board.flash.every((b) => b === 0xFF));
  assert(board.clock.ms > 38_000);
  clean(board);
});

Deno.test("writeOptions: steps with a reset in between, for level 1 with a hardware watchdog", async () => {
  const { board, flash } = await opened({ optcr: 0x00FF_55ED, flash: noise(100) });
  // a watchdog that runs breaks a mass erase
  board.onErase = () => {
    const regress = (board.optcr >>> 8 & 0xFF) === 0xAA && board.level === 0;
    if (regress && (board.stored.optcr & 0x10) === 0) board.resetItself();
  };
  const once = flash.planOptions(await flash.readOptions(), { RDP: 0xAA });
  assertEquals((await faultOf(() => flash.writeOptions(once))).slug, "resets-by-itself");
  await board.resetAndHalt();
  board.log.length = 0;
  for (const step of flash.optionSteps(await flash.readOptions(), { RDP: 0xAA, WWDG_SW: 1 })) {
    await flash.writeOptions(step.plan);
    if (step.resetAfter) await board.resetAndHalt();
  }
  assertEquals(board.log, ["options", "options+mass"]);
  assertEquals(board.stored.optcr, 0x00FF_AAFD);
  clean(board);
});

Deno.test("writeOptions: a plan made for other contents is stale", async () => {
  const { board, flash } = await opened({ optcr: 0x00FF_AAED });
  const plan = flash.planOptions(await flash.readOptions(), { WWDG_SW: 1 });
  board.optcr = 0x00FF_AACD;
  const fault = await faultOf(() => flash.writeOptions(plan));
  assertEquals([fault.slug, fault.options.board?.state], ["options-stale", "untouched"]);
  assertEquals(board.writes, []);
});

Deno.test("writeOptions: a plan by hand cannot do what planning refuses", async () => {
  const { board, flash, chip } = await opened();
  const now = await flash.readOptions();
  const empty = planOptions(chip, now, {});
  const by = (after: number): OptionPlan => ({
    ...empty,
    words: { OPTCR: { before: now.registers["OPTCR"] ?? 0, after } },
  });
  const slug = async (after: number) => (await faultOf(() => flash.writeOptions(by(after)))).slug;
  assertEquals(await slug(0xC0FF_CCFD), "options-permanent");
  assertEquals(await slug(0xD0FF_AAFD), "options-unnamed-bits");
  assertEquals(board.log, []);
  assertEquals(board.writes, []);
});

Deno.test("writeOptions: a low supply refuses a brown-out level, and below 1.7 V everything", async () => {
  const low = await opened({ volts: 2.2 });
  const now = await low.flash.readOptions();
  assertEquals(
    (await faultOf(() => Promise.resolve().then(() => low.flash.planOptions(now, { BOR_LEV: 0 }))))
      .slug,
    "options-above-supply",
  );
  const sagging = await opened({ volts: 1.6, optcr: 0x00FF_AAED });
  const plan = sagging.flash.planOptions(await sagging.flash.readOptions(), { WWDG_SW: 1 });
  assertEquals(
    (await faultOf(() => sagging.flash.writeOptions(plan))).slug,
    "flash-supply-too-low",
  );
});

Deno.test("writeOptions: level 2 with a permit for this very chip", async () => {
  const { board, flash, chip } = await opened();
  const permit = { uid: chip.uid, allows: { RDP: 0xCC } };
  const plan = flash.planOptions(await flash.readOptions(), { RDP: 0xCC }, permit);
  assertEquals((await faultOf(() => flash.writeOptions(plan))).slug, "options-permanent");
  assertEquals(board.log, []);
  await flash.writeOptions(plan, permit);
  assertEquals(board.log, ["FOR EVER", "options"]);
});

Deno.test("writeOptions: locked until reset, told or reset once", async () => {
  const told = await opened({ optcr: 0x00FF_AAED });
  told.board.spoilOptionKeys();
  const plan = told.flash.planOptions(await told.flash.readOptions(), { WWDG_SW: 1 });
  const fault = await faultOf(() => told.flash.writeOptions(plan));
  assertEquals([fault.slug, fault.options.board?.state], [
    "options-locked-until-reset",
    "untouched",
  ]);
  const mended = await opened({ optcr: 0x00FF_AAED }, { mayReset: true });
  mended.board.spoilOptionKeys();
  await mended.flash.writeOptions(plan);
  assertEquals([mended.board.resets, mended.board.stored.optcr], [["ours"], 0x00FF_AAFD]);
  clean(mended.board);
});

Deno.test("writeOptions: an error bit, and a value that is not taken", async () => {
  const erring = await opened({ optcr: 0x00FF_AAED });
  const plan = erring.flash.planOptions(await erring.flash.readOptions(), { WWDG_SW: 1 });
  erring.board.onErase = () => void (erring.board.sr |= 2);
  const fault = await faultOf(() => erring.flash.writeOptions(plan));
  assertEquals([fault.slug, fault.facts["register"], fault.options.board?.state], [
    "options-not-taken",
    "FLASH_SR",
    "unknown",
  ]);
  assert(erring.board.locked);
  const stubborn = await opened({ optcr: 0x00FF_AAED });
  stubborn.board.onErase = () => void (stubborn.board.optcr = 0x00FF_AAEC);
  const other = await faultOf(() => stubborn.flash.writeOptions(plan));
  assertEquals([other.slug, other.facts["is"], other.facts["wants"]], [
    "options-not-taken",
    "0x00FFAAED",
    "0x00FFAAFD",
  ]);
});

Deno.test("writeOptions: not while the core runs", async () => {
  const { board, flash } = await opened({ optcr: 0x00FF_AAED, running: true });
  const plan = flash.planOptions(await flash.readOptions(), { WWDG_SW: 1 });
  assertEquals((await faultOf(() => flash.writeOptions(plan))).slug, "flash-core-running");
  assertEquals(board.writes, []);
});

Deno.test("writeOptions: busy for ever is told, with a state that nobody knows", async () => {
  const { board, flash } = await opened({ optcr: 0x00FF_AAED });
  const plan = flash.planOptions(await flash.readOptions(), { WWDG_SW: 1 });
  board.slow = Infinity;
  const fault = await faultOf(() => flash.writeOptions(plan));
  assertEquals([fault.slug, fault.options.board?.state], ["flash-stuck-busy", "unknown"]);
  assertEquals(board.illegal, []);
});
