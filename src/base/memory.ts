/** Memory as every level sees it: a probe's own, a MEM-AP's, a core's, the debugger's. */

/** 0 … 0xFFFF_FFFF, never negative. */
export type Address = number;
/** Bytes per bus access. */
export type Width = 1 | 2 | 4;

/** One poke of a batch: a 32-bit read, a 32-bit write, or a wait until `(value & mask) == want`. */
export type Access =
  | { readonly read: Address }
  | { readonly write: Address; readonly value: number }
  | {
    readonly poll: Address;
    readonly mask: number;
    readonly want: number;
    readonly withinMs: number;
    /** pause between two looks, in ms; 0 when absent */
    readonly everyMs?: number;
  };

/** A byte-addressed 32-bit address space. All methods throw Fault when the bus refuses. */
export interface Memory {
  /**
   * Reads `length` bytes from `at`. Without `width` the widest access that the alignment allows is
   * used; with it, exactly that one, and `at` and `length` must be multiples of it.
   */
  read(at: Address, length: number, width?: Width): Promise<Uint8Array>;
  /** Writes all of `data` at `at`; width as for `read`. */
  write(at: Address, data: Uint8Array, width?: Width): Promise<void>;
  /**
   * Runs the accesses in order, in as few exchanges as the probe can. Gives one word for each `read`
   * and `poll` (its last value), in order. A `poll` that runs out throws.
   */
  batch(steps: readonly Access[]): Promise<Uint32Array>;
}
