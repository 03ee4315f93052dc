/** What a command of the probe is: its name, from when on it exists, what comes back. */
import { putU32le } from "../../base/mod.ts";
import type { StlinkFirmware } from "./firmware.ts";
import type { Gate } from "./version.ts";

/** The data phase of a command that is followed by data. */
export interface Incoming {
  /** bytes that the host has announced */
  readonly length: number;
  /** Takes the next part, at most what is still missing. */
  take(bytes: Uint8Array): void;
  /** All of it has come. */
  end(): void;
}
/** What comes back: bytes, nothing, or the wish for data. */
export type Answer = Uint8Array | Incoming | undefined;

/** One row. */
export interface Command {
  readonly name: string;
  readonly from: Gate;
  /** only after ENTER */
  readonly debugOnly: boolean;
  /** the answer begins with a status byte: what does not work can be said */
  readonly status: boolean;
  run(probe: StlinkFirmware, packet: Uint8Array): Answer;
}
/** Rows by the second byte of the packet. */
export type CommandTable = Readonly<Record<number, Command>>;

type Run = Command["run"];
/** A row whose answer begins with a status byte; possible in every mode. */
export const anytime = (name: string, from: Gate, run: Run): Command => ({
  name,
  from,
  debugOnly: false,
  status: true,
  run,
});
/** The same, after ENTER only. */
export const inDebug = (name: string, from: Gate, run: Run): Command => ({
  ...anytime(name, from, run),
  debugOnly: true,
});
/** A row after ENTER only, whose answer is data alone or nothing. */
export const plain = (name: string, from: Gate, run: Run): Command => ({
  ...inDebug(name, from, run),
  status: false,
});

/** An answer of `length` bytes: the status, zeros up to byte 4, then the words. */
export function reply(status: number, length = 2, words: readonly number[] = []): Uint8Array {
  const out = new Uint8Array(length);
  out[0] = status;
  words.forEach((word, i) => putU32le(out, 4 + 4 * i, word >>> 0));
  return out;
}

/** The bytes of a packet, for messages. */
export const bytesText = (packet: Uint8Array): string =>
  Array.from(packet, (b) => b.toString(16).toUpperCase().padStart(2, "0")).join(" ");
