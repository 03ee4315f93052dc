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
