/** Every row of the catalogue, produced once; the snapshot is the text that its reader sees. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import { cortexFault } from "../../src/cortex/mod.ts";
import { type Bench, bench, FakeCore, type Switches } from "../support/fake_core.ts";

type Slug = keyof typeof cortexFault.rows;

async function after(
  act: (b: Bench) => Promise<unknown>,
  options: ConstructorParameters<typeof FakeCore>[0] = {},
): Promise<Fault> {
  await using b = await bench(new FakeCore(options));
  return await assertRejects(() => act(b), Fault);
}
/** The switches fall after attaching. */
const broken = (is: Partial<Switches>, act: (b: Bench) => Promise<unknown>): Promise<Fault> =>
  after((b) => {
    Object.assign(b.chip.is, is);
    return act(b);
  });

const SCENES: Readonly<Record<Slug, () => Promise<Fault>>> = {
  "core-unknown": () => assertRejects(() => bench(new FakeCore({ cpuid: 0xA05F_0000 })), Fault),
  "core-did-not-halt": () =>
    broken({ halts: false, resetsEvery: 16 }, async (b) => {
      await b.core.resume();
      await b.core.halt();
    }),
  "core-did-not-stop": () => broken({ catches: false }, (b) => b.core.resetAndHalt()),
  "core-held-in-reset": () =>
    after(async (b) => {
      await b.probe.holdReset(true);
      await b.core.halt();
    }),
  "core-reset-failed": () =>
    broken({ nrstWired: false, sysresetreqWorks: false }, (b) => b.core.reset()),
  "core-no-such-register": () => after((b) => b.core.readRegisters(["r16"])),
  "core-not-halted": () =>
    after(async (b) => {
      await b.core.resume();
      await b.core.step();
    }),
  "core-register-stuck": () =>
    broken({ registersReady: false }, (b) => b.core.readRegisters(["s0"])),
  "core-no-breakpoint-left": () =>
    after(async (b) => {
      for (let n = 0; n < 9; n++) await b.core.breakpoint(0x0800_0000 + 2 * n, true);
    }),
  "core-cannot-break-there": () =>
    after((b) => b.core.breakpoint(0x2000_0000, true), { cpuid: 0x411F_C231, fpb: 0x260 }),
  "core-no-watchpoint-left": () =>
    after(async (b) => {
      for (let n = 0; n < 5; n++) await b.core.watchpoint(0x2000_0000 + 4 * n, 4, "write", true);
    }),
  "core-cannot-watch": () => after((b) => b.core.watchpoint(0x2000_0002, 4, "write", true)),
};

for (const [slug, make] of Object.entries(SCENES)) {
  Deno.test(`fault ${slug}`, async (t) => {
    const fault = await make();
    assertEquals(fault.slug, slug);
    const text = renderDiagnostic(diagnose(fault));
    assert(!/\{\w+\}/.test(text), `an unfilled fact in:\n${text}`);
    await t.assertSnapshot(text);
  });
}

Deno.test("no row of the core's faults is without a scene", () => {
  assertEquals(Object.keys(SCENES).sort(), Object.keys(cortexFault.rows).sort());
});
