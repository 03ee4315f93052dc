/** What of the flash module lies in the address space as memory: main array, OTP, option words, ST's own data. */
import { BusError, type Master } from "../contracts.ts";
import type { Flash } from "./flash.ts";
import type { FlashCells } from "./flash_cells.ts";

/** FLASHAXI_BASE and FLASHITCM_BASE of stm32f746xx.h */
export const AXIM_AT = 0x0800_0000;
export const ITCM_AT = 0x0020_0000;
const OPTION_WORDS_AT = 0x1FFF_0000;
/** flash rows are 128 bits (facts/stm32f7.md §5) */
const ROW = 16;

/** What is burnt in at the factory. */
export interface Identity {
  readonly uid: readonly [number, number, number];
  /** what the size register says, in KiB */
  readonly sizeKb: number;
  /** PACKAGE_BASE */
  readonly packageCode: number;
}

/** A piece of memory that answers at `at`. */
export interface MemoryPort {
  readonly name: string;
  readonly at: number;
  readonly size: number;
  /** Little-endian, unsigned. `offset + width` is within `size`. */
  read(offset: number, width: 1 | 2 | 4, master: Master): number;
  write(offset: number, width: 1 | 2 | 4, value: number, master: Master): void;
}

const get = (bytes: Uint8Array, offset: number, width: number): number => {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[offset + i]!;
  return value;
};

/** Main flash, from AXIM (reads and writes) or ITCM (reads only: writes are bus errors). */
export class MainFlash implements MemoryPort {
  readonly size: number;
  readonly name: string;
  constructor(readonly flash: Flash, readonly at: number) {
    this.size = flash.cells.bytes.length;
    this.name = at === ITCM_AT ? "flash (ITCM)" : "flash";
  }
  read(offset: number, width: 1 | 2 | 4, master: Master): number {
    const { flash } = this;
    if (flash.guard.refuses(master)) {
      throw new BusError(this.at + offset, "flash is read-protected (RDP level 1)");
    }
    if (flash.operations.blocks(bankOf(flash, offset))) flash.stall(master);
    if (master !== "fetch" && flash.guard.readProtected(offset)) {
      flash.fail("RDERR");
      throw new BusError(this.at + offset, "the sector may be executed but not read (PCROP)");
    }
    return get(flash.cells.bytes, offset, width);
  }
  write(offset: number, width: 1 | 2 | 4, value: number, master: Master): void {
    if (this.at === ITCM_AT) {
      throw new BusError(this.at + offset, "flash cannot be written through ITCM"); // facts/stm32f7.md §10.1
    }
    const { flash } = this;
    flash.stall(master);
    const sector = flash.guard.sectorAt(offset);
    const locked = sector === undefined || flash.guard.isWriteProtected(sector) ||
      flash.guard.refuses(master);
    if (mayProgram(flash, this.at + offset, width, locked)) {
      flash.operations.program(flash.cells, offset, width, value, bankOf(flash, offset));
    }
  }
}

const bankOf = (flash: Flash, offset: number): number =>
  flash.options.dualBank && offset >= flash.cells.bytes.length / 2 ? 1 : 0;

/** The checks before programming, each with its bit in SR (facts/stm32f7.md §5, RM0402 "Programming errors"). */
function mayProgram(flash: Flash, at: number, width: number, locked: boolean): boolean {
  const psize = (flash.cr >>> 8) & 3;
  // PG alone decides: st-flash leaves SER set while it programs (stlink-org/stlink common_flash.c), and CR.LOCK
  // guards the register, not the cells
  if ((flash.cr & 1) === 0) return refuse(flash, "ERSERR");
  if (at % ROW + width > ROW) return refuse(flash, "PGAERR");
  if (width !== 1 << psize || at % width !== 0) return refuse(flash, "PGPERR");
  return !locked || refuse(flash, "WRPERR");
}
function refuse(flash: Flash, bit: "ERSERR" | "PGAERR" | "PGPERR" | "WRPERR"): false {
  flash.fail(bit);
  return false;
}

