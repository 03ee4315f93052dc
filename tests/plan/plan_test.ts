import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import type { Piece } from "../../src/image/mod.ts";
import {
  blankFlash,
  type Keep,
  planFlash,
  type PlanInput,
  predictFlash,
} from "../../src/plan/mod.ts";
import { LAYOUT, ModelFlash, piece, SMALL } from "./support.ts";

const AT = LAYOUT.at;
const plan = (model: ModelFlash, image: Piece[], more: Partial<PlanInput> = {}) =>
  planFlash({ image, layout: model.layout, holds: model.read, unit: 4, ...more });

Deno.test("planFlash: blank chip: programs, erases nothing, vectors last", async () => {
  const image = [piece(AT, Array.from({ length: 40 }, (_, i) => i))];
  const p = await plan(new ModelFlash(LAYOUT), image);
  assertEquals(p.erase, []);
  assertEquals(p.program.map((r) => [r.at - AT, r.bytes.length]), [[8, 32], [0, 8]]);
  assertEquals(p.steps.at(-1)?.why, "stack pointer and reset vector, last of all");
  assertEquals(p.bytesToProgram, 40);
});

Deno.test("planFlash: the same image again does nothing, and reads no more than the image", async () => {
  const bytes = Array.from({ length: 50_000 }, (_, i) => i % 251);
  const model = new ModelFlash(LAYOUT, Uint8Array.from(bytes));
  const p = await plan(model, [piece(AT, bytes)]);
  assertEquals([p.unchanged, p.steps.length, model.bytesRead], [true, 0, 50_000]);
});

Deno.test("planFlash: only the sector that differs; its neighbours stay", async () => {
  const bytes = Uint8Array.from({ length: 0x18000 }, (_, i) => i % 251);
  const model = new ModelFlash(LAYOUT, bytes);
  model.bytes[0x9000] = 0xEE;
  const p = await plan(model, [piece(AT, bytes)]);
  assertEquals(p.erase.map((s) => s.index), [1]);
  assertEquals(p.sectors.map((d) => d.state), ["same", "erase", "same"]);
  assertEquals(p.steps[0]?.do === "erase" && p.steps[0].why.includes("0x08009000"), true);
});

Deno.test("planFlash: runs of neighbouring sectors are one; the vectors' sector is erased first", async () => {
  const bytes = new Uint8Array(0x10000).fill(0x5A);
  const model = new ModelFlash(LAYOUT, new Uint8Array(0x10000).fill(0));
  const p = await plan(
    model,
    [piece(AT + 0x4000, bytes.subarray(0x4000)), piece(AT, bytes.subarray(0, 16))]
      .sort((a, b) => a.at - b.at),
  );
  assertEquals(p.erase.map((s) => s.index), [0, 1]);
  assertEquals(p.program.map((r) => [r.at - AT, r.bytes.length]), [
    [8, 8],
    [0x4000, 0xC000],
    [0, 8],
  ]);
});

Deno.test("planFlash: an image that leaves the start of flash alone has its vectors at its own start", async () => {
  const image = [piece(AT + 0x8000, new Uint8Array(64).fill(1))];
  const p = await plan(new ModelFlash(LAYOUT), image);
  assertEquals(p.program.map((r) => r.at - AT), [0x8008, 0x8000]);
  const up = await plan(new ModelFlash(LAYOUT), image, { order: "ascending" });
  assertEquals(up.program.map((r) => r.at - AT), [0x8000]);
});

Deno.test("planFlash: vectors that are no whole unit do not split one", async () => {
  const p = await plan(new ModelFlash(LAYOUT), [piece(AT + 2, new Uint8Array(30).fill(1))]);
  assertEquals(p.program.map((r) => [r.at - AT, r.bytes.length]), [[12, 20], [0, 12]]);
});

Deno.test("planFlash: progress by sector; an empty image is no work", async () => {
  const seen: string[] = [];
  await plan(new ModelFlash(LAYOUT), [piece(AT, new Uint8Array(0x9000).fill(1))], {
    progress: (a, b) => seen.push(`${a}/${b}`),
  });
  assertEquals(seen, ["1/2", "2/2"]);
  const p = await plan(new ModelFlash(LAYOUT), []);
  assertEquals([p.unchanged, p.steps.length], [true, 0]);
});

Deno.test("predictFlash: what a plan leaves behind, in any window", async () => {
  const model = new ModelFlash(LAYOUT, new Uint8Array(0x9000).fill(0x11));
  const p = await plan(model, [piece(AT, [1, 2, 3, 4])]);
  const after = predictFlash(model.read, p);
  assertEquals([...await after(AT + 2, 4)], [3, 4, 0xFF, 0xFF]);
  assertEquals([...await after(AT + 0x7FFE, 4)], [0xFF, 0xFF, 0x11, 0x11]);
  assertEquals([...await blankFlash()(AT, 2)], [0xFF, 0xFF]);
});

