/** Motorola S-records: S0 header, S1/S2/S3 data, S5/S6 count, S7/S8/S9 entry and end. */
import { PieceBuilder, requireAddresses } from "./builder.ts";
import { fault } from "./faults.ts";
import type { Image, Piece } from "./image.ts";
import {
  badChecksum,
  badRecord,
  digits,
  type Line,
  linesOf,
  noEnd,
  type RecordFile,
  spanOf,
  sumBefore,
  tooShort,
  upperHex,
} from "./text_records.ts";

const LETTER_S = 0x53;
/** address bytes of each type; S4 is reserved */
const ADDRESS: Readonly<Record<number, number>> = {
  0: 2,
  1: 2,
  2: 3,
  3: 4,
  5: 2,
  6: 3,
  7: 4,
  8: 3,
  9: 2,
};
const ROW = 32;

interface SRecord {
  readonly type: number;
  readonly at: number;
  readonly payload: Uint8Array;
}

function record(f: RecordFile, line: Line): SRecord {
  if (f.text[line.start] !== LETTER_S) throw badRecord(f, line, "it does not begin with 'S'");
  const type = (f.text[line.start + 1] ?? 0) - 0x30;
  const width = ADDRESS[type];
  if (width === undefined) throw badRecord(f, line, "its record type does not exist");
  const b = digits(f, line, 2);
  if (b.length < width + 2) throw tooShort(f, line, "it is shorter than its address");
  if (b.length !== (b[0] ?? 0) + 1) {
    throw (b.length < (b[0] ?? 0) + 1 ? tooShort : badRecord)(
      f,
      line,
      `it says ${b[0]} bytes and has ${b.length - 1}`,
    );
  }
  const gives = 255 - sumBefore(b);
  const says = b[b.length - 1] ?? 0;
  if (gives !== says) throw badChecksum(f, line, says, gives);
  const at = b.subarray(1, 1 + width).reduce((a, x) => a * 256 + x, 0);
  // the checksum does not cover the type: a header that names an address is a damaged data record
  if (type === 0 && at !== 0) throw badRecord(f, line, "a header record has the address 0000");
  return { type, at, payload: b.subarray(1 + width, b.length - 1) };
}

/** Parses S-records. A count record must agree with the data records before it. */
export function parseSrec(file: string, text: Uint8Array): Image {
  const f: RecordFile = { file, format: "S-record", text };
  const builder = new PieceBuilder(file);
  let ended = false;
  let entry = 0;
  let count = 0;
  let last: Line | undefined;
  for (const line of linesOf(text)) {
    last = line;
    if (ended) {
      throw fault("image-after-end", { file, line: line.number }, { where: spanOf(f, line) });
    }
    const { type, at, payload } = record(f, line);
    if (type >= 1 && type <= 3) {
      count++;
      builder.add(at, payload, line.number);
    } else if (type >= 7) {
      ended = true;
      entry = at;
    } else if (type >= 5 && at !== count) {
      throw fault("image-truncated", { file, why: `it says ${at} data records and has ${count}` }, {
        where: spanOf(f, line),
      });
    }
  }
  if (!ended) throw noEnd(f, last, "its end record (S7, S8 or S9) is missing");
  return { file, format: "srec", pieces: builder.pieces(), ...(entry === 0 ? {} : { entry }) };
}

function line(type: number, at: number, payload: Uint8Array): string {
  const b = new Uint8Array(payload.length + 6);
  b.set([
    payload.length + 5,
    Math.floor(at / 0x100_0000),
    Math.floor(at / 0x1_0000) % 256,
    Math.floor(at / 256) % 256,
    at % 256,
  ]);
  b.set(payload, 5);
  b[b.length - 1] = 255 - sumBefore(b);
  return `S${type}${upperHex(b)}`;
}

/** The pieces as S3 records, thirty-two bytes a line, ended by S7 with the entry. Fault: image-past-end. */
export function encodeSrec(pieces: readonly Pick<Piece, "at" | "bytes">[], entry = 0): string {
  requireAddresses(pieces);
  const out: string[] = [];
  for (const { at, bytes } of pieces) {
    for (let i = 0; i < bytes.length; i += ROW) {
      out.push(line(3, at + i, bytes.subarray(i, i + ROW)));
    }
  }
  return [...out, line(7, entry, new Uint8Array()), ""].join("\n");
}
