import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { concat, diagnose, Fault, putU16le, putU32le } from "../../src/base/mod.ts";
import { encodeHex, encodeSrec, type Image, loadImage } from "../../src/image/mod.ts";
import { needsProgram } from "../support/need.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const load = (file: string, s: string): Image => loadImage(file, text(s));
const refused = (file: string, bytes: Uint8Array) =>
  diagnose(assertThrows(() => loadImage(file, bytes), Fault));

const PROGBITS = 1;
const NOBITS = 8;
const ALLOC = 2;
interface Part {
  readonly type: number;
  readonly flags: number;
  readonly at: number;
  readonly size: number;
  readonly link?: number;
}

/** An ELF file of one segment at file offset 0, which therefore begins with the ELF header itself. */
function elfOf(
  body: Uint8Array,
  physical: number,
  parts: readonly Part[],
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(84);
  header.set([0x7F, 0x45, 0x4C, 0x46, 1, 1, 1]);
  putU16le(header, 18, 40);
  putU32le(header, 28, 52);
  putU32le(header, 32, 84 + body.length);
  putU16le(header, 42, 32);
  putU16le(header, 44, 1);
  putU16le(header, 46, 40);
  putU16le(header, 48, parts.length);
  putU32le(header, 52, 1);
  putU32le(header, 64, physical);
  putU32le(header, 68, 84 + body.length);
  const sections = parts.map((p) => {
    const s = new Uint8Array(40);
    [[4, p.type], [8, p.flags], [16, p.at], [20, p.size], [24, p.link ?? 0]].forEach(([o, v]) =>
      putU32le(s, o ?? 0, v ?? 0)
    );
    return s;
  });
  return Uint8Array.from(concat([header, body, ...sections]));
}

Deno.test("elf: the file's own header is not programmed, even where the linker put it in a segment", () => {
  const body = new Uint8Array(0x40).fill(0xC5);
  const code = { type: PROGBITS, flags: ALLOC, at: 84 + 0x10, size: 0x20 };
  const image = loadImage(
    "a.elf",
    elfOf(body, 0x0800_0000, [
      code,
      { type: NOBITS, flags: ALLOC, at: 84, size: 8 },
      { type: PROGBITS, flags: 0, at: 0, size: 84 },
    ]),
  );
  assertEquals(image.pieces.map((p) => [p.at, p.bytes.length]), [[
    0x0800_0000 + code.at,
    code.size,
  ]]);
});
Deno.test("elf: without sections in it a segment is taken whole", () => {
  const image = loadImage("a.elf", elfOf(new Uint8Array(12), 0x0800_0000, []));
  assertEquals(image.pieces.map((p) => [p.at, p.bytes.length]), [[0x0800_0000, 96]]);
});
Deno.test("elf: a small file cannot ask for gigabytes of symbol names", () => {
  const long = 1_000_000;
  const count = 500;
  const symbols = new Uint8Array(16 * count);
  for (let i = 0; i < count; i++) {
    putU32le(symbols, 16 * i, i);
    putU16le(symbols, 16 * i + 14, 1);
  }
  const names = new Uint8Array(long).fill(0x41);
  const body = concat([new Uint8Array(16), symbols, names]);
  const found = refused(
    "a.elf",
    elfOf(body, 0x0800_0000, [
      { type: 2, flags: 0, at: 100, size: symbols.length, link: 1 },
      { type: 3, flags: 0, at: 100 + symbols.length, size: long },
    ]),
  );
  assertEquals([found.slug, found.title], [
    "image-bad-structure",
    "a.elf is a damaged ELF file: the names of its symbols are absurdly long",
  ]);
});

Deno.test("overlap: names both lines, and says whether they agree", () => {
  const hex = (second: string) =>
    `:0400000001020304F2\n:040004000506070${"8DE"}\n${second}\n:00000001FF\n`;
  const same = refused("a.hex", text(hex(":020004000506EF")));
  assertEquals([same.slug, same.title, same.causes.map((c) => c.text)], [
    "image-overlap",
    "a.hex says twice what belongs at 0x00000004: in a.hex:2 and in a.hex:3",
    ["both say the same 2 bytes: a part is in the file twice"],
  ]);
  const other = refused("a.hex", text(hex(":020002000309F0")));
  assertEquals([other.title, other.causes.map((c) => c.text)], [
    "a.hex says twice what belongs at 0x00000002: in a.hex:1 and in a.hex:3",
    ["they disagree: at 0x00000003 one says 0x04, the other 0x09"],
  ]);
});
Deno.test("overlap: found wherever the records lie, and the two places hold the address", () => {
  const chunk = fc.record({ at: fc.nat({ max: 60 }), length: fc.integer({ min: 1, max: 12 }) });
  fc.assert(fc.property(fc.array(chunk, { minLength: 1, maxLength: 8 }), (list) => {
    // one record each: no gap in the numbering of lines
    const lines = list.map(({ at, length }) =>
      encodeSrec([{ at, bytes: new Uint8Array(length) }]).split("\n")[0] ?? ""
    );
    const file = [...lines, "S70500000000FA", ""].join("\n");
    const taken = new Set<number>();
    const clash = list.some(({ at, length }) =>
      Array.from({ length }, (_, i) => at + i).map((a) => !taken.has(a) && taken.add(a)).includes(
        false,
      )
    );
    if (!clash) return void load("a.s37", file);
    const f = assertThrows(() => load("a.s37", file), Fault);
    assertEquals(f.slug, "image-overlap");
    const address = Number(f.facts["at"]);
    for (const place of [f.facts["first"], f.facts["second"]]) {
      const { at, length } = list[Number(String(place).split(":")[1]) - 1] ?? { at: -1, length: 0 };
      assert(address >= at && address < at + length, `${place} does not hold ${address}`);
    }
  }));
});
Deno.test("pieces: records that go on where the last one stopped become one piece, in any order", () => {
  const bytes = Uint8Array.from({ length: 600 }, (_, i) => i % 251);
  const rows = encodeHex([{ at: 0x100, bytes }]).trimEnd().split("\n");
  const [end] = rows.splice(-1);
  fc.assert(fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
    const image = load("a.hex", [...shuffled, end, ""].join("\n"));
    assertEquals(image.pieces.length, 1);
    assertEquals(image.pieces[0]?.bytes.slice(), bytes);
    assertEquals(image.pieces[0]?.from, `a.hex:${shuffled.indexOf(rows[0] ?? "") + 1}`);
  }));
});

