/** What the parts of the virtual board agree on. */

/** Who starts a bus access: an instruction, an instruction fetch, or the debugger's MEM-AP. */
export type Master = "core" | "fetch" | "debug";

/** A bus access that the silicon answers with an error response. */
export class BusError extends Error {
  override readonly name = "BusError";
  constructor(readonly at: number, readonly why: string) {
    super(why);
  }
}

/**
 * Thrown by a SystemBus out of a core's access that cannot complete before `until` (ns of the board's time):
 * flash is busy, the bus holds the transfer. The core leaves the instruction undone (registers and PC as
 * before it), returns from `run` with the cycles used, and does it again when it is run next. It is not
 * asked to run before `until`. The debugger's accesses never throw it: see Target.readyAt.
 */
export class BusStall {
  constructor(readonly until: number) {}
}

/** Plain memory that the core may reach without asking the bus: RAM, and flash for reading. */
export interface Window {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly writable: boolean;
  readonly executable: boolean;
  /** false while the silicon refuses it (flash under RDP level 1, or busy) */
  open: boolean;
}

/** Everything outside the core: RAM, flash, peripherals. Values are unsigned. */
export interface SystemBus {
  /** Throws BusError. */
  read(at: number, width: 1 | 2 | 4, master: Master): number;
  /** Throws BusError. */
  write(at: number, width: 1 | 2 | 4, value: number, master: Master): void;
  /** for the core's fast path; fixed after power-on, `open` may change */
  readonly windows: readonly Window[];
}

/** What the core asks of the chip around it. */
export interface CoreHost {
  readonly bus: SystemBus;
  /** AIRCR.SYSRESETREQ was written: the chip resets itself after this access */
  requestSystemReset(): void;
  /** something a user should know: an unimplemented register, a guess refused */
  warn(note: string): void;
  /** text written by semihosting */
  semihosting?(text: string): void;
}

/** A Cortex-M7 as the chip sees it. The private peripheral bus (0xE000_0000 … 0xE00F_FFFF) is the core's. */
export interface CpuCore {
  /** clears the debug logic as well as the core */
  powerOnReset(): void;
  /** system reset: debug logic (DHCSR.C_DEBUGEN, DEMCR, FPB, DWT) keeps; the core waits while `held` */
  systemReset(): void;
  /** while true the core does not start; on the way to false it loads SP and PC from the vector table */
  held: boolean;
  /** address of the vector table after reset, from BOOT_ADDx */
  bootAddress: number;
  /** Runs at most `cycles`; gives the cycles used; 0 when halted, held, or asleep with nothing pending. */
  run(cycles: number): number;
  /** Makes a `run` in progress return before its next instruction: an event is due, the clock has changed. */
  stop?(): void;
  /** address of the current instruction, for messages */
  readonly pc?: number;
  readonly halted: boolean;
  readonly lockedUp: boolean;
  readonly sleeping: boolean;
  /** an interrupt line: exception number 16 + `irq` becomes pending */
  interrupt(irq: number): void;
  /** Accesses of the private peripheral bus, by the debugger as by code. Throws BusError. */
  readPpb(at: number, width: 1 | 2 | 4, master: Master): number;
  writePpb(at: number, width: 1 | 2 | 4, value: number, master: Master): void;
  /** memory changed behind the core's back (flash programmed, debugger wrote RAM): drop decoded code */
  invalidate(at: number, length: number): void;
  /** cycles since power-on */
  readonly cycles: number;
}

/** Virtual time of one board: USB, SWD, flash, watchdogs and the core are ordered by it. */
export interface Timeline {
  /** ns since the board was made */
  readonly now: number;
  /** Lets `ns` pass: the core runs, due events happen in order. */
  advance(ns: number): void;
  /** Calls `act` when `when` (ns) is reached. Gives a way to take it back. */
  at(when: number, act: () => void): () => void;
}

/** The chip with its board, as the probe's wires reach it. */
export interface Target {
  readonly time: Timeline;
  /** volts at VDD; what the probe's measuring input sees */
  readonly volts: number;
  /** whether the NRST wire is connected to the probe */
  readonly nrstWired: boolean;
  /** the probe drives NRST low, or lets go */
  driveNrst(low: boolean): void;
  /** the level of the NRST pin, for a probe that can read it */
  readonly nrstLow: boolean;
  /** how often it has been powered on: with each, the debug port forgets everything */
  readonly powerOns?: number;
  /** false when nothing answers on SWDIO: no power, RDP level 2, pins taken by firmware, asleep without DBGMCU */
  readonly debugPortAlive: boolean;
  /**
   * AHB-AP: when (ns of `time`) an access at `at` could complete; later than now means the bus is stalled.
   * Some registers stall writes only (FLASH_CR while busy): say so with `write`. An access made earlier
   * waits by itself.
   */
  readyAt(at: number, write?: boolean): number;
  /** AHB-AP accesses. Throw BusError. */
  debugRead(at: number, width: 1 | 2 | 4): number;
  debugWrite(at: number, width: 1 | 2 | 4, value: number): void;
  /** power-on reset of the debug domain requested by the debug port, or the debugger has gone */
  debuggerAttached(attached: boolean): void;
  /** text the firmware sent on the UART that the probe carries as a virtual COM port */
  readonly uart: { onText?: (bytes: Uint8Array) => void; feed(bytes: Uint8Array): void };
  warn(note: string): void;
}

/** One USB request block, as usbfs and USB/IP carry it. `setup` is all zero except for control transfers. */
export interface Urb {
  /** endpoint number without the direction bit */
  readonly endpoint: number;
  readonly in: boolean;
  /** wanted length of an IN transfer */
  readonly length: number;
  readonly setup: Uint8Array;
  /** data of an OUT transfer */
  readonly data: Uint8Array;
  /** status 0 or a negative Linux errno (-32 stall, -75 overflow, -108 unplugged); called once */
  done(status: number, data: Uint8Array, actual: number): void;
}

/** A USB device at packet level; each front-end carries its URBs some other way. */
export interface VirtualUsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly serial: string;
  readonly manufacturer: string;
  readonly product: string;
  /** 18 bytes */
  readonly deviceDescriptor: Uint8Array;
  /** whole configuration descriptor */
  readonly configDescriptor: Uint8Array;
  /** `full` or `high` */
  readonly speed: "full" | "high";
  submit(urb: Urb): void;
  /** Takes a pending URB back without calling `done`; false when it is not pending. */
  unlink(urb: Urb): boolean;
  /** the host closed its handle: pending state of half-sent commands is dropped, as an interface re-open would */
  release(): void;
  /** false after an unplug; every URB then ends with -108 */
  readonly plugged: boolean;
  /** told once when it is unplugged */
  onUnplug?: () => void;
}