/** OTP blocks and, after them, one lock byte each: 00 locks. */
export class Otp implements MemoryPort {
  readonly name = "OTP";
  readonly at: number;
  readonly size: number;
  readonly #blocks: number;
  readonly #blockSize: number;
  constructor(readonly flash: Flash, readonly cells: FlashCells) {
    const { otp } = flash.options.silicon;
    this.at = otp.at;
    this.#blocks = otp.blocks;
    this.#blockSize = otp.blockSize;
    this.size = cells.bytes.length;
  }
  read(offset: number, width: 1 | 2 | 4, master: Master): number {
    // RM0090 table "Access versus read protection level": OTP at level 1, debug: no
    if (this.flash.guard.refuses(master)) {
      throw new BusError(this.at + offset, "OTP at RDP level 1");
    }
    if (this.flash.operations.blocks(0)) this.flash.stall(master);
    return get(this.cells.bytes, offset, width);
  }
  write(offset: number, width: 1 | 2 | 4, value: number, master: Master): void {
    this.flash.stall(master);
    let locked = this.flash.guard.refuses(master);
    for (let i = 0; i < width; i++) locked ||= this.#isLocked(offset + i);
    if (mayProgram(this.flash, this.at + offset, width, locked)) {
      this.flash.operations.program(this.cells, offset, width, value, -1);
    }
  }
  #isLocked(offset: number): boolean {
    const data = this.#blocks * this.#blockSize;
    if (offset >= data + this.#blocks) return true; // reserved up to FLASH_OTP_END
    const block = offset < data ? Math.floor(offset / this.#blockSize) : offset - data;
    return this.cells.bytes[data + block] === 0;
  }
}

/** The option words as memory; unused words read erased. Not readable at level 1 (facts/stm32f7.md §4). */
export class OptionWords implements MemoryPort {
  readonly name = "option bytes";
  readonly at = OPTION_WORDS_AT;
  readonly size: number;
  constructor(readonly flash: Flash) {
    this.size = flash.options.silicon.options.pcrop ? 0x30 : 0x20;
  }
  read(offset: number, width: 1 | 2 | 4, master: Master): number {
    if (this.flash.guard.refuses(master)) {
      throw new BusError(this.at + offset, "option bytes at RDP level 1");
    }
    if (this.flash.operations.blocks(0)) this.flash.stall(master);
    const bytes = new Uint8Array(this.size).fill(0xFF);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i * 8 < this.size; i++) {
      view.setUint32(i * 8, this.flash.options.storage[i]!, true);
    }
    return get(bytes, offset, width);
  }
  write(_offset: number, _width: 1 | 2 | 4, _value: number, master: Master): void {
    this.flash.stall(master);
    this.flash.fail("WRPERR"); // written by the registers only
  }
}

/** Memory that only ST can write: unique ID, size, package; and the system memory. */
export class FactoryMemory implements MemoryPort {
  constructor(
    readonly name: string,
    readonly at: number,
    readonly bytes: Uint8Array,
    readonly flash: Flash,
  ) {}
  get size(): number {
    return this.bytes.length;
  }
  read(offset: number, width: 1 | 2 | 4, master: Master): number {
    if (this.flash.operations.blocks(0)) this.flash.stall(master);
    return get(this.bytes, offset, width);
  }
  write(_offset: number, _width: 1 | 2 | 4, _value: number, master: Master): void {
    this.flash.stall(master);
    this.flash.fail("WRPERR"); // RM0402 "Write protections": parts that can never be written, recalled
  }
}

/** UID, flash size and package code at their places, the rest of the area erased. */
export function identityBytes(flash: Flash, id: Identity): FactoryMemory {
  const { uidAt, flashSizeAt, packageAt } = flash.options.silicon;
  const bytes = new Uint8Array(packageAt + 4 - uidAt).fill(0xFF);
  const view = new DataView(bytes.buffer);
  id.uid.forEach((word, i) => view.setUint32(4 * i, word, true));
  view.setUint16(flashSizeAt - uidAt, id.sizeKb, true);
  view.setUint16(packageAt - uidAt, id.packageCode, true);
  return new FactoryMemory("device identity", uidAt, bytes, flash);
}

/**
 * In place of ST's boot loader, which is not ours to copy: a vector table whose every entry is a loop.
 * The code is at +200 of the ITCM view.
 */
export function bootLoaderBytes(size: number, itcmAt: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xFF);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2000_1000, true);
  for (let i = 1; i < 128; i++) view.setUint32(4 * i, itcmAt + 0x201, true);
  view.setUint16(0x200, 0xE7FE, true); // b .
  return bytes;
}
