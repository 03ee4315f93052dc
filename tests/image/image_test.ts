import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { concat, Fault, putU16le, putU32le } from "../../src/base/mod.ts";
import {
  encodeHex,
  encodeSrec,
  type Image,
  imageRange,
  loadImage,
  mapAliases,
} from "../../src/image/mod.ts";
import { needsProgram } from "../support/need.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const load = (file: string, s: string): Image => loadImage(file, text(s));
/** What a file is refused with: slug, the line it points at, the sentence. */
function refused(
  file: string,
  bytes: Uint8Array,
  base?: number,
): [string, number | undefined, string] {
  const f = assertThrows(() => loadImage(file, bytes, base === undefined ? {} : { base }), Fault);
  return [f.slug, f.options.where?.line, f.message];
}

/** Sorted pieces that neither touch nor overlap. */
const pieces = fc.array(
  fc.record({
    gap: fc.integer({ min: 1, max: 0x2_0000 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 90 }),
  }),
  { minLength: 1, maxLength: 6 },
).map((list) => {
  let at = 0x0800_0000;
  return list.map(({ gap, bytes }) => {
    at += gap;
    const piece = { at, bytes };
    at += bytes.length;
    return piece;
  });
});
const plain = (image: Image) => image.pieces.map(({ at, bytes }) => ({ at, bytes: bytes.slice() }));

/** A small ELF file with one segment, one symbol, and its tables. */
function elf(bytes: Uint8Array, physical = 0x0800_0000): Uint8Array<ArrayBuffer> {
  const names = text("\0main\0$t\0");
  const symbols = new Uint8Array(48);
  putU32le(symbols, 16, 1);
  putU32le(symbols, 20, physical + 1);
  putU32le(symbols, 24, 6);
  symbols[28] = 2;
  putU16le(symbols, 30, 1);
  putU32le(symbols, 32, 6);
  putU16le(symbols, 46, 1);
  const header = new Uint8Array(52);
  header.set([0x7F, 0x45, 0x4C, 0x46, 1, 1, 1]);
  putU16le(header, 18, 40);
  putU32le(header, 24, physical + 1);
  const ph = new Uint8Array(32);
  putU32le(ph, 0, 1);
  putU32le(ph, 4, 84);
  putU32le(ph, 8, 0x2000_0000);
  putU32le(ph, 12, physical);
  putU32le(ph, 16, bytes.length);
  const sectionsAt = 84 + bytes.length + symbols.length + names.length;
  const section = (type: number, at: number, size: number, link: number) => {
    const s = new Uint8Array(40);
    putU32le(s, 4, type);
    putU32le(s, 16, at);
    putU32le(s, 20, size);
    putU32le(s, 24, link);
    return s;
  };
  putU32le(header, 28, 52);
  putU32le(header, 32, sectionsAt);
  putU16le(header, 42, 32);
  putU16le(header, 44, 1);
  putU16le(header, 46, 40);
  putU16le(header, 48, 3);
  const [symbolsAt, namesAt] = [84 + bytes.length, 84 + bytes.length + symbols.length];
  return Uint8Array.from(concat([
    header,
    ph,
    bytes,
    symbols,
    names,
    section(0, 0, 0, 0),
    section(2, symbolsAt, symbols.length, 2),
    section(3, namesAt, names.length, 0),
  ]));
}

/** A UF2 file of 256-byte blocks. */
function uf2(bytes: Uint8Array, at = 0x0800_0000, family = 0x53B8_0F00): Uint8Array {
  const count = Math.ceil(bytes.length / 256);
  return concat(Array.from({ length: count }, (_, i) => {
    const b = new Uint8Array(512);
    const part = bytes.subarray(i * 256, (i + 1) * 256);
    [0x0A32_4655, 0x9E5D_5157, 0x2000, at + i * 256, part.length, i, count, family].forEach((
      w,
      k,
    ) => putU32le(b, k * 4, w));
    b.set(part, 32);
    putU32le(b, 508, 0x0AB1_6F30);
    return b;
  }));
}

