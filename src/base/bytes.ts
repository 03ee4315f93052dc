/** Little-endian bytes: reading, writing, joining, comparing, showing. */

const view = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.byteLength);

/** The unsigned 16-bit little-endian number at `at`. Throws RangeError outside the array. */
export const u16le = (b: Uint8Array, at = 0): number => view(b).getUint16(at, true);
/** The unsigned 32-bit little-endian number at `at`. Throws RangeError outside the array. */
export const u32le = (b: Uint8Array, at = 0): number => view(b).getUint32(at, true);
/** The unsigned 16-bit big-endian number at `at`. Throws RangeError outside the array. */
export const u16be = (b: Uint8Array, at = 0): number => view(b).getUint16(at, false);
/** The unsigned 32-bit big-endian number at `at`. Throws RangeError outside the array. */
export const u32be = (b: Uint8Array, at = 0): number => view(b).getUint32(at, false);
/** Stores `value` as 16 bits, little-endian, at `at`. */
export const putU16le = (b: Uint8Array, at: number, value: number): void =>
  view(b).setUint16(at, value, true);
/** Stores `value` as 32 bits, little-endian, at `at`. */
export const putU32le = (b: Uint8Array, at: number, value: number): void =>
  view(b).setUint32(at, value, true);

/** The words, each as four little-endian bytes, joined. */
export function wordsToBytes(words: readonly number[] | Uint32Array): Uint8Array {
  const out = new Uint8Array(words.length * 4);
  words.forEach((w, i) => putU32le(out, i * 4, w));
  return out;
}

/** The bytes as little-endian 32-bit words; surplus bytes at the end are left out. */
export function bytesToWords(bytes: Uint8Array): Uint32Array {
  const out = new Uint32Array(Math.floor(bytes.length / 4));
  for (let i = 0; i < out.length; i++) out[i] = u32le(bytes, i * 4);
  return out;
}

/** All parts, one after another, in a new array. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** The index of the first byte that differs, or -1 when both are the same and equally long. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? -1 : n;
}

/** Whether both hold the same bytes. */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => firstDifference(a, b) === -1;
/** Whether every byte is `value`. */
export const allBytes = (b: Uint8Array, value: number): boolean => b.every((x) => x === value);
/** Two lower-case hexadecimal digits a byte, with `between` in between. */
export const hexBytes = (b: Uint8Array, between = ""): string =>
  Array.from(b, (x) => x.toString(16).padStart(2, "0")).join(between);
/** The largest multiple of `unit` not above `at`. */
export const alignDown = (at: number, unit: number): number => at - at % unit;
/** The smallest multiple of `unit` not below `at`. */
export const alignUp = (at: number, unit: number): number => alignDown(at + unit - 1, unit);

/** `bytes` cut in parts of at most `size` bytes, in order, with the offset of each. */
export function* chunks(bytes: Uint8Array, size: number): Generator<[number, Uint8Array]> {
  for (let at = 0; at < bytes.length; at += size) yield [at, bytes.subarray(at, at + size)];
}
