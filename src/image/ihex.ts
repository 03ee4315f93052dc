/** Intel HEX: `:LLAAAATT…CC`, record types 00 … 05. Format: Intel, Hexadecimal Object File Format, rev. A. */
import { u16be, u32be } from "../base/mod.ts";
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

const COLON = 0x3A;
const TYPES = { data: 0, end: 1, segment: 2, startSegment: 3, linear: 4, startLinear: 5 } as const;
/** payload length of the types that have a fixed one */
const LENGTHS: Readonly<Record<number, number>> = { 1: 0, 2: 2, 3: 4, 4: 2, 5: 4 };
const ROW = 16;

/** The record's bytes, length and checksum verified: LL AAAA TT payload CC. */
function record(f: RecordFile, line: Line): Uint8Array {
  if (f.text[line.start] !== COLON) throw badRecord(f, line, "it does not begin with ':'");
  const b = digits(f, line, 1);
  if (b.length < 5) throw tooShort(f, line, "it is shorter than the shortest record");
  if (b.length !== (b[0] ?? 0) + 5) {
    throw (b.length < (b[0] ?? 0) + 5 ? tooShort : badRecord)(
      f,
      line,
      `it says ${b[0]} data bytes and has ${b.length - 5}`,
    );
  }
  const gives = (256 - sumBefore(b)) % 256;
  const says = b[b.length - 1] ?? 0;
  if (gives !== says) throw badChecksum(f, line, says, gives);
  const want = LENGTHS[b[3] ?? 0];
  if ((b[3] ?? 0) > TYPES.startLinear) {
    throw badRecord(f, line, `record type ${b[3]} does not exist`);
  }
  if (want !== undefined && want !== b[0]) {
    throw badRecord(f, line, `a record of type ${b[3]} has ${want} data bytes, not ${b[0]}`);
  }
  return b;
}

/** Parses Intel HEX text. Faults: image-bad-record, image-bad-checksum, image-truncated, image-after-end, … */
export function parseHex(file: string, text: Uint8Array): Image {
  const f: RecordFile = { file, format: "Intel HEX", text };
  const builder = new PieceBuilder(file);
  let upper = 0;
  let wraps = false; // segment addressing wraps within 64 KiB
  let ended = false;
  let entry: number | undefined;
  let last: Line | undefined;
  for (const line of linesOf(text)) {
    last = line;
    if (ended) {
      throw fault("image-after-end", { file, line: line.number }, { where: spanOf(f, line) });
    }
    const b = record(f, line);
    const payload = b.subarray(4, b.length - 1);
    switch (b[3]) {
      case TYPES.data: {
        const offset = u16be(b, 1);
        if (wraps && offset + payload.length > 0x1_0000) {
          throw badRecord(f, line, "its data wraps around the end of a 64 KiB segment");
        }
        builder.add(upper + offset, payload, line.number);
        break;
      }
      case TYPES.end:
        ended = true;
        break;
      case TYPES.segment:
        upper = u16be(payload) * 16;
        wraps = true;
        break;
      case TYPES.linear:
        upper = u16be(payload) * 0x1_0000;
        wraps = false;
        break;
      case TYPES.startLinear:
        entry = u32be(payload);
    }
  }
  if (!ended) throw noEnd(f, last, "its end record (:00000001FF) is missing");
  return {
    file,
    format: "ihex",
    pieces: builder.pieces(),
    ...(entry === undefined ? {} : { entry }),
  };
}

const line = (type: number, at: number, payload: Uint8Array): string => {
  const b = new Uint8Array(payload.length + 5);
  b.set([payload.length, Math.floor(at / 256) % 256, at % 256, type]);
  b.set(payload, 4);
  b[b.length - 1] = (256 - sumBefore(b)) % 256;
  return ":" + upperHex(b);
};
const big = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);

/** The pieces as Intel HEX text, sixteen bytes a line. Fault: image-past-end. */
export function encodeHex(pieces: readonly Pick<Piece, "at" | "bytes">[], entry?: number): string {
  requireAddresses(pieces);
  const out: string[] = [];
  let upper = 0;
  for (const { at, bytes } of pieces) {
    for (let i = 0; i < bytes.length;) {
      const here = at + i;
      const high = Math.floor(here / 0x1_0000);
      if (high !== upper) out.push(line(TYPES.linear, 0, big(high, 2)));
      upper = high;
      const n = Math.min(ROW - here % ROW, bytes.length - i);
      out.push(line(TYPES.data, here % 0x1_0000, bytes.subarray(i, i + n)));
      i += n;
    }
  }
  if (entry !== undefined) out.push(line(TYPES.startLinear, 0, big(entry, 4)));
  return [...out, ":00000001FF", ""].join("\n");
}