Deno.test("ihex: reading what was written gives the pieces back", () => {
  fc.assert(fc.property(pieces, fc.nat({ max: 0xFFFF_FFFF }), (list, entry) => {
    const image = load("a.hex", encodeHex(list, entry));
    assertEquals(plain(image), list.map((p) => ({ ...p, bytes: p.bytes.slice() })));
    assertEquals([image.entry, image.format], [entry, "ihex"]);
  }));
});
Deno.test("srec: reading what was written gives the pieces back", () => {
  fc.assert(fc.property(pieces, (list) => {
    const image = load("a.s19", encodeSrec(list, 0x0800_0101));
    assertEquals(plain(image), list.map((p) => ({ ...p, bytes: p.bytes.slice() })));
    assertEquals([image.entry, image.format], [0x0800_0101, "srec"]);
  }));
});
Deno.test("addresses that are none are refused by whoever reads and writes images", () => {
  const bytes = new Uint8Array(16);
  for (const at of [-4, 0.5, NaN, 0xFFFF_FFFC, 0x1_0000_0000]) {
    const makes = [
      () => loadImage("a.bin", bytes, { base: at }),
      () => encodeHex([{ at, bytes }]),
      () => encodeSrec([{ at, bytes }]),
    ];
    for (const make of makes) {
      assertEquals((assertThrows(make, Fault) as Fault).slug, "image-past-end", `${at}`);
    }
  }
});
Deno.test("elf: segments by physical address, entry, symbols without mapping symbols", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
    const image = loadImage("a.elf", elf(bytes));
    assertEquals(plain(image), [{ at: 0x0800_0000, bytes: bytes.slice() }]);
    assertEquals(image.symbols, [{ name: "main", at: 0x0800_0001, size: 6 }]);
    assertEquals([image.entry, image.pieces[0]?.from], [0x0800_0001, "a.elf, segment 0"]);
  }));
});
Deno.test("uf2: blocks become one piece, in whatever order they come", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 257, maxLength: 900 }), (bytes) => {
    const file = uf2(bytes);
    const swapped = concat([file.subarray(512), file.subarray(0, 512)]);
    assertEquals(plain(loadImage("a.uf2", swapped)), [{ at: 0x0800_0000, bytes: bytes.slice() }]);
  }));
});
Deno.test("bin: at its base, whatever it looks like inside", () => {
  const image = loadImage("a.bin", text(":00000001FF"), { base: 0x0800_4000 });
  assertEquals(imageRange(image), { start: 0x0800_4000, end: 0x0800_400B, bytes: 11 });
});
Deno.test("pieces: remember the first line, and are sorted and joined where they touch", () => {
  const image = load(
    "hello.hex",
    ":020000040800F2\n:04000400556677883E\n\r\n:0400000000000220DA\n:00000001FF\n",
  );
  assertEquals(image.pieces.map((p) => [p.at, p.bytes.length, p.from]), [[
    0x0800_0000,
    8,
    "hello.hex:4",
  ]]);
});

