/**
 * What it costs in time to reach the chip. The model and its numbers are of reference/performance.md §3.2,
 * held against published speeds in §3.3 there; nothing was measured on a probe of our own.
 *
 *   a command   c_usb
 *   an access   46 SWD clocks; 13 when it is answered WAIT
 *   a word      g_w or g_r on top: what the probe itself needs to move it
 *
 * The 184 clocks of housekeeping in the model are four accesses (CSW, TAR, RDBUFF, CTRL/STAT), which the
 * firmware here really makes.
 */

/** How good the way from program to probe is: xHCI without a hub, an ordinary PC, a virtual machine or Windows. */
export type HostProfile = "direct" | "typical" | "slow";
/** All of them. */
export const HOST_PROFILES: readonly HostProfile[] = ["direct", "typical", "slow"];

/** Time of one probe on one host, in ns. */
export interface ProbeCost {
  /** one command with its data and answer */
  readonly commandNs: number;
  /** a word written, beyond its SWD clocks */
  readonly writeNs: number;
  /** a word read, beyond its SWD clocks */
  readonly readNs: number;
}

/** one control transfer: three stages, a fraction of a frame (USB 2.0 §5.5) */
export const CONTROL_NS = 100_000;
/** request 8, turnaround 1, ACK 3, turnaround 1, data and parity 33 */
export const ACCESS_CLOCKS = 46;
/** the same without the data phase */
export const WAIT_CLOCKS = 13;
/** 50 and more clocks high, two low: facts/cortex-m.md §1, JTAG → SWD with a line reset before and after */
export const LINE_RESET_CLOCKS = 136;

const MS = 1e6;
const COMMAND_NS: Readonly<Record<2 | 3, Readonly<Record<HostProfile, number>>>> = {
  // V2-1, full speed: typical 0.25 ms, range 0.10 – 1.0
  2: { direct: 0.10 * MS, typical: 0.25 * MS, slow: 1.0 * MS },
  // V3, high speed: typical 0.20 ms, range 0.10 – 0.45
  3: { direct: 0.10 * MS, typical: 0.20 * MS, slow: 0.45 * MS },
};
/** V2-1: 64 KiB written in 231 ms, 1 MiB read in 10.4 s; V3: a guess of the table */
const WORD_NS: Readonly<Record<2 | 3, { readonly write: number; readonly read: number }>> = {
  2: { write: 2300, read: 6000 },
  3: { write: 1000, read: 1000 },
};
/** what the pin does at a nominal kHz where somebody measured it: pyOCD#1276 */
const EFFECTIVE_KHZ: Readonly<Record<number, number>> = { 24_000: 11_100 };

/** The cost of a probe of this generation on this kind of host. */
export const probeCost = (generation: 2 | 3, host: HostProfile): ProbeCost => ({
  commandNs: COMMAND_NS[generation][host],
  writeNs: WORD_NS[generation].write,
  readNs: WORD_NS[generation].read,
});

/** ns of one SWD clock at this nominal speed. */
export const clockNs = (khz: number): number => 1e6 / (EFFECTIVE_KHZ[khz] ?? khz);
