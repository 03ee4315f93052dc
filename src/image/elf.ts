/** ELF32 for Arm: loadable segments at their physical addresses, entry, symbols. Source: Arm IHI 0044, TIS ELF 1.2. */
import { has, u16le, u32le } from "../base/mod.ts";
import { PieceBuilder } from "./builder.ts";
import { fault } from "./faults.ts";
import type { Image, Symbol } from "./image.ts";

const EM_ARM = 40;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHF_ALLOC = 0x2;
const HEADER = 52;
const PROGRAM_HEADER = 32;
const SECTION_HEADER = 40;
const SYMBOL = 16;
/** more text than any linker writes: names may share their ends, so a small file can ask for much */
const MAX_NAMES = 0x0200_0000;
/** STT_OBJECT and STT_FUNC, the kinds of symbols a debugger's user looks for, and STT_NOTYPE for labels */
const SYMBOL_TYPES = [0, 1, 2];
const MACHINES: Readonly<Record<number, string>> = {
  3: "x86",
  8: "MIPS",
  62: "x86-64",
  94: "Xtensa",
  183: "64-bit Arm",
  243: "RISC-V",
};

class Reader {
  constructor(readonly file: string, readonly b: Uint8Array) {}
  bad(why: string): Error {
    return fault("image-bad-structure", { file: this.file, format: "ELF", why });
  }
  /** `count` entries of `size` bytes at `at`; all of them must be in the file. */
  table(what: string, at: number, size: number, least: number, count: number): Uint8Array[] {
    if (count === 0) return [];
    if (size < least) {
      throw this.bad(`an entry of its ${what} has ${size} bytes instead of ${least}`);
    }
    if (at + size * count > this.b.length) {
      throw fault("image-truncated", {
        file: this.file,
        why: `its ${what} lies past the end of the file`,
      });
    }
    return Array.from(
      { length: count },
      (_, i) => this.b.subarray(at + i * size, at + i * size + least),
    );
  }
}

function checkMachine(r: Reader): void {
  const { b, file } = r;
  if (b.length < HEADER) {
    throw fault("image-truncated", { file, why: "its header is not complete" });
  }
  const machine = u16le(b, 18);
  const name = MACHINES[machine] ?? `machine ${machine}`;
  const wrong = b[4] !== 1
    ? "a 64-bit machine"
    : b[5] !== 1
    ? "a big-endian machine"
    : machine !== EM_ARM
    ? name
    : "";
  if (wrong) throw fault("image-wrong-machine", { file, machine: wrong });
}

/**
 * The part of a segment that sections fill. A linker with 64 KiB pages puts the ELF header itself, and the
 * gap after it, at the front of the first segment: programmed as data it would overwrite what lies below the
 * program, a boot loader for instance. A file without fitting sections is taken as it is.
 */
function filled(sections: readonly Uint8Array[], offset: number, size: number): [number, number] {
  let [from, to] = [offset + size, offset];
  for (const h of sections) {
    const [at, length] = [u32le(h, 16), u32le(h, 20)];
    if (u32le(h, 4) === SHT_NOBITS || !has(u32le(h, 8), SHF_ALLOC) || length === 0) continue;
    if (at < offset || at + length > offset + size) continue;
    from = Math.min(from, at);
    to = Math.max(to, at + length);
  }
  return from < to ? [from, to] : [offset, offset + size];
}

function segments(r: Reader, sections: readonly Uint8Array[]): PieceBuilder {
  const builder = new PieceBuilder(r.file);
  const headers = r.table(
    "program header table",
    u32le(r.b, 28),
    u16le(r.b, 42),
    PROGRAM_HEADER,
    u16le(r.b, 44),
  );
  headers.forEach((h, i) => {
    const [type, offset, , physical, size] = [0, 4, 8, 12, 16].map((at) => u32le(h, at)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    if (type !== PT_LOAD || size === 0) return;
    if (offset + size > r.b.length) {
      throw fault("image-truncated", {
        file: r.file,
        why: `segment ${i} lies past the end of the file`,
      });
    }
    const [from, to] = filled(sections, offset, size);
    builder.add(physical + from - offset, r.b.subarray(from, to), `${r.file}, segment ${i}`);
  });
  return builder;
}

function nameAt(table: Uint8Array, at: number): string {
  const end = table.indexOf(0, at);
  return new TextDecoder().decode(table.subarray(at, end < 0 ? table.length : end));
}

const sectionHeaders = (r: Reader): Uint8Array[] =>
  r.table("section header table", u32le(r.b, 32), u16le(r.b, 46), SECTION_HEADER, u16le(r.b, 48));

function symbols(r: Reader, headers: readonly Uint8Array[]): Symbol[] {
  const content = (h: Uint8Array): Uint8Array => {
    const at = u32le(h, 16);
    const size = u32le(h, 20);
    if (at + size > r.b.length) {
      throw fault("image-truncated", {
        file: r.file,
        why: "a section lies past the end of the file",
      });
    }
    return r.b.subarray(at, at + size);
  };
  const table = headers.find((h) => u32le(h, 4) === SHT_SYMTAB);
  if (!table) return [];
  const strings = headers[u32le(table, 24)];
  if (!strings) throw r.bad("its symbol table names no string table");
  const [rows, names] = [content(table), content(strings)];
  const out: Symbol[] = [];
  let named = 0;
  for (let at = 0; at + SYMBOL <= rows.length; at += SYMBOL) {
    const name = nameAt(names, u32le(rows, at));
    named += name.length;
    if (named > MAX_NAMES) throw r.bad("the names of its symbols are absurdly long");
    const type = (rows[at + 12] ?? 0) % 16;
    // $t, $d … are mapping symbols (Arm IHI 0044 §5.5.5); section 0 is undefined
    if (
      name === "" || name.startsWith("$") || !SYMBOL_TYPES.includes(type) ||
      u16le(rows, at + 14) === 0
    ) continue;
    out.push({ name, at: u32le(rows, at + 4), size: u32le(rows, at + 8) });
  }
  return out;
}

/** Whether the bytes begin as an ELF file does. */
export const isElf = (b: Uint8Array): boolean =>
  b[0] === 0x7F && b[1] === 0x45 && b[2] === 0x4C && b[3] === 0x46;

/** Parses an ELF file. Faults: image-wrong-machine, image-truncated, image-bad-structure, image-empty, … */
export function parseElf(file: string, bytes: Uint8Array): Image {
  const r = new Reader(file, bytes);
  checkMachine(r);
  const headers = sectionHeaders(r);
  const pieces = segments(r, headers).pieces();
  return { file, format: "elf", pieces, entry: u32le(bytes, 24), symbols: symbols(r, headers) };
}