Deno.test("any bytes, and any file with a byte changed: an image or a Fault, never anything else", () => {
  const files = [
    text(encodeHex([{ at: 0x0800_0000, bytes: new Uint8Array(40).fill(7) }], 5)),
    text(encodeSrec([{ at: 0x0800_0000, bytes: new Uint8Array(40).fill(7) }])),
    elf(new Uint8Array(40).fill(7)),
    uf2(new Uint8Array(600).fill(7)),
  ];
  const attempt = (name: string, bytes: Uint8Array): Image | undefined => {
    try {
      return loadImage(name, bytes);
    } catch (e) {
      assertInstanceOf(e, Fault);
    }
  };
  const names = fc.constantFrom("x.hex", "x.srec", "x.elf", "x.uf2", "x");
  fc.assert(
    fc.property(
      names,
      fc.uint8Array({ maxLength: 300 }),
      (name, bytes) => void attempt(name, bytes),
    ),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      names,
      fc.nat(),
      fc.nat({ max: 255 }),
      (file, name, at, to) => {
        const changed = file.slice();
        changed[at % file.length] = to;
        attempt(name, changed);
        attempt(name, file.subarray(0, at % file.length));
      },
    ),
    { numRuns: 2000 },
  );
});
Deno.test("text formats: no single changed digit goes unnoticed", () => {
  const bytes = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
  for (
    const file of [
      encodeHex([{ at: 0x0800_0000, bytes }]),
      encodeSrec([{ at: 0x0800_0000, bytes }]),
    ]
  ) {
    const want = plain(load("a", file));
    for (let i = 0; i < file.length; i++) {
      if (!/[0-9A-F]/.test(file[i] ?? "")) continue;
      const digit = file[i] === "0" ? "1" : "0";
      const changed = file.slice(0, i) + digit + file.slice(i + 1);
      const f = assertThrows(() => assertEquals(plain(load("a", changed)), want), Error);
      assertInstanceOf(f, Fault);
    }
  }
});

Deno.test("bad text files: each mistake has its own name and points at its line", () => {
  const hex = (s: string) => refused("a.hex", text(s));
  assertEquals(hex(":0400000000000220DB\n:00000001FF"), [
    "image-bad-checksum",
    1,
    "Line 1 of a.hex has a wrong checksum: it says 0xDB, its bytes give 0xDA",
  ]);
  assertEquals(hex(":0400000000000220DA\n:0400000000000220G0\n").slice(0, 2), [
    "image-bad-record",
    2,
  ]);
  assertEquals(hex(":0400000000000220DA\n").slice(0, 2), ["image-truncated", 1]);
  assertEquals(hex(":0400000000000220DA\n:00000001FF\n\n:0400000000000220DA").slice(0, 2), [
    "image-after-end",
    4,
  ]);
  assertEquals(
    hex(":00000006FA\n")[2],
    "Line 1 of a.hex is no valid Intel HEX record: record type 6 does not exist",
  );
  assertEquals(
    hex(":0100000401FA\n")[2],
    "Line 1 of a.hex is no valid Intel HEX record: a record of type 4 has 2 data bytes, not 1",
  );
  assertEquals(
    hex(":0500000000000220DA\n")[2],
    "Line 1 of a.hex is no valid Intel HEX record: it says 5 data bytes and has 4",
  );
  assertEquals(hex(":0000\n").slice(0, 2), ["image-bad-record", 1]);
  assertEquals(hex(":00000001FF\n").slice(0, 1), ["image-empty"]);
  assertEquals(hex(":02000004FFFFFC\n:02FFFF000102FD\n:00000001FF").slice(0, 1), [
    "image-past-end",
  ]);
  assertEquals(hex(":0400000000000220DA\n:0400020000000220D8\n:00000001FF"), [
    "image-overlap",
    undefined,
    "a.hex says twice what belongs at 0x00000002: in a.hex:1 and in a.hex:2",
  ]);
  const srec = (s: string) => refused("a.s19", text(s));
  assertEquals(srec("S4030000FC").slice(0, 2), ["image-bad-record", 1]);
  assertEquals(srec("S1050000AABB9A\nS9030000FC").slice(0, 2), ["image-bad-checksum", 1]);
  assertEquals(srec("S1050000AABB95\nS5030002FA\nS9030000FC").slice(0, 2), ["image-truncated", 2]);
  assertEquals(srec("S1050000AABB95\n").slice(0, 1), ["image-truncated"]);
});
Deno.test("bad binary files: each mistake has its own name", () => {
  const good = elf(new Uint8Array(16));
  const changed = (at: number, ...bytes: number[]) => {
    const b = good.slice();
    b.set(bytes, at);
    return b;
  };
  assertEquals(
    refused("a.elf", changed(18, 62, 0))[2],
    "a.elf is an ELF file for x86-64, not for 32-bit little-endian Arm",
  );
  assertEquals(refused("a.elf", changed(4, 2))[0], "image-wrong-machine");
  assertEquals(
    refused("a.elf", changed(5, 2))[2],
    "a.elf is an ELF file for a big-endian machine, not for 32-bit little-endian Arm",
  );
  assertEquals(refused("a.elf", good.subarray(0, 90))[0], "image-truncated");
  assertEquals(refused("a.elf", changed(42, 8, 0))[0], "image-bad-structure");
  assertEquals(refused("a.elf", text("not one"))[0], "image-bad-structure");
  const blocks = uf2(new Uint8Array(600));
  assertEquals(
    refused("a.uf2", blocks.subarray(0, 1024))[2],
    "a.uf2 ends too early: it says 3 blocks and has 2",
  );
  assertEquals(refused("a.uf2", blocks.subarray(0, 700))[0], "image-truncated");
  assertEquals(
    refused("a.uf2", concat([blocks, blocks.subarray(0, 512)]))[0],
    "image-bad-structure",
  );
  assertStringIncludes(refused("a.uf2", uf2(new Uint8Array(9), 0, 0x1234_5678))[2], "0x12345678");
  assertEquals(refused("a.bin", text("x"))[0], "image-needs-base");
  assertEquals(refused("a.hex", text(":00000001FF"), 0x0800_0000)[0], "image-base-not-wanted");
  assertEquals(refused("a.xyz", text("x"))[0], "image-unknown-format");
  assertEquals(refused("a.bin", new Uint8Array(), 0x0800_0000)[0], "image-empty");
  assertEquals(refused("a.bin", new Uint8Array(0x0400_0001), 0x0800_0000)[0], "image-too-large");
});

