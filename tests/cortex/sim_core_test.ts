import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytesToWords, Fault, wordsToBytes } from "../../src/base/mod.ts";
import { checkVectors, explainFault, watchResets } from "../../src/cortex/mod.ts";
import { Registers } from "../../src/cortex/registers.ts";
import { type SimCore, simCore } from "../support/sim_bench.ts";

const CODE = 0x2000_0400;
const DATA = 0x2000_0800;
/** adds r0, #1; str r0, [r1]; b to the first (Thumb) */
const LOOP = Uint8Array.of(0x01, 0x30, 0x08, 0x60, 0xFC, 0xE7);

/** A halted core with a small loop in RAM, PC at its start. */
async function looping(): Promise<SimCore> {
  const b = await simCore();
  await b.core.memory.write(CODE, LOOP);
  await b.core.memory.write(DATA, new Uint8Array(8));
  await b.core.writeRegisters({ pc: CODE, r0: 0, r1: DATA, xpsr: 0x0100_0000 });
  return b;
}
const value = async (b: SimCore) => (await b.core.readRegisters(["r0"]))[0];

Deno.test("step() does one instruction", async () => {
  await using b = await looping();
  const seen: (readonly number[])[] = [];
  for (let n = 0; n < 4; n++) {
    await b.core.step();
    seen.push(await b.core.readRegisters(["pc", "r0"]));
  }
  assertEquals(seen, [[CODE + 2, 1], [CODE + 4, 1], [CODE, 1], [CODE + 2, 2]]);
  assertEquals(await b.core.stopReason(), { why: "step" });
  assertEquals(bytesToWords(await b.core.memory.read(DATA, 4)), Uint32Array.of(1));
  assertEquals(b.board.warnings, []);
});

Deno.test("a breakpoint stops, resume() passes over it, step() too", async () => {
  await using b = await looping();
  await b.core.breakpoint(CODE + 2, true);
  for (const round of [1, 2, 3]) {
    await b.core.resume();
    b.board.run(1);
    assertEquals(await b.core.state(), "halted");
    assertEquals(await b.core.stopReason(), { why: "breakpoint" });
    assertEquals(await b.core.readRegisters(["pc", "r0"]), [CODE + 2, round]);
  }
  await b.core.step();
  assertEquals(await b.core.readRegisters(["pc"]), [CODE + 4]);
  await b.core.breakpoint(CODE + 2, false);
  await b.core.resume();
  b.board.run(1);
  assertEquals(await b.core.state(), "running");
  await b.core.halt();
  assertEquals(await b.core.stopReason(), { why: "debug-request" });
  assert((await value(b) ?? 0) > 100);
});

Deno.test("a breakpoint outlives a reset", async () => {
  await using b = await simCore();
  await b.core.breakpoint(0x0800_0200, true);
  await b.core.reset();
  b.board.run(1);
  assertEquals(await b.core.state(), "halted");
  assertEquals(await b.core.stopReason(), { why: "breakpoint" });
});

Deno.test("a watchpoint stops at a write, names its address, and not at a read", async () => {
  await using b = await looping();
  await b.core.watchpoint(DATA + 4, 4, "access", true);
  await b.core.watchpoint(DATA, 4, "read", true);
  await b.core.resume();
  b.board.run(1);
  assertEquals(await b.core.state(), "running");
  await b.core.halt();
  await b.core.watchpoint(DATA, 4, "write", true);
  await b.core.resume();
  b.board.run(1);
  assertEquals(await b.core.state(), "halted");
  assertEquals(await b.core.stopReason(), { why: "watchpoint", at: DATA });
  await b.core.watchpoint(DATA, 4, "write", false);
  await b.core.resume();
  b.board.run(1);
  assertEquals(await b.core.state(), "running");
});

Deno.test("registers by the probe's command and by DCRSR are the same", async () => {
  await using b = await looping();
  const names = [
    ...Array.from({ length: 13 }, (_, n) => `r${n}`),
    "sp",
    "lr",
    "pc",
    "xpsr",
    "msp",
    "psp",
  ];
  await b.core.writeRegisters(Object.fromEntries(
    names.slice(0, 13).map((name, n) => [name, 0x8000_0001 + n * 0x0101_0101]),
  ));
  const slow = new Registers(b.core.uncached, "Cortex-M7", undefined);
  assertEquals(await slow.read(names), await b.core.readRegisters(names));
  await b.core.writeRegisters({
    psp: 0x2000_1000,
    control: 2,
    primask: 1,
    basepri: 0x40,
    s5: 7,
    fpscr: 0,
  });
  assertEquals(
    await b.core.readRegisters(["psp", "sp", "control", "primask", "basepri", "faultmask", "s5"]),
    [0x2000_1000, 0x2000_1000, 2, 1, 0x40, 0, 7],
  );
  assertEquals(b.board.warnings, []);
});

