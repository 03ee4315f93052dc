/** Numbers as people type them on a command line. */
import { fault } from "./faults.ts";

const SIZES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mib: 1024 ** 2,
};
const HERTZ: Readonly<Record<string, number>> = {
  "": 1,
  hz: 1,
  k: 1e3,
  khz: 1e3,
  m: 1e6,
  mhz: 1e6,
};

const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, "": 1000, min: 60_000 };

/** A number with a unit: `0x0800_0000`, `64KiB`. Undefined when it is none. */
function scaled(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const plain = text.replaceAll("_", "").toLowerCase();
  if (/^0x[0-9a-f]{1,8}$/.test(plain)) return Number(plain);
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(plain) ?? [];
  const factor = units[unit];
  return digits === "" || factor === undefined ? undefined : Number(digits) * factor;
}

const wrong = (verb: string, what: string): Error => fault("bad-usage", { what, verb });

/** An address, 0 … 0xFFFFFFFF; one that was copied without its 0x, 08000000, is none. Fault: bad-usage. */
export function address(text: string, verb: string): number {
  const value = /^\s*0\d/.test(text) ? undefined : scaled(text, { "": 1 });
  if (value === undefined || !Number.isInteger(value) || value > 0xFFFF_FFFF) {
    throw wrong(verb, `"${text}" is no address: write it like 0x08000000`);
  }
  return value;
}
/** A length in bytes, at least 1. Fault: bad-usage. */
export function byteCount(text: string, verb: string): number {
  const value = scaled(text, SIZES);
  if (value === undefined || !Number.isInteger(value) || value < 1 || value > 0xFFFF_FFFF) {
    throw wrong(verb, `"${text}" is no length: write it like 64KiB, 4096 or 0x1000`);
  }
  return value;
}
/** A clock in Hz. Fault: bad-usage. */
export function hertz(text: string, verb: string): number {
  const value = scaled(text, HERTZ);
  if (value === undefined || value < 1000) {
    throw wrong(verb, `"${text}" is no clock: write it like 4MHz or 950kHz`);
  }
  return value;
}
/** A time in ms; a bare number is in seconds. Fault: bad-usage. */
export function milliseconds(text: string, verb: string): number {
  const value = scaled(text, TIMES);
  if (value === undefined || text.startsWith("0x")) {
    throw wrong(verb, `"${text}" is no time: write it like 60s, 500ms or 2min`);
  }
  return value;
}