Deno.test("text formats: cut anywhere, the file is refused at its last line", () => {
  const bytes = Uint8Array.from({ length: 70 }, (_, i) => i * 3);
  for (
    const whole of [encodeHex([{ at: 0x1_0000, bytes }], 5), encodeSrec([{ at: 0x1_0000, bytes }])]
  ) {
    const trimmed = whole.trimEnd();
    for (let n = 1; n < trimmed.length; n++) {
      const found = refused(whole.startsWith(":") ? "a.hex" : "a.s37", text(trimmed.slice(0, n)));
      const last = trimmed.slice(0, n).trimEnd().split("\n").length;
      assert(
        found.slug === "image-truncated" || found.slug === "image-bad-record",
        `${found.slug} after ${n} characters`,
      );
      assertEquals(found.where?.line, last);
    }
  }
  assertEquals(
    refused("a.hex", text(":0400000001020304F2\n:04000400050")).title,
    "a.hex ends too early: it stops in the middle of line 2: it has an odd number of digits",
  );
});

Deno.test("uf2: of a file for several chips this chip's part is taken", () => {
  const block = (at: number, family: number, number: number, count: number): Uint8Array => {
    const b = new Uint8Array(512);
    [0x0A32_4655, 0x9E5D_5157, 0x2000, at, 256, number, count, family].forEach((w, i) =>
      putU32le(b, 4 * i, w)
    );
    putU32le(b, 508, 0x0AB1_6F30);
    return b;
  };
  const F4 = 0x5775_5A57;
  const F7 = 0x53B8_0F00;
  const mixed = concat([
    block(0x0800_0000, F4, 0, 2),
    block(0x0800_0100, F4, 1, 2),
    block(0x0800_8000, F7, 0, 1),
  ]);
  assertEquals(loadImage("a.uf2", mixed).pieces.map((p) => [p.at, p.bytes.length]), [[
    0x0800_8000,
    256,
  ]]);
  const found = refused("a.uf2", mixed.subarray(0, 1024));
  assertStringIncludes(found.title, "it is for another chip family (0x57755A57)");
});

const SOURCE = "int a = 1; int b[9]; void _start(void) { a++; b[a & 7] = a; for (;;); }";
const SCRIPT = `
MEMORY { FLASH (rx) : ORIGIN = 0x08004000, LENGTH = 256K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K }
ENTRY(_start)
SECTIONS {
  .text : { *(.text*) } > FLASH
  .data : { *(.data*) } > RAM AT> FLASH
  .bss : { *(.bss*) *(COMMON) } > RAM
}`;
for (const page of ["0x1000", "0x10000"]) {
  needsProgram(
    "arm-none-eabi-gcc",
    `elf: linked with pages of ${page}, it holds what objcopy takes out`,
    async () => {
      const folder = await Deno.makeTempDir();
      const run = async (program: string, ...args: string[]) => {
        const { code, stderr } = await new Deno.Command(program, { args, cwd: folder }).output();
        assertEquals(code, 0, new TextDecoder().decode(stderr));
      };
      await Deno.writeTextFile(`${folder}/a.c`, SOURCE);
      await Deno.writeTextFile(`${folder}/a.ld`, SCRIPT);
      const link = ["-mcpu=cortex-m7", "-mthumb", "-nostdlib", "-T", "a.ld"];
      await run("arm-none-eabi-gcc", ...link, `-Wl,-z,max-page-size=${page}`, "a.c", "-o", "a.elf");
      await run("arm-none-eabi-objcopy", "-O", "ihex", "a.elf", "a.hex");
      await run("arm-none-eabi-objcopy", "-O", "srec", "a.elf", "a.s37");
      const [elf, hex, srec] = await Promise.all(
        ["a.elf", "a.hex", "a.s37"].map(async (name) =>
          loadImage(name, await Deno.readFile(`${folder}/${name}`))
        ),
      );
      const plain = (image?: Image) => image?.pieces.map((p) => [p.at, p.bytes.slice()]);
      assertEquals(plain(elf), plain(hex));
      assertEquals(plain(elf), plain(srec));
      assertEquals([elf?.entry, elf?.pieces[0]?.at], [hex?.entry, 0x0800_4000]);
      assert(elf?.symbols?.some((s) => s.name === "_start"));
      await Deno.remove(folder, { recursive: true });
    },
  );
}
