import { assert, assertEquals, assertRejects } from "@std/assert";
import { decode, diagnose, Fault } from "../../src/base/mod.ts";
import {
  AP_REGISTERS,
  apIdentity,
  coresightFault,
  cswFor,
  DP_REGISTERS,
  powerUp,
  readAp,
  readDp,
  romTable,
  SEQUENCES,
  writeDp,
} from "../../src/coresight/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { FakeStlink } from "../support/fake_stlink.ts";

async function setup(fake = new FakeStlink()) {
  const probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  return { fake, probe, [Symbol.asyncDispose]: () => probe[Symbol.asyncDispose]() };
}

Deno.test("an IDR is told by class and type", () => {
  assertEquals(apIdentity(0x7477_0001), { idr: 0x7477_0001, memory: true, name: "AHB-AP" });
  assertEquals(apIdentity(0x4477_0002).name, "APB-AP");
  assertEquals(apIdentity(0x8477_0001).memory, true);
  assertEquals(apIdentity(0x2476_0010), { idr: 0x2476_0010, memory: false, name: "AP" });
  assertEquals(decode(AP_REGISTERS.IDR[1], 0x2477_0011)["DESIGNER"], 0x23B);
  assertEquals(decode(DP_REGISTERS.DPIDR[1], 0x5BA0_2477), {
    REVISION: 5,
    PARTNO: 0xBA,
    MIN: 0,
    VERSION: 2,
    DESIGNER: 0x23B,
  });
});

Deno.test("cswFor() sets size and increment and keeps the rest", () => {
  assertEquals(cswFor(0xA200_0000, 4, true), 0xA200_0012);
  assertEquals(cswFor(0xA200_0000, 1, true), 0xA200_0010);
  assertEquals(cswFor(0xA200_0012, 2, false), 0xA200_0001);
});

// facts/cortex-m.md §1: lengths, and where the switch codes stand
Deno.test("the wake sequences have their lengths and codes", () => {
  assertEquals(Object.fromEntries(Object.entries(SEQUENCES).map(([n, s]) => [n, s.bits])), {
    "line reset": 64,
    "JTAG to SWD": 136,
    "SWD to JTAG": 80,
    "SWD to dormant": 72,
    "JTAG to dormant": 40,
    "dormant to SWD": 224,
  });
  for (const { bytes, bits } of Object.values(SEQUENCES)) assertEquals(bytes.length * 8, bits);
  assertEquals(SEQUENCES["JTAG to SWD"].bytes.slice(7, 9), [0x9E, 0xE7]);
  assertEquals(SEQUENCES["line reset"].bytes.at(-1), 0, "two low bits after fifty high ones");
});

Deno.test("readDp(), writeDp() and readAp() go to their registers", async () => {
  await using s = await setup();
  assertEquals(await readDp(s.probe, "DPIDR"), 0x5BA0_2477);
  assertEquals(await readAp(s.probe, 0, "IDR"), 0x7477_0001);
  await writeDp(s.probe, "SELECT", 0xF0);
  assertEquals(s.fake.dap.get("65535:8"), 0xF0);
  await readDp(s.probe, "TARGETID");
  assert(s.fake.log.includes("F2 45"));
});

Deno.test("powerUp() asks for power and waits until it is granted", async () => {
  await using s = await setup();
  let reads = 0;
  s.fake.onCommand = (op, p) => {
    if (op === 0x45 && p[4] === 4 && ++reads === 3) s.fake.dap.set("65535:4", 0xF000_0000);
    return undefined;
  };
  assertEquals(await powerUp(s.probe, s.fake.clock, 100), 0x5BA0_2477);
  assertEquals(s.fake.clock.slept, [1, 1]);
  assertEquals(s.fake.dap.get("65535:8"), 0);
});

Deno.test("fault debug-power-refused", async (t) => {
  await using s = await setup();
  const fault = await assertRejects(() => powerUp(s.probe, s.fake.clock, 20), Fault);
  assertEquals(fault.slug, "debug-power-refused");
  await t.assertSnapshot(renderDiagnostic(diagnose(fault)));
});

Deno.test("fault no-memory-port", async (t) => {
  await using s = await setup();
  const memory = s.probe.fastMemory?.(1);
  assert(memory);
  const fault = await assertRejects(() => romTable(s.probe, 1, memory), Fault);
  assertEquals(fault.slug, "no-memory-port");
  await t.assertSnapshot(renderDiagnostic(diagnose(fault)));
});

Deno.test("no other faults are in the catalogue", () => {
  assertEquals(Object.keys(coresightFault.rows), ["debug-power-refused", "no-memory-port"]);
});
