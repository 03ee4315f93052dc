/** Cutting a memory access into commands that the probe takes. Pure. */
import { type Fault, hex, type Width } from "../base/mod.ts";
import { fault } from "./faults.ts";

/** Longest command for each width, in bytes; 0 when the firmware has no such command. */
export type Longest = Readonly<Record<Width, number>>;

/** One command's share of an access. */
export interface Segment {
  readonly at: number;
  /** where its bytes are in the whole */
  readonly offset: number;
  readonly length: number;
  readonly width: Width;
}

const widest = (at: number, length: number, longest: Longest): Width =>
  at % 4 === 0 && length % 4 === 0 ? 4 : at % 2 === 0 && length % 2 === 0 && longest[2] > 0 ? 2 : 1;

/** Bytes up to the next word, words, rest; each part in the widest accesses its alignment allows. */
function parts(at: number, length: number, longest: Longest): Segment[] {
  const head = Math.min(length, (4 - at % 4) % 4);
  const body = length - head - (length - head) % 4;
  if (body === 0) return [{ at, offset: 0, length, width: widest(at, length, longest) }];
  const tail = length - head - body;
  const part = (offset: number, n: number): Segment => ({
    at: at + offset,
    offset,
    length: n,
    width: widest(at + offset, n, longest),
  });
  return [part(0, head), part(head, body), part(head + body, tail)].filter((s) => s.length > 0);
}

function impossible(access: string, at: number, length: number, why: string): Fault {
  return fault("access-impossible", { access: `${access} ${length} bytes at ${hex(at)}`, why });
}

/**
 * The commands for `length` bytes at `at`, in order. With `width` exactly that one is used. Fault:
 * access-impossible when `at` or `length` does not fit, or the end is beyond 4 GiB.
 */
export function cut(
  access: "read" | "write",
  at: number,
  length: number,
  longest: Longest,
  width?: Width,
): Segment[] {
  if (!Number.isInteger(at) || at < 0 || length < 0 || at + length > 2 ** 32) {
    throw impossible(access, at, length, "it is outside the 32-bit address space");
  }
  if (width !== undefined && (at % width !== 0 || length % width !== 0)) {
    throw impossible(access, at, length, `it is not a multiple of ${width} bytes`);
  }
  const whole = width === undefined
    ? parts(at, length, longest)
    : [{ at, offset: 0, length, width }];
  return whole.flatMap((s) => pieces(s, longest[s.width]));
}

function pieces(s: Segment, size: number): Segment[] {
  return Array.from({ length: Math.ceil(s.length / size) }, (_, i) => ({
    at: s.at + i * size,
    offset: s.offset + i * size,
    length: Math.min(size, s.length - i * size),
    width: s.width,
  }));
}
