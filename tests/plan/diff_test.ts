import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { type DiffOptions, diffSector, type SectorDiff } from "../../src/plan/mod.ts";
import { LAYOUT, ModelFlash, piece } from "./support.ts";

const sector = LAYOUT.sectors[0]!;
const AT = sector.at;
const how: DiffOptions = { unit: 4, keep: "erase", erased: 0xFF };
const diff = (
  model: ModelFlash,
  pieces: ReturnType<typeof piece>[],
  more: Partial<DiffOptions> = {},
): Promise<SectorDiff> => diffSector(sector, pieces, model.read, { ...how, ...more });
const old = (...bytes: [number, number[]][]): ModelFlash => {
  const model = new ModelFlash(LAYOUT);
  for (const [at, b] of bytes) model.bytes.set(b, at);
  return model;
};
const shape = (d: SectorDiff) => d.runs.map((r) => [r.at - AT, r.bytes.length]);

Deno.test("diffSector: what is there already is left alone", async () => {
  const d = await diff(old([0, [1, 2, 3, 4]]), [piece(AT, [1, 2, 3, 4])]);
  assertEquals([d.state, d.runs.length], ["same", 0]);
  assertEquals(d.why, "holds the image already");
});

Deno.test("diffSector: into erased flash nothing is erased", async () => {
  const d = await diff(old(), [piece(AT, [1, 2, 0xFF, 4, 5])]);
  assertEquals([d.state, shape(d)], ["blank", [[0, 8]]]);
  assertEquals([...d.runs[0]!.bytes], [1, 2, 0xFF, 4, 5, 0xFF, 0xFF, 0xFF]);
});

Deno.test("diffSector: a patch programs only units that are erased", async () => {
  const d = await diff(old([0, [1, 2, 3, 4]]), [piece(AT, [1, 2, 3, 4, 5, 6, 7, 8])]);
  assertEquals([d.state, shape(d)], ["patch", [[4, 4]]]);
});

Deno.test("diffSector: clearing bits of a programmed unit is not trusted: it erases", async () => {
  const d = await diff(old([0, [0xF7]]), [piece(AT, [0x07])]);
  assertEquals(d.state, "erase");
  assertEquals(d.why, "holds 0xF7 at 0x08000000, the image 0x07");
});

Deno.test("diffSector: a unit that holds a neighbour's byte cannot be programmed", async () => {
  const d = await diff(old([1, [0x11]]), [piece(AT, [0x22])]);
  assertEquals([d.state, d.why], ["erase", "holds 0xFF at 0x08000000, the image 0x22"]);
  const bytewise = await diff(old([1, [0x11]]), [piece(AT, [0x22])], { unit: 1 });
  assertEquals([bytewise.state, shape(bytewise)], ["blank", [[0, 1]]]);
});

Deno.test("diffSector: reading stops at the first difference", async () => {
  const model = old([8, [0]]);
  await diff(model, [piece(AT, new Uint8Array(32768).fill(0x55))]);
  assertEquals(model.bytesRead, 1024);
  const late = old();
  late.bytes.fill(0x55, 0, 32768);
  late.bytes[31_000] = 0;
  await diff(late, [piece(AT, new Uint8Array(32768).fill(0x55))]);
  assertEquals(late.bytesRead, 32768);
});

Deno.test("diffSector: only the image's part of the sector is read", async () => {
  const model = old();
  await diff(model, [piece(AT + 0x2000, [1, 2, 3, 4]), piece(AT + 0x7000, [5])]);
  assertEquals(model.reads, [[AT + 0x2000, 4], [AT + 0x7000, 4]]);
});

Deno.test("diffSector: pieces nearer than 1 KiB are read as one, and programmed as one", async () => {
  const model = old();
  const d = await diff(model, [piece(AT, [1]), piece(AT + 512, [2])]);
  assertEquals(model.reads, [[AT, 516]]);
  assertEquals(shape(d), [[0, 516]]);
});

Deno.test("diffSector: a foreign unit in the gap parts the run, so that it is not programmed", async () => {
  const d = await diff(old([100, [0x33]]), [piece(AT, [1]), piece(AT + 512, [2])]);
  assertEquals([d.state, shape(d)], ["patch", [[0, 4], [512, 4]]]);
});

Deno.test("diffSector: long erased stretches are left out of a run, short ones are not", async () => {
  const image = new Uint8Array(8192).fill(0xFF);
  image.set([1], 0);
  image.set([2], 1000);
  image.set([3], 1000 + 4 + 1024);
  const d = await diff(old([0, [0]]), [piece(AT, image)]);
  assertEquals(shape(d), [[0, 1004], [2028, 4]]);
});

Deno.test("diffSector: erase gives the rest up, read-modify-write puts it back, refuse says no", async () => {
  const around = (): ModelFlash => old([0, [0, 0, 0, 0]], [0x1000, [7, 8, 9]], [0x7FFF, [3]]);
  const lost = await diff(around(), [piece(AT, [1, 2, 3, 4])]);
  assertEquals([lost.state, shape(lost), lost.restored], ["erase", [[0, 4]], 0]);
  const kept = await diff(around(), [piece(AT, [1, 2, 3, 4])], { keep: "read-modify-write" });
  assertEquals([shape(kept), kept.restored], [[[0, 4], [0x1000, 4], [0x7FFC, 4]], 4]);
  assertEquals([...kept.runs[1]!.bytes], [7, 8, 9, 0xFF]);
  const fault = await assertRejects(
    () => diff(around(), [piece(AT, [1, 2, 3, 4])], { keep: "refuse" }),
    Fault,
  );
  assertEquals(fault.slug, "sector-holds-more");
  assertEquals([fault.facts["first"], fault.facts["count"]], ["0x08001000", 4]);
});

Deno.test("diffSector: refuse does not mind when nothing is lost, or nothing erased", async () => {
  const d = await diff(old([0, [0]]), [piece(AT, [1])], { keep: "refuse" });
  assertEquals(d.state, "erase");
  const blank = await diff(old([0x1000, [7]]), [piece(AT, [1])], { keep: "refuse" });
  assertEquals(blank.state, "blank");
});

Deno.test("diffSector: a preserved range is not the image's, and survives every policy", async () => {
  const preserve = [{ at: AT + 4, length: 4 }];
  const model = old([0, [0, 0, 0, 0, 9, 9, 9, 9]]);
  const d = await diff(model, [piece(AT, [1, 2, 3, 4, 5, 6, 7, 8])], { preserve });
  assertEquals([d.state, d.restored], ["erase", 4]);
  assertEquals([...d.runs[0]!.bytes], [1, 2, 3, 4, 9, 9, 9, 9]);
  const same = old([0, [1, 2, 3, 4, 9, 9, 9, 9]]);
  assertEquals(
    (await diff(same, [piece(AT, [1, 2, 3, 4, 5, 6, 7, 8])], { preserve })).state,
    "same",
  );
});

Deno.test("diffSector: a piece that runs on into the next sector is cut", async () => {
  const d = await diff(old(), [piece(AT + sector.size - 2, [1, 2, 3, 4])]);
  assertEquals(shape(d), [[sector.size - 4, 4]]);
  assertEquals([...d.runs[0]!.bytes], [0xFF, 0xFF, 1, 2]);
  assert(d.runs.length === 1);
  assertLess(d.runs[0]!.at, AT + sector.size);
});
