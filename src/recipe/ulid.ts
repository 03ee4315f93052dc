/** Ids that sort by time (ULID: 48 bits of ms, 80 random bits, Crockford's base 32). */

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `count` digits of `value`, the last ones. */
export function base32(value: bigint, count: number): string {
  let out = "";
  let rest = value;
  for (let i = 0; i < count; i++) {
    out = (DIGITS[Number(rest % 32n)] ?? "") + out;
    rest /= 32n;
  }
  return out;
}

/** A new id. `random` gives that many random bytes. */
export function ulid(epochMs: number, random: (count: number) => Uint8Array): string {
  let value = BigInt(Math.floor(epochMs));
  for (const byte of random(10)) value = value * 256n + BigInt(byte);
  return base32(value, 26);
}

/** The machine's own random bytes. */
export const systemRandom = (count: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(count));
