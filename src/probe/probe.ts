/** What every debug probe can do; an extra is a whole group or absent. */
import type { Memory } from "../base/mod.ts";

/** Which probe it is. */
export interface ProbeId {
  /** `ST-LINK/V2-1` */
  readonly name: string;
  readonly serial: string;
  /** `V2J37M26` */
  readonly firmware: string;
  readonly place: string;
}

/** What a run cost on the wire. An exchange is one command with its data phase. */
export interface Counters {
  exchanges: number;
  bytesOut: number;
  bytesIn: number;
}

/** How to connect. */
export interface ConnectWish {
  /** wanted SWD clock; the probe takes the nearest not above it */
  readonly hertz: number;
  /** hold NRST low while and after connecting; the caller releases it */
  readonly underReset: boolean;
}
/** What connecting found. */
export interface Connected {
  readonly hertz: number;
  readonly dpidr: number;
}

/** One raw access of the debug port (`"dp"`) or of an access port (its number). No `write`: a read. */
export interface DapStep {
  readonly port: "dp" | number;
  /** DP: bank << 4 | address; AP: 8-bit register address */
  readonly register: number;
  readonly write?: number;
}

/** A probe's own way to a halted core's registers, quicker than DCRSR. */
export interface FastCore {
  /** R0 … R15, xPSR, MSP, PSP: 19 words in one exchange. Core halted. */
  readAll(): Promise<Uint32Array>;
}

/** A debug probe. Disposing it leaves debug mode and closes the pipe. */
export interface Probe extends AsyncDisposable {
  readonly id: ProbeId;
  readonly counters: Counters;
  /** what this firmware cannot do that a newer one can, one sentence each; empty when nothing */
  readonly lacks: readonly string[];
  /** Target voltage in volts; undefined when the probe cannot measure, or what it says is nonsense. */
  voltage(): Promise<number | undefined>;
  /** Faults: link-no-answer, link-no-power, link-only-slow and those of the pipe. */
  connect(wish: ConnectWish): Promise<Connected>;
  /**
   * Leaves debug mode; NRST is released by it. With `keepReset` the probe stays in debug mode, also
   * when it is disposed, because leaving would release NRST.
   */
  disconnect(how?: { readonly keepReset: boolean }): Promise<void>;
  /** Drives NRST low, or lets it go. Whether the wire exists cannot be seen from here. */
  holdReset(held: boolean): Promise<void>;
  /** Raw DP and AP accesses in order; one word a read, in order. */
  transfer(steps: readonly DapStep[]): Promise<Uint32Array>;
  /** Clears sticky errors after a fault. */
  clearErrors(): Promise<void>;
  /**
   * Memory commands of the probe itself; absent on a probe without. `csw`: bits 31:8 of the MEM-AP's
   * CSW for every access, 0 or absent for the probe's own choice; what `batch` does to device
   * addresses always uses the probe's own.
   */
  readonly fastMemory?: (ap: number, csw?: number) => Memory;
  readonly fastCore?: FastCore;
  /**
   * How much a batch carries in one trip: a read counts 1, a write 2, and 1 for the batch itself. Absent, or
   * 0: every poke is a trip of its own.
   */
  readonly tripItems?: number;
}
