/** A block of peripheral registers on the bus. */
import type { Master } from "../contracts.ts";
import type { BoardTime } from "../timeline.ts";

/** What every peripheral may ask of its chip. */
export interface ChipHost {
  readonly time: BoardTime;
  /** something a user should know; the same note is given once */
  warn(note: string): void;
  /** the level of an interrupt line into the NVIC */
  irq(line: number, high: boolean): void;
}

/** One block. Words are 32 bits; `lanes` says which bytes of a word are written. */
export abstract class Block {
  constructor(
    readonly name: string,
    readonly at: number,
    readonly size: number,
    readonly host: ChipHost,
  ) {}
  /** The word at `offset` (a multiple of 4); undefined where no register is modelled. */
  abstract read(offset: number, master: Master): number | undefined;
  /** Writes the bytes of `lanes`; false where no register is modelled. May throw BusError or BusStall. */
  abstract write(offset: number, value: number, lanes: number, master: Master): boolean;
  /** system reset */
  abstract reset(): void;
  /** false while its clock is off: reads give 0, writes are lost */
  clocked(): boolean {
    return true;
  }
}

/** `old` with the bytes of `lanes` taken from `value`, unsigned. */
export const merge = (old: number, value: number, lanes: number): number =>
  ((old & ~lanes) | (value & lanes)) >>> 0;
