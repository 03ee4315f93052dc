/**
 * A virtual board in a file, so that commands follow each other on one board.
 *
 *     "PKBOARD1"  length of the header, u32 LE  header, JSON  pages of flash that are not erased  CRC-32, u32 LE
 *
 * It holds what outlives a command on a board that stays powered: flash, option bytes, OTP, backup SRAM,
 * option registers as loaded, wrong-key locks, reset flags, DBGMCU. RAM and core registers are not in it:
 * the next command finds the core just started.
 */
import { concat, putU32le, u32le } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import { SCENARIOS } from "../scenarios.ts";
import type { Stm32F7 } from "../silicon/chip.ts";
import type { OptionValues } from "../silicon/flash_options.ts";

const MAGIC = "PKBOARD1";
const PAGE = 1024;

/** Whose board it is. */
export interface Owner {
  readonly board: string;
  readonly scenario: string;
}
interface Header extends Owner {
  readonly flashKb: number;
  readonly pages: readonly number[];
  readonly options: readonly number[];
  readonly loaded: OptionValues;
  readonly shadow: OptionValues;
  readonly otp: string;
  readonly backup: string;
  readonly locked: readonly [cr: boolean, optcr: boolean];
  /** not compared: reading a board changes them */
  readonly volatile: {
    readonly csr: number;
    readonly debuggerSeen: boolean;
    readonly dbgmcu: readonly number[];
  };
}

const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0xEDB8_8320 & -(crc & 1));
  return crc;
});
/** CRC-32 as in zip. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xFFFF_FFFF;
  for (const b of bytes) crc = (crc >>> 8) ^ CRC_OF_BYTE[(crc ^ b) & 0xFF]!;
  return (crc ^ 0xFFFF_FFFF) >>> 0;
}

const hexOf = (b: Uint8Array): string =>
  Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (x) => parseInt(x, 16));

function headerOf(chip: Stm32F7, owner: Owner): Header {
  const { bytes } = chip.cells;
  const pages: number[] = [];
  for (let at = 0; at < bytes.length; at += PAGE) {
    if (bytes.subarray(at, at + PAGE).some((b) => b !== 0xFF)) pages.push(at / PAGE);
  }
  const { dbgmcu, rcc } = chip.parts;
  return {
    ...owner,
    flashKb: bytes.length / 1024,
    pages,
    options: [...chip.options.storage],
    loaded: chip.options.loaded,
    shadow: chip.options.shadow,
    otp: hexOf(chip.otp.bytes),
    backup: chip.powered ? hexOf(chip.backup.bytes) : "",
    locked: [chip.flash.lock.dead, chip.flash.optionLock.dead],
    volatile: {
      csr: rcc.csr,
      debuggerSeen: chip.guard.debuggerSeen,
      dbgmcu: [4, 8, 12].map((o) => dbgmcu.read(o) ?? 0),
    },
  };
}

function pack(header: Header, flash: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(4);
  putU32le(length, 0, text.length);
  const pages = header.pages.map((p) => flash.subarray(p * PAGE, (p + 1) * PAGE));
  const body = concat([new TextEncoder().encode(MAGIC), length, text, ...pages]);
  const crc = new Uint8Array(4);
  putU32le(crc, 0, crc32(body));
  return concat([body, crc]);
}

/** The board as a file's content. */
export const saveBoard = (chip: Stm32F7, owner: Owner): Uint8Array =>
  pack(headerOf(chip, owner), chip.cells.bytes);

/** What of a board only a write changes: two boards with the same print need no new file. */
export function fingerprint(chip: Stm32F7, owner: Owner): string {
  const { volatile: _, backup: __, ...kept } = headerOf(chip, owner);
  return JSON.stringify(kept) + crc32(chip.cells.bytes);
}

function damaged(file: string, why: string): never {
  throw fault("sim-state-damaged", { file, why });
}

type Unknown = Readonly<Record<string, unknown>>;
const isObject = (v: unknown): v is Unknown => typeof v === "object" && v !== null;
const areNumbers = (v: unknown, length?: number): boolean =>
  Array.isArray(v) && v.every((n) => typeof n === "number" && n >= 0) &&
  (length === undefined || v.length === length);
