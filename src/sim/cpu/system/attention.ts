/** Reasons to look up between two instructions: bits of `CpuState.attention` (bit 30 is the run loop's). */

/** an exception may have become takeable: pending, enabled, priority or mask changed */
export const EXCEPTION = 1;
/** an EXC_RETURN value was loaded into the PC */
export const RETURN = 2;
/** the core is asleep after WFI or WFE */
export const SLEEP = 4;
/** the core is locked up */
export const LOCKUP = 8;
/** a halt was asked for: C_HALT, BKPT, watchpoint, vector catch */
export const HALT = 16;
/** the core stands still: in Debug state, held in reset, or ended by semihosting */
export const STOPPED = 32;
/** the host wants `run` to return */
export const BREAK_OFF = 64;
/** a reset was asked for from within an instruction */
export const RESET = 128;
