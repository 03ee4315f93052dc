/** One Cortex-M core under a debugger. */
import type { Address, Clock, Memory } from "../base/mod.ts";

/** What the core is doing. */
export type CoreState = "running" | "halted" | "sleeping" | "locked-up" | "in-reset";

/** How a core is attached to. */
export type AttachMode = "attach" | "halt" | "under-reset";

/** How a core is left: `as-found` puts back what attaching changed. */
export type LeaveMode = "as-found" | "running" | "halted" | "reset-held";

/** Which way a reset took. */
export type ResetWay = "nrst" | "sysresetreq";

/** How a reset went. */
export interface ResetReport {
  readonly by: ResetWay;
  /** why it is another way than asked for */
  readonly note?: string;
}

/** Why the core stopped, from DFSR. */
export interface StopReason {
  readonly why:
    | "not-stopped"
    | "breakpoint"
    | "watchpoint"
    | "step"
    | "vector-catch"
    | "debug-request"
    | "external"
    | "unknown";
  /** of a watchpoint: the watched address */
  readonly at?: Address;
}

/** What a watchpoint waits for. */
export type WatchKind = "read" | "write" | "access";

/** Hardware breakpoints to set and to clear on the way. */
export interface BreakpointChange {
  readonly set?: readonly Address[];
  readonly clear?: readonly Address[];
}

/** What a step may bring along. */
export interface StepWish {
  /** words of RAM, multiples of 4, that are wanted afterwards */
  readonly peek?: readonly Address[];
  /** memory that no cache holds: words of it come along whether or not a data cache is on */
  readonly tcm?: readonly { readonly at: Address; readonly length: number }[];
  /** whether the new PC is wanted */
  readonly pc?: boolean;
  readonly breakpoints?: BreakpointChange;
}
/** What came with a step at no cost. */
export interface Stepped {
  /**
   * of `peek`, by address, the first so many; with a data cache on those of `tcm` only, for the cache may
   * hold newer ones. Absent when none came.
   */
  readonly words?: ReadonlyMap<Address, number>;
  /** absent when it was not asked for, or did not come */
  readonly pc?: Address;
}

/** A Cortex-M core. */
export interface Core {
  /** as the core sees it: on a Cortex-M7 through its data cache */
  readonly memory: Memory;
  /**
   * The same addresses past the data cache: for programming flash, which a write that stays in the cache
   * would not reach. The same as `memory` on a core without a cache.
   */
  readonly uncached: Memory;
  readonly clock: Clock;
  /** CPUID */
  readonly cpuid: number;
  /** `Cortex-M7 r0p1` */
  readonly name: string;
  /** From DHCSR; reading clears its sticky bits, so a reset that has just been seen costs a second read. */
  state(): Promise<CoreState>;
  /** Fault: core-did-not-halt. */
  halt(): Promise<void>;
  /**
   * Goes on, over a breakpoint at the present address (`pc`, when the caller knows it). Core halted. `change`
   * is made first, in the same trip where the probe has one. Faults: those of breakpoint().
   */
  resume(pc?: Address, change?: BreakpointChange): Promise<void>;
  /**
   * One instruction, interrupts masked; `pc` as for resume. Core halted. What `wish` says comes along in the
   * same trip, as far as the probe carries it. Faults: core-not-halted, those of breakpoint().
   */
  step(pc?: Address, wish?: StepWish): Promise<Stepped>;
  /**
   * Resets by NRST, or by AIRCR.SYSRESETREQ when `how` says so or NRST has no effect; lets it run.
   * Fault: core-reset-failed.
   */
  reset(how?: ResetWay): Promise<ResetReport>;
  /** Resets and stops before the first instruction, by vector catch. Fault: core-did-not-stop. */
  resetAndHalt(how?: ResetWay): Promise<ResetReport>;
  /**
   * Values of registers by name: r0 … r12 sp lr pc xpsr msp psp control faultmask basepri primask fpscr
   * s0 … s31. Faults: core-not-halted, core-no-such-register.
   */
  readRegisters(names: readonly string[]): Promise<readonly number[]>;
  writeRegisters(values: Readonly<Record<string, number>>): Promise<void>;
  /** Sets or clears a hardware breakpoint. Faults: core-no-breakpoint-left, core-cannot-break-there. */
  breakpoint(at: Address, set: boolean): Promise<void>;
  /** Sets or clears a data watchpoint. Faults: core-no-watchpoint-left, core-cannot-watch. */
  watchpoint(at: Address, length: number, kind: WatchKind, set: boolean): Promise<void>;
  /** Why it stopped. */
  stopReason(): Promise<StopReason>;
}
