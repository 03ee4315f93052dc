/** Every row of chip/'s catalogue, produced once; the snapshot is the text that its reader sees. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Access, diagnose, Fault, type Memory } from "../../src/base/mod.ts";
import { chipFault, identify } from "../../src/chip/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";

/** A bus where only the two identity registers are. */
function bus(cpuid: number, idcode: number): Memory {
  const word = (at: number): number => at === 0xE000_ED00 ? cpuid : idcode;
  return {
    batch: (steps: readonly Access[]) =>
      Promise.resolve(Uint32Array.from(steps.map((s) => "read" in s ? word(s.read) : 0))),
    read: (_at, length) => Promise.resolve(new Uint8Array(length)),
    write: () => Promise.resolve(),
  };
}
const scene = (cpuid: number, idcode: number) => (): Promise<Fault> =>
  assertRejects(() => identify(bus(cpuid, idcode)), Fault);

const SCENES: Record<keyof typeof chipFault.rows, () => Promise<Fault>> = {
  "chip-unknown": scene(0x411F_C272, 0x2003_6450),
  "chip-id-garbage": scene(0x410F_C271, 0xA05F_0000),
  "chip-no-core": scene(0, 0),
  "chip-contradiction": scene(0x410F_C241, 0x1001_6449),
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

Deno.test("no row of the chip's faults is without a scene", () => {
  assertEquals(Object.keys(SCENES).sort(), Object.keys(chipFault.rows).sort());
});
