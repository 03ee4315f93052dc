/** Every row of plan/'s catalogue, produced once; the snapshot is the text that its reader sees. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import { parseSectors } from "../../src/flash/mod.ts";
import type { Piece } from "../../src/image/mod.ts";
import { placeImage, planFault, planFlash } from "../../src/plan/mod.ts";
import { F746, LAYOUT, ModelFlash, piece } from "./support.ts";

const rejected = (go: () => unknown): Promise<Fault> =>
  assertRejects(() => Promise.resolve().then(go), Fault);
const placing = (...pieces: Piece[]) => (): Promise<Fault> =>
  rejected(() => placeImage({ file: "app.hex", pieces }, F746, LAYOUT));
const at = (address: number) => placing(piece(address, [1, 2, 3, 4], "app.hex:7"));
const sectors = (text: string) => (): Promise<Fault> =>
  rejected(() => parseSectors(text, { sub: F746.sub, flashKiB: 1024 }, LAYOUT));

const SCENES: Record<keyof typeof planFault.rows, () => Promise<Fault>> = {
  "image-outside-flash": at(0x2000_0000),
  "image-on-option-bytes": at(0x1FFF_0000),
  "image-on-otp": at(0x1FF0_F000),
  "image-on-system-memory": at(0x1FF0_0000),
  "image-larger-than-flash": placing(piece(0x080F_FFFE, [1, 2, 3, 4], "app.hex:9")),
  "no-such-sector": sectors("0..11"),
  "bad-sector-list": sectors("0..3,x"),
  "image-pieces-overlap": placing(
    piece(0x0800_0000, [1, 2], "app.elf, segment 0"),
    piece(0x0020_0001, [3], "app.elf, segment 1"),
  ),
  "sector-holds-more": () => {
    const model = new ModelFlash(LAYOUT, Uint8Array.of(0, 0, 0, 0, 5, 6, 7));
    const image = [piece(LAYOUT.at, [1])];
    return rejected(() =>
      planFlash({ image, layout: LAYOUT, holds: model.read, unit: 4, keep: "refuse" })
    );
  },
};

for (const [slug, make] of Object.entries(SCENES)) {
  Deno.test(`fault ${slug}`, async (t) => {
    const fault = await make();
    assertEquals(fault.slug, slug);
    assertEquals(fault.exit, 2);
    const text = renderDiagnostic(diagnose(fault));
    assert(!/\{\w+\}/.test(text), `an unfilled fact in:\n${text}`);
    await t.assertSnapshot(text);
  });
}

Deno.test("no row of the plan's faults is without a scene", () => {
  assertEquals(Object.keys(SCENES).sort(), Object.keys(planFault.rows).sort());
});
