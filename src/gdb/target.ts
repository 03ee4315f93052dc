/** What a debugger needs of a board. The session knows only this; `board_target.ts` makes it of the rooms below. */
import type { BoardState, Clock, Fault } from "../base/mod.ts";
import type { Layout } from "../chip/mod.ts";
import type {
  BreakpointChange,
  CoreState,
  Stepped,
  StepWish,
  StopReason,
  WatchKind,
} from "../cortex/mod.ts";

/** One region of the memory map. */
export interface Region {
  readonly type: "ram" | "rom" | "flash";
  readonly at: number;
  readonly length: number;
  /** of flash: bytes erased together */
  readonly block?: number;
  /** of RAM: no cache holds any of it */
  readonly tcm?: true;
}

/** What writing an image did. */
export interface FlashReport {
  readonly sectorsErased: number;
  readonly bytesProgrammed: number;
  /** what is wrong with the vector table, one sentence each */
  readonly vectorProblems: readonly string[];
}

/** Something to say while work goes on; empty: only that it goes on. */
export type Say = (text: string) => void;

/** A monitor command's own doings that need more than a core. */
export interface BoardCommands {
  /** Sectors as flash has them now. */
  readonly layout: Layout;
  /** `STM32F74x/F75x (0x449 rev Z), 1024 KiB` */
  readonly chipText: string;
  /** which sectors are write-protected */
  protectedSectors(): Promise<readonly number[]>;
  /** Erases sectors by index. */
  eraseSectors(indexes: readonly number[], say: Say): Promise<void>;
  massErase(say: Say): Promise<void>;
  /** Sets or clears write protection of sectors; false when nothing differed. */
  protect(indexes: readonly number[], on: boolean, say: Say): Promise<boolean>;
  /** Option registers by name, as read. */
  optionWords(): Promise<Readonly<Record<string, number>>>;
  /** The option bytes, decoded, one line each. */
  optionLines(): Promise<readonly string[]>;
  /** Brings option fields about. Gives what there is to tell of it; undefined: nothing differed. */
  writeOptions(
    wanted: Readonly<Record<string, number>>,
    say: Say,
  ): Promise<readonly string[] | undefined>;
  /** names of option fields that this chip has */
  readonly optionNames: readonly string[];
  /** As {@link writeOptions}; refuses what would erase flash. */
  setOptions(
    wanted: Readonly<Record<string, number>>,
    say: Say,
  ): Promise<readonly string[] | undefined>;
  /** Back to factory option bytes; refuses what would erase flash. Gives as {@link writeOptions}. */
  recover(say: Say): Promise<readonly string[] | undefined>;
  /** What the doctor finds on this board. */
  doctorLines(): Promise<readonly string[]>;
  /** From now on a hardware watchdog is no reason to refuse programming. */
  acceptWatchdog(): void;
  /** Fault: of placing, when a piece is not in this device's flash. */
  requirePlaced(file: string, pieces: readonly { at: number; bytes: Uint8Array }[]): void;
  /** Reads an image file: pieces in flash. */
  readImage(
    file: string,
    base: number | undefined,
  ): Promise<readonly { at: number; bytes: Uint8Array }[]>;
}

/** One board as a debugger sees it. Methods throw Fault. */
export interface GdbTarget {
  readonly clock: Clock;
  readonly hasFpu: boolean;
  readonly map: readonly Region[];
  readonly board: BoardCommands;
  state(): Promise<CoreState>;
  stopReason(): Promise<StopReason>;
  halt(): Promise<void>;
  /** `pc`: the present one, when it is known; `change`: comparators that change on the way */
  resume(pc?: number, change?: BreakpointChange): Promise<void>;
  /** Gives of what was wished what came along at no cost. */
  step(pc?: number, wish?: StepWish): Promise<Stepped>;
  reset(halt: boolean): Promise<void>;
  readRegisters(names: readonly string[]): Promise<readonly number[]>;
  writeRegisters(values: Readonly<Record<string, number>>): Promise<void>;
  readMemory(at: number, length: number): Promise<Uint8Array>;
  writeMemory(at: number, bytes: Uint8Array): Promise<void>;
  breakpoint(at: number, set: boolean): Promise<void>;
  watchpoint(at: number, length: number, kind: WatchKind, set: boolean): Promise<void>;
  /** Programs pieces: compares, erases what differs, programs, reads back; `erase` regions are blank after. */
  program(
    pieces: readonly { at: number; bytes: Uint8Array }[],
    erase: readonly { at: number; length: number }[],
    say: Say,
  ): Promise<FlashReport>;
  /** Whether a HardFault stops the core before its handler runs. */
  catchHardFaults(on: boolean): Promise<void>;
  /** Fault registers in words; empty when no fault is active in the exception that `xpsr` names. */
  faultBanner(xpsr: number): Promise<readonly string[]>;
  /** What the owner should know before he works on this board, one sentence each. */
  notes(): Promise<readonly string[]>;
  /** What has become of flash and option bytes by now. */
  boardState(): BoardState;
  /** A fault with what the flash room knows about it. */
  explain(fault: Fault): Promise<Fault>;
}