// --- properties

/** Sparse old contents, so that erased, equal and different units all occur. */
const contents = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 0xFFFF }),
    length: fc.integer({ min: 1, max: 3000 }),
    value: fc.constantFrom(0x00, 0x11, 0xF1, 0xFF),
  }),
  { maxLength: 6 },
);
function filled(patches: readonly { at: number; length: number; value: number }[]): Uint8Array {
  const out = new Uint8Array(SMALL.size).fill(0xFF);
  for (const p of patches) out.fill(p.value, p.at, p.at + p.length);
  return out;
}
/** Pieces that do not overlap: the non-erased, or any, stretches of such contents. */
const images = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 5000 }),
    length: fc.integer({ min: 1, max: 9000 }),
    value: fc.constantFrom(0x00, 0x11, 0xF1, 0xFF),
  }),
  { maxLength: 5 },
).map((parts) => {
  const out: Piece[] = [];
  let at = 0;
  for (const p of parts) {
    at += p.gap;
    const length = Math.min(p.length, SMALL.size - at);
    if (length <= 0) break;
    out.push(piece(SMALL.at + at, new Uint8Array(length).fill(p.value)));
    at += length;
  }
  return out;
});
const keeps = fc.constantFrom<Keep>("erase", "read-modify-write", "refuse");
const units = fc.constantFrom<1 | 2 | 4>(1, 2, 4);
const orders = fc.constantFrom<"vectors-last" | "ascending">("vectors-last", "ascending");

Deno.test("property: plan then apply = image, and nothing outside the plan changes", async () => {
  await fc.assert(
    fc.asyncProperty(
      contents,
      images,
      keeps,
      units,
      orders,
      async (old, image, keep, unit, order) => {
        const model = new ModelFlash(SMALL, filled(old));
        const before = model.bytes.slice();
        let p;
        try {
          p = await plan(model, image, { keep, unit, order });
        } catch (error) {
          assert(error instanceof Fault && error.slug === "sector-holds-more" && keep === "refuse");
          return;
        }
        const predicted = await predictFlash(model.read, p)(SMALL.at, SMALL.size);
        model.apply(p, unit); // throws when a unit is programmed that is not erased
        assertEquals(model.bytes, predicted);
        const owner = new Uint8Array(SMALL.size);
        for (const { at, bytes } of image) {
          owner.fill(1, at - SMALL.at, at - SMALL.at + bytes.length);
          assertEquals(model.bytes.slice(at - SMALL.at, at - SMALL.at + bytes.length), bytes);
        }
        const erased = new Uint8Array(SMALL.size);
        for (const s of p.erase) erased.fill(1, s.at - SMALL.at, s.at - SMALL.at + s.size);
        for (let i = 0; i < SMALL.size; i++) {
          if (owner[i] === 1 || model.bytes[i] === before[i]) continue;
          // a byte outside the image changed: only by an erase, and only where that was allowed
          assert(keep === "erase" && erased[i] === 1 && model.bytes[i] === 0xFF, `offset ${i}`);
        }
        const again = await plan(model, image, { keep, unit, order });
        assert(again.unchanged, "the second time there is nothing to do");
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("property: a preserved range never changes", async () => {
  const range = fc.record({
    at: fc.integer({ min: 0, max: 0xEFFF }),
    length: fc.integer({ min: 1, max: 0x1000 }),
  });
  await fc.assert(
    fc.asyncProperty(contents, images, range, units, async (old, image, r, unit) => {
      const model = new ModelFlash(SMALL, filled(old));
      const before = model.bytes.slice(r.at, r.at + r.length);
      const preserve = [{ at: SMALL.at + r.at, length: r.length }];
      const p = await plan(model, image, { preserve, unit });
      model.apply(p, unit);
      assertEquals(model.bytes.slice(r.at, r.at + r.length), before);
    }),
    { numRuns: 80 },
  );
});

Deno.test("property: every stop of a vectors-last plan leaves no half image that boots", async () => {
  await fc.assert(
    fc.asyncProperty(contents, images, async (old, image) => {
      const model = new ModelFlash(SMALL, filled(old));
      const covered = image.some((p) => p.at === SMALL.at && p.bytes.length >= 8);
      const p = await plan(model, image);
      const [first] = p.sectors;
      if (!covered || first?.state !== "erase") return;
      assertEquals(p.erase[0]?.index, 0);
      const touching = p.program.findIndex((r) => r.at < SMALL.at + 8);
      assert(touching === -1 || touching === p.program.length - 1);
    }),
    { numRuns: 100 },
  );
});