const areValues = (v: unknown): boolean =>
  isObject(v) && ["OPTCR", "OPTCR1", "OPTCR2"].every((name) => typeof v[name] === "number");
const isHex = (v: unknown): boolean => typeof v === "string" && /^([0-9a-f]{2})*$/.test(v);
/** Whether it has everything that this version writes, in its form. */
function isHeader(h: unknown): h is Header {
  if (!isObject(h) || !isObject(h.volatile)) return false;
  const { csr, debuggerSeen, dbgmcu } = h.volatile;
  const { flashKb, locked } = h;
  return [h.board, h.scenario].every((v) => typeof v === "string") &&
    typeof flashKb === "number" && areNumbers(h.pages) &&
    (h.pages as number[]).every((p) => Number.isInteger(p) && p < flashKb) &&
    areNumbers(h.options, 6) && areValues(h.loaded) && areValues(h.shadow) &&
    isHex(h.otp) && isHex(h.backup) &&
    Array.isArray(locked) && locked.length === 2 && locked.every((v) => typeof v === "boolean") &&
    typeof csr === "number" && typeof debuggerSeen === "boolean" && areNumbers(dbgmcu, 3);
}

function open(bytes: Uint8Array, file: string): { header: Header; pages: Uint8Array } {
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  if (bytes.length < 16 || text(0, 8) !== MAGIC) damaged(file, "it does not begin like one");
  if (crc32(bytes.subarray(0, -4)) !== u32le(bytes, bytes.length - 4)) {
    damaged(file, "its checksum is wrong, it was cut short or changed");
  }
  const end = 12 + u32le(bytes, 8);
  let header: unknown;
  try {
    header = JSON.parse(text(12, end));
  } catch {
    return damaged(file, "its header cannot be read");
  }
  if (!isHeader(header)) return damaged(file, "it is not in the form that this version writes");
  return { header, pages: bytes.subarray(end, -4) };
}

/** Whose board a file holds. Faults: sim-state-damaged. */
export function ownerOf(bytes: Uint8Array, file: string): Owner {
  const { board, scenario } = open(bytes, file).header;
  if (!SCENARIOS.some((s) => s.name === scenario)) {
    damaged(file, `it began as ${scenario}, a scenario that there is not`);
  }
  return { board, scenario };
}

/**
 * Puts the saved state into a chip that is off, and switches it on. The chip then is as it was left: options
 * that were programmed and not yet loaded still wait for a reset.
 */
export function restoreBoard(chip: Stm32F7, bytes: Uint8Array, file: string, volts: number): void {
  const { header, pages } = open(bytes, file);
  const flash = chip.cells.bytes;
  const fits = bytesOf(header.otp).length <= chip.otp.bytes.length &&
    bytesOf(header.backup).length <= chip.backup.bytes.length;
  if (
    !fits || header.flashKb * 1024 !== flash.length || pages.length !== header.pages.length * PAGE
  ) {
    damaged(file, "its size does not fit the chip");
  }
  flash.fill(0xFF);
  header.pages.forEach((p, i) => flash.set(pages.subarray(i * PAGE, (i + 1) * PAGE), p * PAGE));
  chip.otp.bytes.set(bytesOf(header.otp));
  // powered on with the options that were in force, whatever has been programmed since
  chip.options.storage.set(chip.options.encode(header.loaded));
  chip.setVolts(volts);
  chip.options.storage.set(header.options);
  chip.options.shadow = header.shadow;
  if (!chip.powered) return;
  chip.backup.bytes.set(bytesOf(header.backup));
  if (header.locked[0]) chip.flash.lock.kill();
  if (header.locked[1]) chip.flash.optionLock.kill();
  const { csr, debuggerSeen, dbgmcu } = header.volatile;
  chip.parts.rcc.restoreCsr(csr);
  dbgmcu.forEach((v, i) => chip.parts.dbgmcu.write(4 + 4 * i, v, 0xFFFF_FFFF));
  chip.guard.debuggerSeen = debuggerSeen;
  chip.reopen();
}
