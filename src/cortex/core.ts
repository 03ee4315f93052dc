/** One Cortex-M core under a debugger. */
import type { Address, Clock, Memory } from "../base/mod.ts";

/** What the core is doing. */
export type CoreState = "running" | "halted" | "sleeping" | "locked-up" | "in-reset";

/** How a core is attached to. */
export type AttachMode = "attach" | "halt" | "under-reset";

/** A Cortex-M core. */
export interface Core {
  readonly memory: Memory;
  readonly clock: Clock;
  /** CPUID */
  readonly cpuid: number;
  /** From one read of DHCSR; reading clears its sticky bits. */
  state(): Promise<CoreState>;
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** One instruction, interrupts masked. Core halted. */
  step(): Promise<void>;
  /** Resets by NRST, or by AIRCR.SYSRESETREQ when `how` says so or there is no wire; lets it run. */
  reset(how?: "nrst" | "sysresetreq"): Promise<void>;
  /** Resets and stops before the first instruction, by vector catch. */
  resetAndHalt(how?: "nrst" | "sysresetreq"): Promise<void>;
  /** Values of registers by name: r0 … r12 sp lr pc xpsr msp psp control faultmask basepri primask fpscr s0 … s31. */
  readRegisters(names: readonly string[]): Promise<readonly number[]>;
  writeRegisters(values: Readonly<Record<string, number>>): Promise<void>;
  /** Sets or clears a hardware breakpoint. Fault: core-no-breakpoint-left. */
  breakpoint(at: Address, set: boolean): Promise<void>;
}
