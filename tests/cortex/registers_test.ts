import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { Registers } from "../../src/cortex/registers.ts";
import { bench, FakeCore } from "../support/fake_core.ts";

const NAMES = ["r0", "r12", "sp", "lr", "pc", "xpsr", "msp", "psp"];
const SELECTS = [0, 12, 13, 14, 15, 16, 17, 18];

for (const fast of [true, false]) {
  Deno.test(`readRegisters() ${fast ? "by the probe's command" : "by DCRSR"}`, async () => {
    await using b = await bench();
    SELECTS.forEach((select) => b.chip.registers.set(select, 0x8000_0000 + select));
    const registers = new Registers(
      b.core.uncached,
      "Cortex-M7",
      fast ? b.probe.fastCore : undefined,
    );
    const cost = await b.cost(async () => {
      assertEquals(await registers.read(NAMES), SELECTS.map((s) => 0x8000_0000 + s));
    });
    assertEquals(cost, 2);
    assertEquals(await registers.read(["PC", "r15"]), [0x8000_000F, 0x8000_000F]);
    assertEquals(await registers.read([]), []);
  });
}

Deno.test("control, faultmask, basepri and primask share a word", async () => {
  await using b = await bench();
  b.chip.registers.set(20, 0x0201_F001);
  const names = ["control", "faultmask", "basepri", "primask"];
  assertEquals(await b.core.readRegisters(names), [2, 1, 0xF0, 1]);
  await b.core.writeRegisters({ basepri: 0x40, control: 3, r0: 0xFFFF_FFFF });
  assertEquals(b.chip.registers.get(20), 0x0301_4001);
  assertEquals(b.chip.registers.get(0), 0xFFFF_FFFF);
});

Deno.test("floating-point registers go by DCRSR", async () => {
  await using b = await bench();
  await b.core.writeRegisters({ s0: 0x3F80_0000, s31: 0x4000_0000, fpscr: 0x0300_0000 });
  assertEquals(await b.core.readRegisters(["s0", "s31", "fpscr"]), [
    0x3F80_0000,
    0x4000_0000,
    0x0300_0000,
  ]);
  assertEquals([...b.chip.registers.keys()].sort((x, y) => x - y), [0x21, 0x40, 0x5F]);
});

Deno.test("all registers cost a few exchanges", async () => {
  await using b = await bench();
  const integer = Array.from({ length: 16 }, (_, n) => `r${n}`);
  const single = Array.from({ length: 32 }, (_, n) => `s${n}`);
  assertEquals(await b.cost(() => b.core.readRegisters([...integer, "xpsr"])), 2);
  assertEquals(await b.cost(() => b.core.readRegisters([...integer, ...single])), 8);
  assertEquals(await b.cost(() => b.core.writeRegisters({ r0: 1, r1: 2, pc: 4 })), 2);
});

Deno.test("registers of a running core are refused", async () => {
  await using b = await bench(new FakeCore(), "attach");
  for (const name of ["pc", "s0"]) {
    const fault = await assertRejects(() => b.core.readRegisters([name]), Fault);
    assertEquals(fault.message, "The core must be halted to read registers, and it is running");
  }
  const fault = await assertRejects(() => b.core.writeRegisters({ r0: 1 }), Fault);
  assertEquals(fault.message, "The core must be halted to write registers, and it is running");
});

Deno.test("an unknown register is named", async () => {
  await using b = await bench();
  const fault = await assertRejects(() => b.core.readRegisters(["eax"]), Fault);
  assertEquals(fault.message, "Cortex-M7 r0p1 has no register eax");
});

Deno.test("a register that is not handed over in time is waited for, then reported", async () => {
  const chip = new FakeCore();
  await using b = await bench(chip);
  chip.registers.set(0x21, 5);
  chip.is.registersReady = false;
  let looks = 0;
  const access = chip.fake.onAccess;
  chip.fake.onAccess = (kind, at) => {
    if (at === 0xE000_EDF0 && kind === "read" && ++looks === 3) chip.is.registersReady = true;
    return access(kind, at);
  };
  assertEquals(await b.core.readRegisters(["fpscr"]), [5]);
  chip.is.registersReady = false;
  looks = 10;
  const fault = await assertRejects(() => b.core.readRegisters(["fpscr"]), Fault);
  assertEquals(fault.message, "The core did not hand over its register fpscr");
  const write = await assertRejects(() => b.core.writeRegisters({ s1: 1 }), Fault);
  assertEquals(write.message, "The core did not hand over its register s1");
});
