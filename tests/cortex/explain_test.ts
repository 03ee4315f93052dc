import { assertEquals } from "@std/assert";
import { exceptionName, explainFault, faultSentences } from "../../src/cortex/mod.ts";
import { CFSR } from "../../src/cortex/scs.ts";
import { bench, FakeCore } from "../support/fake_core.ts";

const NONE = { cfsr: 0, hfsr: 0, mmfar: 0, bfar: 0, abfsr: 0 };

Deno.test("exceptionName() names exceptions and interrupts", () => {
  assertEquals([0, 3, 6, 15, 16, 54, 1].map(exceptionName), [
    "Thread mode",
    "HardFault",
    "UsageFault",
    "SysTick",
    "IRQ 0",
    "IRQ 38",
    "exception 1",
  ]);
});

Deno.test("faultSentences() has a sentence for every bit of CFSR but the two valid flags", () => {
  for (const [name, field] of Object.entries(CFSR)) {
    const bit = Number(field);
    const sentences = faultSentences({ ...NONE, cfsr: 2 ** bit });
    assertEquals(sentences.length, name.endsWith("VALID") ? 0 : 1, name);
    if (sentences[0]) assertEquals(sentences[0].includes(`(${name})`), true, sentences[0]);
  }
});

Deno.test("faultSentences() gives the address only when it is valid", () => {
  assertEquals(faultSentences({ ...NONE, cfsr: 0x0000_8200, bfar: 0x6000_0000, hfsr: 2 ** 30 }), [
    "A data access got a bus error at 0x60000000 (PRECISERR)",
    "It became a HardFault because its own handler is off or could not run (FORCED)",
  ]);
  assertEquals(faultSentences({ ...NONE, cfsr: 0x0000_0200, bfar: 0x6000_0000 }), [
    "A data access got a bus error (PRECISERR)",
  ]);
  assertEquals(faultSentences({ ...NONE, cfsr: 0x82, mmfar: 0x10 }), [
    "A data access was forbidden by the MPU at 0x00000010 (DACCVIOL)",
  ]);
  assertEquals(faultSentences({ ...NONE, hfsr: 2 ** 31 + 2, abfsr: 0x308 }).slice(-1), [
    "The bus error came from AXIM (ABFSR)",
  ]);
});

/** A halted core in an exception. */
async function story(
  set: (chip: FakeCore) => void,
  options: { cpuid?: number; fpb?: number } = {},
) {
  const chip = new FakeCore(options);
  set(chip);
  await using b = await bench(chip);
  return await explainFault(b.core);
}
const enter = (
  chip: FakeCore,
  r: { xpsr: number; lr?: number; msp?: number; psp?: number; pc?: number },
) => {
  chip.registers.set(15, r.pc ?? 0x0800_0400);
  chip.registers.set(14, r.lr ?? 0);
  chip.registers.set(16, r.xpsr);
  chip.registers.set(17, r.msp ?? 0x2000_1000);
  chip.registers.set(18, r.psp ?? 0x2000_2000);
};
const stack = (chip: FakeCore, at: number) =>
  [1, 2, 3, 4, 12, 0x0800_0201, 0x0800_0188, 0x6100_0000].forEach((v, i) =>
    new DataView(chip.fake.bytes.buffer).setUint32(at - 0x2000_0000 + 4 * i, v, true)
  );

Deno.test("explainFault() reads the frame from the stack that EXC_RETURN names", async () => {
  for (const [lr, at] of [[0xFFFF_FFF9, 0x2000_1000], [0xFFFF_FFED, 0x2000_2000]] as const) {
    const told = await story((chip) => {
      enter(chip, { xpsr: 0x2100_0003, lr });
      stack(chip, at);
      chip.set(0xE000_ED28, 0x0002_0000);
      chip.set(0xE000_ED2C, 0x4000_0000);
    });
    assertEquals([told.exception, told.lockedUp], ["HardFault", false]);
    assertEquals(told.frame?.at, at);
    assertEquals([told.frame?.pc, told.frame?.lr, told.frame?.r12], [0x0800_0188, 0x0800_0201, 12]);
    assertEquals(told.sentences, [
      "A jump went to an even address, that is to ARM state, which a Cortex-M has not (INVSTATE)",
      "It became a HardFault because its own handler is off or could not run (FORCED)",
      "The interrupted instruction is at 0x08000188, called from 0x08000201",
    ]);
    assertEquals(told.registers.slice(0, 2), [
      "CFSR = 0x00020000 INVSTATE",
      "HFSR = 0x40000000 FORCED",
    ]);
  }
});

Deno.test("explainFault() says when the stack pointer points nowhere", async () => {
  const told = await story((chip) => {
    enter(chip, { xpsr: 3, lr: 0xFFFF_FFF9, msp: 0x1000_0000 });
    chip.set(0xE000_ED28, 0x0000_1000);
  });
  assertEquals(told.frame, undefined);
  assertEquals(
    told.sentences.at(-1),
    "The stack pointer 0x10000000 points at no memory, so nothing could be saved there",
  );
  const odd = await story((chip) => enter(chip, { xpsr: 3, lr: 0xFFFF_FFF9, msp: 0xFFFF_FFF3 }));
  assertEquals(odd.frame, undefined);
});

Deno.test("explainFault() tells a lockup by its address", async () => {
  const told = await story((chip) => {
    enter(chip, { xpsr: 0x0100_0003, lr: 0xFFFF_FFF9, pc: 0xFFFF_FFFE });
    chip.set(0xE000_ED2C, 0x4000_0002);
    chip.set(0xE000_ED28, 0x0000_0001);
  });
  assertEquals(told.lockedUp, true);
  assertEquals(
    told.sentences[0],
    "The core is locked up: a fault happened inside the HardFault handler, or its vector is blank",
  );
  assertEquals(told.frame, undefined);
});

Deno.test("explainFault() of a core without a fault says so, and leaves ABFSR to the M7", async () => {
  const told = await story((chip) => enter(chip, { xpsr: 0x0100_0000 }), { cpuid: 0x410F_C241 });
  assertEquals([told.exception, told.sentences], ["Thread mode", ["No fault is recorded"]]);
  assertEquals(told.registers.some((r) => r.startsWith("ABFSR")), false);
  const m7 = await story((chip) => enter(chip, { xpsr: 0x0100_0000 }));
  assertEquals(m7.registers.at(-1), "ABFSR = 0x00000000");
});
