/** Values of one unit as the bytes that a layout says. */
import { and, not, shr, xor } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import { parseInteger } from "../scalars.ts";
import { Secret } from "../secret.ts";
import type { Layout, LayoutField } from "./layout.ts";

/** Laid out bytes, and which of them came from secrets. */
export interface LaidOut {
  readonly bytes: Uint8Array;
  /** offsets */
  readonly secret: readonly { readonly at: number; readonly length: number }[];
}

const REFLECTED = 0xEDB8_8320;
const TABLE = Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let n = 0; n < 8; n++) c = and(c, 1) === 1 ? xor(shr(c, 1), REFLECTED) : shr(c, 1);
  return c;
});

/** CRC-32 as in Ethernet and ZIP: reflected, begins with all ones, inverted at the end (RFC 1952, §8). */
export function crc32(bytes: Uint8Array): number {
  let c = 0xFFFF_FFFF;
  for (const b of bytes) c = xor(shr(c, 8), TABLE[and(xor(c, b), 0xFF)] ?? 0);
  return not(c);
}

/** A whole number as bytes. */
function numberBytes(value: number, size: number, endian: "little" | "big"): Uint8Array {
  const out = new Uint8Array(size);
  let rest = value;
  for (let i = 0; i < size; i++) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return endian === "little" ? out : out.reverse();
}

class Writer {
  constructor(readonly layout: Layout) {}

  bad(field: string, why: string) {
    return fault("layout-value-wrong", { field, file: this.layout.file, why });
  }

  #padded(name: string, f: LayoutField, bytes: Uint8Array): Uint8Array {
    if (bytes.length > f.size) {
      throw this.bad(name, `it has ${bytes.length} bytes, and the field has ${f.size}`);
    }
    const out = new Uint8Array(f.size).fill(f.pad ?? 0);
    out.set(bytes);
    return out;
  }

  #hex(name: string, f: LayoutField, text: string): Uint8Array {
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
      throw this.bad(name, "it is not written in hexadecimal digits, two a byte");
    }
    return this.#exact(name, f, Uint8Array.from(text.match(/../g) ?? [], (b) => parseInt(b, 16)));
  }

  #exact(name: string, f: LayoutField, bytes: Uint8Array): Uint8Array {
    if (bytes.length === f.size) return bytes;
    throw this.bad(name, `it has ${bytes.length} bytes, and the field has ${f.size}`);
  }

  /** One value. A secret of a `hex` field may be digits, or the bytes themselves. */
  value(name: string, f: LayoutField, value: unknown): Uint8Array {
    if (value instanceof Secret) return this.#secret(name, f, value);
    if (f.secret) throw this.bad(name, "it takes only a secret");
    const text = typeof value === "bigint" || typeof value === "number" ? String(value) : value;
    if (typeof text !== "string") throw this.bad(name, "it is no single value");
    switch (f.encoding) {
      case "ascii":
        if (!/^[\x20-\x7e]*$/.test(text)) throw this.bad(name, "it has characters beyond ASCII");
        return this.#padded(name, f, new TextEncoder().encode(text));
      case "utf8":
        return this.#padded(name, f, new TextEncoder().encode(text));
      case "hex":
        return this.#hex(name, f, text);
      case "uint": {
        const n = parseInteger(text);
        if (n === undefined || n < 0 || n >= 256 ** f.size) {
          throw this.bad(name, `"${text.slice(0, 40)}" is no whole number of ${f.size} byte(s)`);
        }
        return numberBytes(n, f.size, f.endian ?? this.layout.endian);
      }
      default:
        throw this.bad(name, "it is a checksum, which is computed");
    }
  }

  #secret(name: string, f: LayoutField, secret: Secret): Uint8Array {
    const bytes = secret.reveal();
    if (f.encoding === "ascii" || f.encoding === "utf8") return this.#padded(name, f, bytes);
    if (f.encoding !== "hex") throw this.bad(name, "a secret goes into a hex or a text field only");
    if (bytes.length === f.size) return bytes;
    const text = new TextDecoder().decode(bytes).trim();
    // not what it holds, only how long it is
    if (text.length !== 2 * f.size) {
      throw this.bad(name, `the secret has ${bytes.length} bytes, and the field has ${f.size}`);
    }
    return this.#hex(name, f, text);
  }
}

/** Lays values out. Faults: layout-value-wrong. */
export function layOut(layout: Layout, values: Readonly<Record<string, unknown>>): LaidOut {
  const writer = new Writer(layout);
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(layout.fields, name)) continue;
    const known = Object.keys(layout.fields).join(", ");
    throw writer.bad(name, `there is no such field; there are ${known}`);
  }
  const bytes = new Uint8Array(layout.size).fill(layout.fill);
  const secret: { at: number; length: number }[] = [];
  const sums = Object.entries(layout.fields).filter(([, f]) => f.encoding === "crc32");
  for (const [name, f] of Object.entries(layout.fields)) {
    if (f.encoding === "crc32" && !Object.hasOwn(values, name)) continue;
    const value = values[name] ?? f.value;
    if (value === undefined) throw writer.bad(name, "no value was given");
    bytes.set(writer.value(name, f, value), f.offset);
    if (value instanceof Secret) secret.push({ at: f.offset, length: f.size });
  }
  for (const [, f] of sums.sort(([, a], [, b]) => a.offset - b.offset)) {
    const { offset = 0, length = 0 } = f.over ?? {};
    const sum = crc32(bytes.subarray(offset, offset + length));
    bytes.set(numberBytes(sum, f.size, f.endian ?? layout.endian), f.offset);
    // a checksum over a short secret would tell it
    const tells = secret.some((r) => r.at < offset + length && offset < r.at + r.length);
    if (tells) secret.push({ at: f.offset, length: f.size });
  }
  return { bytes, secret };
}
