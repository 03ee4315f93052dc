import { assertEquals } from "@std/assert";
import { compareImage, describeDifference, firstNotErased } from "../../src/plan/mod.ts";
import { LAYOUT, ModelFlash, piece } from "./support.ts";

const AT = LAYOUT.at;

Deno.test("compareImage: counts all, tells the first with its line", async () => {
  const model = new ModelFlash(LAYOUT, Uint8Array.of(1, 2, 9, 9));
  const found = await compareImage([piece(AT, [1, 2, 3, 4], "a.hex:5")], model.read);
  assertEquals([found.comparedBytes, found.differingBytes], [4, 2]);
  assertEquals(
    found.first && describeDifference(found.first),
    "0x08000002 holds 0x09, the image wants 0x03 (a.hex:5)",
  );
});

Deno.test("compareImage: ignored ranges may differ; stopping early reads no further", async () => {
  const bytes = new Uint8Array(40_000);
  const model = new ModelFlash(LAYOUT, bytes);
  const wanted = piece(AT, bytes.map((_, i) => i === 5 || i === 30_000 ? 1 : 0));
  const ignoring = await compareImage([wanted], model.read, {
    ignore: [{ at: AT + 5, length: 1 }],
  });
  assertEquals([ignoring.differingBytes, ignoring.first?.at], [1, AT + 30_000]);
  const before = model.bytesRead;
  const early = await compareImage([wanted], model.read, { stopAtFirst: true });
  assertEquals([early.differingBytes, model.bytesRead - before], [1, 1024]);
});

Deno.test("compareImage: equal, with progress to the end", async () => {
  const model = new ModelFlash(LAYOUT, new Uint8Array(40_000));
  const seen: number[] = [];
  const found = await compareImage([piece(AT, new Uint8Array(40_000))], model.read, {
    progress: (done) => seen.push(done),
  });
  assertEquals([found.differingBytes, found.first], [0, undefined]);
  assertEquals(seen, [1024, 6144, 30_720, 40_000]);
});

Deno.test("firstNotErased: finds it, reads no further", async () => {
  const model = new ModelFlash(LAYOUT);
  assertEquals(await firstNotErased(model.read, { at: AT, length: 0x8000 }), undefined);
  model.bytes[2000] = 0;
  model.reads.length = 0;
  assertEquals(await firstNotErased(model.read, { at: AT, length: 0x8000 }), AT + 2000);
  assertEquals(model.reads.length, 2);
});