Deno.test("resets: by NRST, by SYSRESETREQ, halted or not", async () => {
  await using b = await simCore();
  assertEquals(await b.core.reset(), { by: "nrst" });
  assertEquals(await b.core.state(), "running");
  assertEquals(await b.core.resetAndHalt(), { by: "nrst" });
  assertEquals(await b.core.state(), "halted");
  assertEquals((await b.core.stopReason()).why, "vector-catch");
  assertEquals(await b.core.reset("sysresetreq"), { by: "sysresetreq" });
  assertEquals(await b.core.state(), "running");
  assertEquals(await b.core.resetAndHalt("sysresetreq"), { by: "sysresetreq" });
  assertEquals(await b.core.readRegisters(["pc"]), [0x0800_0200]);
  assertEquals(b.board.resets, ["NRST", "NRST", "NRST", "SYSRESETREQ", "SYSRESETREQ"]);
  assertEquals(b.board.warnings, []);
});

Deno.test("resets without an NRST wire say so", async () => {
  await using b = await simCore("scenario=nrst-unwired", "halt");
  const note = "NRST had no effect (is its wire connected?), so the chip was reset by SYSRESETREQ";
  assertEquals(await b.core.reset(), { by: "sysresetreq", note });
  assertEquals(await b.core.resetAndHalt(), { by: "sysresetreq", note });
  assertEquals(await b.core.state(), "halted");
  await using second = await simCore("scenario=nrst-unwired");
  assertEquals(await second.cost(() => second.core.resetAndHalt()), 5);
});

Deno.test("watchResets() counts a window watchdog's resets", async () => {
  await using b = await simCore("scenario=so36160986", "attach");
  const { resets } = await watchResets(b.core, 60);
  assertEquals([resets, b.board.resets.length], [4, 4]);
  await using quiet = await simCore("", "attach");
  assertEquals((await watchResets(quiet.core, 60)).resets, 0);
});

const F746 = {
  ram: [{ at: 0x2000_0000, length: 0x5_0000 }],
  flash: [{ at: 0x0800_0000, length: 0x10_0000 }],
};
const STORIES: readonly [string, string, string | undefined, string][] = [
  ["hardfault", "HardFault", undefined, "A data access got a bus error at 0x60000000 (PRECISERR)"],
  [
    "lockup",
    "HardFault",
    undefined,
    "The core is locked up: a fault happened inside the HardFault handler, or its vector is blank",
  ],
  [
    "vector-thumb",
    "HardFault",
    "the reset vector 0x08000200 is even: a Cortex-M needs bit 0 set (Thumb)",
    "A jump went to an even address, that is to ARM state, which a Cortex-M has not (INVSTATE)",
  ],
  [
    "vector-pc",
    "HardFault",
    "the reset vector 0x0C000001 is in no flash or RAM of this chip",
    "An instruction fetch got a bus error (IBUSERR)",
  ],
  [
    "vector-sp",
    "Thread mode",
    "the first stack pointer 0xDEADBEEF is not a multiple of 4",
    "No fault is recorded",
  ],
  [
    "blank",
    "HardFault",
    "the vector table is blank (0xFFFFFFFF): nothing is programmed",
    "The core is locked up: a fault happened inside the HardFault handler, or its vector is blank",
  ],
];
for (const [scenario, exception, vectors, sentence] of STORIES) {
  Deno.test(`${scenario}: the fault and the vector table are explained`, async () => {
    await using b = await simCore(`scenario=${scenario}`, "halt");
    const story = await explainFault(b.core);
    assertEquals([story.exception, story.sentences[0]], [exception, sentence]);
    const words = [...bytesToWords(await b.core.uncached.read(0x0800_0000, 8))];
    assertEquals(checkVectors(words, F746)[0]?.text, vectors);
    assertEquals(b.board.warnings, []);
  });
}

Deno.test("rdp1: flash refuses the debugger, RAM and registers do not", async () => {
  await using b = await simCore("scenario=rdp1");
  const fault = await assertRejects(() => b.core.uncached.read(0x0800_0000, 64), Fault);
  assertEquals([fault.slug, fault.facts["at"]], ["bus-refused", 0x0800_0000]);
  await b.core.memory.write(0x2000_0000, wordsToBytes([0x1234_5678]));
  assertEquals(bytesToWords(await b.core.memory.read(0x2000_0000, 4)), Uint32Array.of(0x1234_5678));
  assertEquals(bytesToWords(await b.core.memory.read(0xE004_2000, 4)), Uint32Array.of(0x1001_6449));
});
