/** Which format a file is, and what it holds. */
import { hexBytes } from "../base/mod.ts";
import { PieceBuilder } from "./builder.ts";
import { isElf, parseElf } from "./elf.ts";
import { fault } from "./faults.ts";
import { parseHex } from "./ihex.ts";
import type { Image, Piece } from "./image.ts";
import { parseSrec } from "./srec.ts";
import { isUf2, parseUf2 } from "./uf2.ts";

const SNIFFED = 64;
const WHITE = [0x20, 0x09, 0x0A, 0x0D];

/** The first character that is no white space, and the one after it. */
function firstCharacters(bytes: Uint8Array): string {
  const start = bytes.subarray(0, SNIFFED).findIndex((b) => !WHITE.includes(b));
  return start < 0 ? "" : String.fromCharCode(...bytes.subarray(start, start + 2));
}

/** The format by content, then by the file's name. */
function formatOf(file: string, bytes: Uint8Array): Image["format"] | undefined {
  if (isElf(bytes)) return "elf";
  if (isUf2(bytes)) return "uf2";
  const name = file.toLowerCase();
  if (name.endsWith(".bin")) return "bin";
  const begins = firstCharacters(bytes);
  if (begins.startsWith(":") || /\.(hex|ihex|ihx)$/.test(name)) return "ihex";
  if (/^S\d/.test(begins) || /\.(srec|s19|s28|s37|mot)$/.test(name)) return "srec";
  if (/\.(elf|axf|out)$/.test(name)) return "elf"; // .out: IAR, TI and the oldest of names
  return name.endsWith(".uf2") ? "uf2" : undefined;
}

function parseBin(file: string, bytes: Uint8Array, base: number | undefined): Image {
  if (base === undefined) throw fault("image-needs-base", { file });
  const builder = new PieceBuilder(file);
  builder.add(base, bytes, file);
  return { file, format: "bin", pieces: builder.pieces() };
}

/**
 * Reads an image. `base` is the address of a raw binary's first byte and wanted for that only.
 * Faults: every row of faults.ts.
 */
export function loadImage(file: string, bytes: Uint8Array, options: { base?: number } = {}): Image {
  const format = formatOf(file, bytes) ?? (options.base === undefined ? undefined : "bin");
  if (format === undefined) {
    throw fault("image-unknown-format", {
      file,
      begins: hexBytes(bytes.subarray(0, 8), " ") || "nothing",
    });
  }
  if (format === "bin") return parseBin(file, bytes, options.base);
  if (options.base !== undefined) throw fault("image-base-not-wanted", { file, format });
  if (format === "ihex") return parseHex(file, bytes);
  if (format === "srec") return parseSrec(file, bytes);
  if (format === "uf2") return parseUf2(file, bytes);
  if (!isElf(bytes)) {
    throw fault("image-bad-structure", {
      file,
      format: "ELF",
      why: "it does not begin with 7F 45 4C 46",
    });
  }
  return parseElf(file, bytes);
}

/** A read-only view of flash. */
export interface Alias {
  readonly at: number;
  readonly size: number;
}

/** The image with addresses inside an alias moved to flash. Fault: image-overlap. */
export function mapAliases(image: Image, aliases: readonly Alias[], flashAt: number): Image {
  const move = (at: number): number => {
    const alias = aliases.find((a) => at >= a.at && at < a.at + a.size);
    return alias ? at - alias.at + flashAt : at;
  };
  if (!image.pieces.some((p) => move(p.at) !== p.at)) return image;
  const builder = new PieceBuilder(image.file);
  for (const p of image.pieces) builder.add(move(p.at), p.bytes, p.from);
  return {
    ...image,
    pieces: builder.pieces(),
    ...(image.entry === undefined ? {} : { entry: move(image.entry) }),
  };
}

/** First address, address after the last byte, and the number of bytes in between that are said. */
export function imageRange(image: Image): { start: number; end: number; bytes: number } {
  const last = image.pieces.at(-1);
  return {
    start: image.pieces[0]?.at ?? 0,
    end: last ? last.at + last.bytes.length : 0,
    bytes: image.pieces.reduce((n: number, p: Piece) => n + p.bytes.length, 0),
  };
}
