import { assert, assertEquals } from "@std/assert";
import { encodings } from "../../../src/sim/cpu/encodings.ts";
import { decode, isWide, match, shapes } from "../../../src/sim/cpu/decode.ts";
import { Op } from "../../../src/sim/cpu/op.ts";
import { halvesOf, instance, Random } from "./oracle_generate.ts";

const AT = 0x0800_4000;

Deno.test("every pattern has 16 or 32 bits, and only letters that operands have", () => {
  const fields = new Set(Object.keys(new Op(encodings[0]!, 0, 2, 0, false)));
  for (const { row, width, fields: letters } of shapes) {
    assert(width === 16 || width === 32, `${row.name}: ${width} bits`);
    for (const { letter } of letters) assert(fields.has(letter), `${row.name}: ${letter}`);
    for (const letter of (row.not ?? "") + (row.notPc ?? "") + (row.notSp ?? "")) {
      assert(letters.some((f) => f.letter === letter), `${row.name} restricts ${letter}`);
    }
  }
});

Deno.test("names are unique", () => {
  const names = encodings.map((r) => r.name);
  assertEquals(names.length, new Set(names).size);
});

Deno.test("the first halfword says how long an instruction is", () => {
  for (const s of shapes) {
    const half = s.width === 16 ? s.value : s.value >>> 16;
    assertEquals(isWide(half), s.width === 32, s.row.name);
  }
});

Deno.test("no row is hidden by the rows before it", () => {
  const random = new Random(1);
  for (const shape of shapes) {
    let op: Op | undefined;
    for (let i = 0; i < 50; i++) op ??= instance(shape, AT, random, false, false);
    assert(op !== undefined, `${shape.row.name} never decodes`);
    const [half, second = 0] = halvesOf(shape, op.word >>> 0);
    assertEquals(match(half!, second)?.row.name, shape.row.name);
  }
});

Deno.test("rows that overlap are in the order from special to general", () => {
  for (let i = 0; i < shapes.length; i++) {
    for (let j = i + 1; j < shapes.length; j++) {
      const a = shapes[i]!;
      const b = shapes[j]!;
      if (a.width !== b.width) continue;
      const hidden = ((a.mask & ~b.mask) === 0) && ((a.value ^ b.value) & a.mask) === 0;
      assert(!hidden || a.mask === b.mask, `${b.row.name} can never be reached past ${a.row.name}`);
    }
  }
});

Deno.test("bits that should be 0 or 1 make an undefined instruction otherwise", () => {
  const random = new Random(2);
  for (const shape of shapes) {
    if (shape.should === 0) continue;
    const op = instance(shape, AT, random, false, false)!;
    for (let bit = 0; bit < shape.width; bit++) {
      if (((shape.should >>> bit) & 1) === 0) continue;
      const [half, second = 0] = halvesOf(shape, (op.word ^ (1 << bit)) >>> 0);
      const other = decode(AT, half!, second, false);
      assert(other.row !== shape.row, `${shape.row.name}, bit ${bit}`);
    }
  }
});

Deno.test("registers that a row forbids make an undefined instruction", () => {
  // SBFX r13, r0, #1, #4; MLA with SP; STR with Rt = PC; LDM with SP in the list; STREX with Rd = Rn
  const words: readonly [number, number][] = [
    [0xF340, 0x0D43],
    [0xFB00, 0xD102],
    [0xF8C0, 0xF000],
    [0xE890, 0x2003],
    [0xE840, 0x1000],
    [0xE8A0, 0x0003], // STM r0!, {r0, r1}
    [0xF01D, 0x0101], // ANDS r1, sp, #1
    [0xF000, 0x1100], // AND r1, r0, #0x000000 replicated
  ];
  for (const [half, second] of words) {
    assertEquals(decode(AT, half, second, false).row.name, "undefined", half.toString(16));
  }
});

Deno.test("the encodings that stay undefined", () => {
  for (const half of [0xB650, 0xB8FF, 0xBA80, 0xB700]) {
    assertEquals(decode(AT, half, 0, false).row.name, "undefined", half.toString(16));
  }
  // SMC, HVC and Advanced SIMD belong to other profiles
  for (
    const [half, second] of [[0xF7F0, 0x8000], [0xF7E0, 0x8000], [0xEF00, 0x0110], [0xF920, 0x000F]]
  ) {
    assertEquals(decode(AT, half!, second!, false).row.name, "undefined", half!.toString(16));
  }
});