Deno.test("mapAliases: the ITCM view of flash is moved, and may not hide an overlap", () => {
  const itcm = [{ at: 0x0020_0000, size: 0x10_0000 }];
  const image = load(
    "a.hex",
    encodeHex([{ at: 0x0020_0100, bytes: new Uint8Array(4) }, {
      at: 0x2000_0000,
      bytes: new Uint8Array(4),
    }], 0x0020_0101),
  );
  const moved = mapAliases(image, itcm, 0x0800_0000);
  assertEquals(moved.pieces.map((p) => p.at), [0x0800_0100, 0x2000_0000]);
  assertEquals(moved.entry, 0x0800_0101);
  const twice = load(
    "a.hex",
    encodeHex([{ at: 0x0020_0000, bytes: new Uint8Array(4) }, {
      at: 0x0800_0002,
      bytes: new Uint8Array(4),
    }]),
  );
  assertEquals(
    assertThrows(() => mapAliases(twice, itcm, 0x0800_0000), Fault).slug,
    "image-overlap",
  );
});

needsProgram("arm-none-eabi-objcopy", "formats: objcopy's files say what ours say", async () => {
  const folder = await Deno.makeTempDir();
  const bytes = crypto.getRandomValues(new Uint8Array(40_001));
  await Deno.writeFile(`${folder}/raw`, bytes);
  for (
    const [format, name] of [["ihex", "a.hex"], ["srec", "a.s37"], ["binary", "a.bin"]] as const
  ) {
    const again = await new Deno.Command("arm-none-eabi-objcopy", {
      args: [
        "-I",
        "binary",
        "-O",
        format,
        "--change-section-address",
        ".data=0x08000000",
        `${folder}/raw`,
        `${folder}/${name}`,
      ],
    }).output();
    assertEquals(again.code, 0, new TextDecoder().decode(again.stderr));
    const image = loadImage(
      name,
      await Deno.readFile(`${folder}/${name}`),
      format === "binary" ? { base: 0x0800_0000 } : {},
    );
    assertEquals([image.pieces.length, image.pieces[0]?.at], [1, 0x0800_0000]);
    assertEquals(image.pieces[0]?.bytes.slice(), bytes);
  }
  await Deno.remove(folder, { recursive: true });
});
