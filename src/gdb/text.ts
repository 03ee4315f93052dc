/** Hexadecimal as RSP writes it. */
import { hexBytes } from "../base/mod.ts";

/** The bytes that the digits say; undefined when they are odd or no digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (h) => parseInt(h, 16));
}
/** A number in hexadecimal; undefined when it is none, or more than 32 bits. */
export function hexNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-fA-F]{1,8}$/.test(text) ? parseInt(text, 16) : undefined;
}
/** A word as eight digits in target order. */
export const wordHex = (value: number): string =>
  hexBytes(Uint8Array.from({ length: 4 }, (_, i) => Math.floor(value / 256 ** i) % 256));
/** Text as hexadecimal, for `O` and qRcmd. */
export const textHex = (text: string): string => hexBytes(new TextEncoder().encode(text));
