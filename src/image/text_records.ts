/** Lines of hexadecimal digits, for Intel HEX and S-records: by bytes and a table, not by strings. */
import type { Span } from "../base/mod.ts";
import { fault } from "./faults.ts";

const NO_DIGIT = 0xFF;
const DIGIT = new Uint8Array(256).fill(NO_DIGIT);
for (let i = 0; i < 16; i++) {
  DIGIT["0123456789ABCDEF".charCodeAt(i)] = i;
  DIGIT["0123456789abcdef".charCodeAt(i)] = i;
}
const LF = 0x0A;
const CR = 0x0D;
const SPACE = 0x20;
const TAB = 0x09;

/** One line of a text file of records. */
export interface Line {
  readonly number: number;
  /** offset of the first character, and after the last one that is no white space */
  readonly start: number;
  readonly end: number;
}

/** The lines that are not blank; line ends are LF, CR LF or CR. */
export function* linesOf(text: Uint8Array): Generator<Line> {
  let number = 1;
  let start = 0;
  while (start < text.length) {
    let stop = start;
    while (stop < text.length && text[stop] !== LF && text[stop] !== CR) stop++;
    let end = stop;
    while (end > start && (text[end - 1] === SPACE || text[end - 1] === TAB)) end--;
    if (end > start) yield { number, start, end };
    start = stop + (text[stop] === CR && text[stop + 1] === LF ? 2 : 1);
    number++;
  }
}

/** What a reader of records knows of its file. */
export interface RecordFile {
  readonly file: string;
  readonly format: string;
  readonly text: Uint8Array;
}

/** Where a line stands, for an error. */
export function spanOf(f: RecordFile, line: Line): Span {
  const snippet = new TextDecoder().decode(
    f.text.subarray(line.start, Math.min(line.end, line.start + 80)),
  );
  return { file: f.file, line: line.number, column: 1, endColumn: snippet.length + 1, snippet };
}

/** A bad record of that line. */
export const badRecord = (f: RecordFile, line: Line, why: string): Error =>
  fault("image-bad-record", { file: f.file, line: line.number, format: f.format, why }, {
    where: spanOf(f, line),
  });

/** A record that is shorter than it says: cut off when nothing follows it, else wrong. */
export const tooShort = (f: RecordFile, line: Line, why: string): Error =>
  line.end < f.text.length ? badRecord(f, line, why) : fault("image-truncated", {
    file: f.file,
    why: `it stops in the middle of line ${line.number}: ${why}`,
  }, { where: spanOf(f, line) });

/** The end record is missing; `last` is the last line there is. */
export const noEnd = (f: RecordFile, last: Line | undefined, why: string): Error =>
  fault("image-truncated", { file: f.file, why }, last ? { where: spanOf(f, last) } : {});

/** A record whose checksum is wrong. */
export function badChecksum(f: RecordFile, line: Line, says: number, gives: number): Error {
  const two = (n: number) => "0x" + n.toString(16).toUpperCase().padStart(2, "0");
  return fault("image-bad-checksum", {
    file: f.file,
    line: line.number,
    says: two(says),
    gives: two(gives),
  }, { where: spanOf(f, line) });
}

/** The bytes that the digits after the record's first `skip` characters say. Fault: image-bad-record. */
export function digits(f: RecordFile, line: Line, skip: number): Uint8Array {
  const { text } = f;
  const from = line.start + skip;
  const length = line.end - from;
  if (length % 2 !== 0) throw tooShort(f, line, "it has an odd number of digits");
  const out = new Uint8Array(length / 2);
  let at = from;
  for (let i = 0; i < out.length; i++, at += 2) {
    const high = DIGIT[text[at] as number] as number;
    const low = DIGIT[text[at + 1] as number] as number;
    if (high === NO_DIGIT || low === NO_DIGIT) {
      const column = (high === NO_DIGIT ? at : at + 1) - line.start + 1;
      throw badRecord(f, line, `column ${column} is no hexadecimal digit`);
    }
    out[i] = high * 16 + low;
  }
  return out;
}

const TWO_DIGITS = Array.from(
  { length: 256 },
  (_, b) => b.toString(16).toUpperCase().padStart(2, "0"),
);
/** Two upper-case hexadecimal digits a byte. */
export function upperHex(bytes: Uint8Array): string {
  let text = "";
  for (const b of bytes) text += TWO_DIGITS[b];
  return text;
}

/** The sum of all bytes but the last, modulo 256. */
export function sumBefore(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length - 1; i++) sum += bytes[i] ?? 0;
  return sum % 256;
}
