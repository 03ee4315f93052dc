/** A register as data: its fields by the manual's names. */
import { bits, hex, withBits } from "./u32.ts";

/** One bit, or the bits `[hi, lo]`. */
export type Field = number | readonly [hi: number, lo: number];
/** The fields of one register, by the manual's names. */
export type Fields = Readonly<Record<string, Field>>;

/** The highest and lowest bit of a field. */
export const span = (f: Field): readonly [hi: number, lo: number] =>
  typeof f === "number" ? [f, f] : f;
/** The field's value within the register's value. */
export const getField = (value: number, f: Field): number => bits(value, ...span(f));
/** The register's value with that field replaced. */
export const setField = (value: number, f: Field, x: number): number =>
  withBits(value, ...span(f), x);
/** All bits of the field, in place. */
export const maskOf = (f: Field): number => withBits(0, ...span(f), 0xFFFF_FFFF);

/** Every field of the register with its value. */
export const decode = (fields: Fields, value: number): Record<string, number> =>
  Object.fromEntries(Object.entries(fields).map(([name, f]) => [name, getField(value, f)]));

/** `FLASH_SR = 0x00000010 WRPERR`: the value, then each field that is not zero. */
export function describe(name: string, fields: Fields, value: number): string {
  const set = Object.entries(decode(fields, value)).filter(([, v]) => v !== 0).map(([n, v]) =>
    typeof fields[n] === "number" ? n : `${n}=${v}`
  );
  return [`${name} = ${hex(value)}`, ...set].join(" ");
}
