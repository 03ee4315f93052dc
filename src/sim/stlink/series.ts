/** A series of accesses of equal width from one address on, as a memory command makes it. */
import { ABORT_CLEAR_ALL, DP } from "../dap.ts";
import type { ProbeCost } from "../swd_cost.ts";
import { STATUS } from "./status.ts";
import { Swd } from "./swd.ts";

/** Where a series goes. */
export interface Place {
  readonly ap: number;
  readonly at: number;
  readonly width: 1 | 2 | 4;
  /** CSW[31:8] in place; 0: the firmware's own */
  readonly csw: number;
  readonly increments: boolean;
}

/** See the head of the file. The first failure ends it: later calls do nothing. */
export class Series {
  /** 0 while all is well */
  failure = 0;
  failedAt = 0;
  #next: number;
  /** address of the access whose outcome is not known yet */
  #open: number | undefined;
  constructor(
    readonly swd: Swd,
    readonly cost: ProbeCost,
    readonly place: Place,
    readonly clearsFaults: boolean,
  ) {
    this.#next = place.at;
    const { ap, at, width, csw, increments } = place;
    this.#see(swd.setUp(ap, at, width, csw, increments), at);
  }

  /** Writes the next item. */
  write(value: number): void {
    const at = this.#advance();
    if (this.failure !== 0) return;
    const lanes = value << (8 * (at & 3));
    this.#see(this.swd.transfer(true, lanes >>> 0, this.cost.writeNs), at);
    this.#open = at;
  }

  /** Starts reading the next item; `got` is told the item read before, when there is one. */
  read(got: (item: number) => void): void {
    const at = this.#advance(got);
    if (this.failure !== 0) return;
    const before = this.#open;
    this.#see(this.swd.transfer(false, 0, this.cost.readNs), at);
    if (this.failure === 0 && before !== undefined) got(this.#lanes(before));
    if (this.failure === 0) this.#open = at;
  }
  /** Fetches the last item read. */
  readLast(got: (item: number) => void): void {
    const at = this.#open;
    if (this.failure !== 0 || at === undefined) return;
    this.#see(this.swd.lastRead(), at);
    if (this.failure === 0) got(this.#lanes(at));
    this.#open = undefined;
  }

  /** Learns how the last access went. Gives the status of the whole. */
  end(): number {
    if (this.failure === 0 && this.#open !== undefined) {
      this.#see(this.swd.lastRead(), this.#open);
    }
    if (this.failure === 0) this.#see(this.swd.finish(), this.#next);
    const faulted = this.failure === STATUS.AP_FAULT;
    if (faulted && this.clearsFaults) this.swd.writeDp(DP.ABORT, ABORT_CLEAR_ALL);
    return this.failure === 0 ? STATUS.OK : this.failure;
  }

  /** Gives the next address, with TAR set anew where its counting ends. */
  #advance(got?: (item: number) => void): number {
    const { at: first, width, increments } = this.place;
    const at = this.#next;
    if (increments) this.#next = (at + width) >>> 0;
    if (!increments || at === first || !Swd.startsBlock(at)) return at;
    if (got !== undefined) this.readLast(got); // a write of TAR would lose the posted item
    if (this.failure === 0) this.#see(this.swd.address(at), at);
    return at;
  }
  /** A FAULT is about the access before; everything else about this one. */
  #see(status: number, at: number): void {
    if (status === 0) return;
    this.failure = status;
    this.failedAt = status === STATUS.AP_FAULT && this.#open !== undefined ? this.#open : at;
  }
  #lanes(at: number): number {
    const { width } = this.place;
    const mask = width === 4 ? 0xFFFF_FFFF : width === 2 ? 0xFFFF : 0xFF;
    return ((this.swd.data >>> (8 * (at & 3))) & mask) >>> 0;
  }
}
