/** The AHB access port: CSW, TAR, DRW, the banked data registers, and one bus transfer at a time. ARM IHI 0031 §C2. */
import { BusError, type Target } from "./contracts.ts";
import type { DapIds } from "./dap.ts";

type Width = 1 | 2 | 4;

/** AP registers. */
export const AP = {
  CSW: 0x00,
  TAR: 0x04,
  DRW: 0x0C,
  BD0: 0x10,
  CFG: 0xF4,
  BASE: 0xF8,
  IDR: 0xFC,
} as const;
/** CSW: 32 bits wide, single increment. */
export const CSW_WORD = 0x12;
/** CSW: size by width. */
export const CSW_SIZE: Readonly<Record<Width, number>> = { 1: 0, 2: 1, 4: 2 };
/** TAR counts up within so many bytes (§C2.2.2: only this much is guaranteed). */
export const TAR_BLOCK = 0x400;

const DEVICE_EN = 1 << 6;
const TR_IN_PROG = 1 << 7;
const PROT = 0x7F00_0000; // HPROT, MasterType, SProt
/** Cortex-M7 TRM (recalled): privileged data access, word */
const CSW_RESET = 0x4300_0002;

/** Told how a transfer ended. */
export interface TransferEnd {
  /** what a read brought */
  got(value: number): void;
  failed(): void;
}

interface Transfer {
  readonly at: number;
  readonly width: Width;
  /** undefined: a read */
  readonly value: number | undefined;
  readonly increments: boolean;
}

/** See the head of the file. */
export class MemAp {
  #csw = CSW_RESET;
  #tar = 0;
  #transfer: Transfer | undefined;
  #cancel: () => void = () => {};

  constructor(readonly target: Target, readonly ids: DapIds, readonly port: TransferEnd) {}

  get busy(): boolean {
    return this.#transfer !== undefined;
  }
  get busyUntil(): number | undefined {
    const t = this.#transfer;
    return t && this.target.readyAt(t.at, t.value !== undefined);
  }

  /** Ends the transfer under way if the bus has let it through meanwhile. */
  settle(): void {
    const until = this.busyUntil;
    if (until !== undefined && until <= this.target.time.now) this.#finish();
  }

  read(register: number): void {
    switch (register) {
      case AP.CSW:
        return this.port.got((this.#csw | DEVICE_EN | (this.busy ? TR_IN_PROG : 0)) >>> 0);
      case AP.TAR:
        return this.port.got(this.#tar);
      case AP.DRW:
        return this.#drw(undefined);
      case AP.BASE:
        return this.port.got(this.ids.apBase);
      case AP.IDR:
        return this.port.got(this.ids.apIdr);
    }
    if (isBanked(register)) this.#banked(register, undefined);
    else this.port.got(0); // CFG: little-endian, no large addresses; the rest is reserved
  }

  write(register: number, value: number): void {
    if (register === AP.CSW) this.#csw = writableCsw(value);
    else if (register === AP.TAR) this.#tar = value;
    else if (register === AP.DRW) this.#drw(value);
    else if (isBanked(register)) this.#banked(register, value);
  }

  /** DAPABORT: whoever waits is let go; what the bus makes of the transfer is lost. */
  abort(): void {
    this.#cancel();
    this.#transfer = undefined;
  }
  powerLost(): void {
    this.abort();
    this.#csw = CSW_RESET;
    this.#tar = 0;
  }

  #drw(value: number | undefined): void {
    const size = this.#csw & 7;
    const width: Width = size === 0 ? 1 : size === 1 ? 2 : 4;
    const at = (this.#tar & ~(width - 1)) >>> 0;
    this.#start({ at, width, value, increments: (this.#csw & 0x30) !== 0 });
  }
  #banked(register: number, value: number | undefined): void {
    const at = ((this.#tar & ~0xF) | (register & 0xC)) >>> 0;
    this.#start({ at, width: 4, value, increments: false });
  }

  #start(t: Transfer): void {
    this.#transfer = t;
    const until = this.target.readyAt(t.at, t.value !== undefined);
    if (until <= this.target.time.now) this.#finish();
    else this.#finishAt(until);
  }
  #finishAt(until: number): void {
    this.#cancel = this.target.time.at(until, () => {
      const later = this.busyUntil;
      if (later === undefined) return;
      if (later <= this.target.time.now) this.#finish();
      else this.#finishAt(later);
    });
  }
  #finish(): void {
    const t = this.#transfer;
    if (t === undefined) return;
    this.#cancel();
    this.#transfer = undefined;
    const shift = (t.at & 3) * 8; // byte lanes: §C2.2.6
    try {
      if (t.value === undefined) {
        this.port.got((this.target.debugRead(t.at, t.width) << shift) >>> 0);
      } else {
        const lanes = t.width === 4 ? 0xFFFF_FFFF : t.width === 2 ? 0xFFFF : 0xFF;
        this.target.debugWrite(t.at, t.width, ((t.value >>> shift) & lanes) >>> 0);
      }
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return this.port.failed();
    }
    if (t.increments) this.#tar = incremented(this.#tar, t.width);
  }
}

const isBanked = (register: number): boolean => register >= AP.BD0 && register < AP.BD0 + 0x10;

/** packed increment and sizes above a word do not exist here */
function writableCsw(value: number): number {
  const size = Math.min(value & 7, 2);
  const increment = (value & 0x30) === 0x10 ? 0x10 : 0;
  return ((value & PROT) | increment | size) >>> 0;
}
const incremented = (tar: number, by: number): number =>
  ((tar & ~(TAR_BLOCK - 1)) | ((tar + by) & (TAR_BLOCK - 1))) >>> 0;
