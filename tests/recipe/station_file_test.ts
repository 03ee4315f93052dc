/** Files of stations and layouts: any text gives a fault with words, or what it says. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Fault } from "../../src/base/mod.ts";
import { readStation } from "../../src/recipe/mod.ts";
import { readLayout } from "../../src/recipe/acts/layout.ts";
import { crc32, layOut } from "../../src/recipe/acts/layout_bytes.ts";
import { labelText } from "../../src/recipe/acts/unit.ts";
import { Secret } from "../../src/recipe/secret.ts";

const STATION = `station: v1
name: s
serials: { prefix: AB, digits: 8, blocks: ["1..9", "20..30"] }
label: { template: t.txt, spool: out }
`;
const LAYOUT = Deno.readTextFileSync("recipes/layouts/identity.v2.yaml");

async function onlyFaults(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    assertEquals(e.exit, 2);
    assert(!/undefined|TypeError|\[object/.test(e.message), e.message);
  }
}

Deno.test("station and layout files with something cut, doubled or put in give faults, never more", async () => {
  const change = (text: string) =>
    fc.record({
      at: fc.nat(text.length),
      cut: fc.nat(30),
      put: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom(
          "{",
          "]",
          "- ",
          ": ",
          "-1",
          "0x",
          "&a",
          "!x",
          "__proto__: 1\n",
          "1e99",
          "…",
        ),
      ),
    }).map(({ at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut));
  await fc.assert(
    fc.asyncProperty(
      change(STATION),
      (text) => onlyFaults(() => readStation("station.yaml", text)),
    ),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(change(LAYOUT), (text) =>
      onlyFaults(async () => {
        const layout = await readLayout("layout.yaml", text);
        const { bytes } = layOut(layout, {
          serial: "AB1",
          order: "WO-1",
          key: new Secret(new Uint8Array(32)),
        });
        assertEquals(bytes.length, layout.size);
      })),
    { numRuns: 300 },
  );
});

Deno.test("crc32: the check value of the catalogue, and what an empty text has", () => {
  // CRC RevEng catalogue, CRC-32/ISO-HDLC: check = 0xcbf43926
  assertEquals(crc32(new TextEncoder().encode("123456789")), 0xCBF4_3926);
  assertEquals(crc32(new Uint8Array(0)), 0);
});

Deno.test("layout: numbers by their endianness, texts padded, secrets and sums over them hidden", async () => {
  const layout = await readLayout(
    "l.yaml",
    `layout: v1
name: l
size: 24B
fill: 0xEE
endian: big
fields:
  a: { offset: 0, size: 3B, encoding: uint }
  b: { offset: 4, size: 2B, encoding: uint, endian: little, value: 0x1234 }
  c: { offset: 6, size: 4B, encoding: utf8, pad: 0x20 }
  k: { offset: 10, size: 4B, encoding: hex, secret: true }
  sum: { offset: 20, size: 4B, encoding: crc32, over: { offset: 0, length: 20B } }
`,
  );
  const secret = new Secret(new TextEncoder().encode("01020304\n"));
  const { bytes, secret: hidden } = layOut(layout, { a: 0x010203, c: "é", k: secret });
  assertEquals([...bytes.slice(0, 20)], [
    ...[1, 2, 3, 0xEE, 0x34, 0x12, 0xC3, 0xA9, 0x20, 0x20, 1, 2, 3, 4],
    ...new Array(6).fill(0xEE),
  ]);
  const sum = new DataView(bytes.buffer).getUint32(20, false);
  assertEquals(sum, crc32(bytes.slice(0, 20)));
  assertEquals(hidden, [{ at: 10, length: 4 }, { at: 20, length: 4 }]);
});

Deno.test("layout: a value for no field is refused, whatever every object has", async () => {
  const layout = await readLayout(
    "l.yaml",
    "layout: v1\nname: l\nsize: 1B\nfields:\n  a: { offset: 0, size: 1B, encoding: uint }\n",
  );
  for (const name of ["b", "toString", "constructor"]) {
    const error = assertThrows(() => layOut(layout, { a: 1, [name]: 2 }), Fault);
    assertStringIncludes(error.message, name);
  }
});

Deno.test("label: facts are put in, an unknown one is said", () => {
  assertEquals(labelText("{serial}/{date}", { serial: "A", date: "B" }), "A/B");
  try {
    labelText("{colour}", { serial: "A" });
    assert(false);
  } catch (e) {
    assert(e instanceof Fault);
    assertEquals(e.slug, "station-file-wrong");
  }
});
