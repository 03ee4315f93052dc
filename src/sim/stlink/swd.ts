/** The probe's side of the wire: accesses one after another, each with its time, WAIT repeated a few times. */
import type { Timeline } from "../contracts.ts";
import { ABORT_CLEAR_ALL, type Ack, type Dap, DP, POWER_UP } from "../dap.ts";
import { CSW_SIZE, TAR_BLOCK } from "../mem_ap.ts";
import { ACCESS_CLOCKS, clockNs, LINE_RESET_CLOCKS, WAIT_CLOCKS } from "../swd_cost.ts";
import { STATUS } from "./status.ts";

type Width = 1 | 2 | 4;

/** CSW[31:8] that the firmware uses when the command gives none: privileged data (facts/cortex-m.md §3) */
export const DEFAULT_CSW = 0x2300_0000;
const ACKS_LOOKED_FOR = 0xA000_0000; // CDBGPWRUPACK, CSYSPWRUPACK
const POWER_UP_TRIES = 100;
/** what SELECT holds after a write of it failed */
const UNKNOWN = -1;

/** Which AP register, as the DP needs it: SELECT value and A[3:2]. */
const bankOf = (ap: number, register: number): number => ((ap << 24) | (register & 0xF0)) >>> 0;

/** See the head of the file. Every method gives a status byte; what was read is in `data`. */
export class Swd {
  data = 0;
  /** accesses made so far, WAITs included */
  accesses = 0;
  #select = 0;
  #clockNs = 0;
  /** `tries`: how often an access that answers WAIT is made before the probe gives up */
  constructor(readonly dap: Dap, readonly time: Timeline, readonly tries: number) {}

  /** nominal speed */
  set khz(khz: number) {
    this.#clockNs = clockNs(khz);
  }

  /** Line reset, DPIDR, sticky flags, power: what ENTER does (facts/cortex-m.md §2). */
  connect(): number {
    this.time.advance(LINE_RESET_CLOCKS * this.#clockNs);
    this.dap.lineReset();
    if (this.readDp(DP.DPIDR) !== STATUS.OK) return STATUS.GET_IDCODE_ERROR;
    this.writeDp(DP.ABORT, ABORT_CLEAR_ALL);
    this.writeDp(DP.SELECT, 0);
    this.writeDp(DP.CTRL_STAT, POWER_UP);
    for (let i = 0; i < POWER_UP_TRIES; i++) {
      const status = this.readDp(DP.CTRL_STAT);
      if (status !== STATUS.OK) return status;
      if ((this.data & ACKS_LOOKED_FOR) === (ACKS_LOOKED_FOR | 0)) return STATUS.OK;
    }
    return STATUS.DEBUG_POWER_ERROR;
  }

  readDp(a: number): number {
    return this.#access(false, a, false, 0, 0, false);
  }
  writeDp(a: number, value: number): number {
    const status = this.#access(false, a, true, value, 0, false);
    if (a === DP.SELECT) this.#select = status === STATUS.OK ? value >>> 0 : UNKNOWN;
    return status;
  }
  /** One AP register; the posted value is fetched from RDBUFF. */
  readAp(ap: number, register: number): number {
    const status = this.#selectBank(bankOf(ap, register)) ||
      this.#drw(register & 0xC, false, 0, 0);
    return status || this.#readBuffer() || STATUS.OK;
  }
  writeAp(ap: number, register: number, value: number): number {
    return this.#selectBank(bankOf(ap, register)) ||
      this.#drw(register & 0xC, true, value, 0) || STATUS.OK;
  }

  /**
   * Sets up a series of accesses from `at` on. 0 when all is well, else the status. `csw` is CSW[31:8] in
   * place; 0: the firmware's own.
   */
  setUp(ap: number, at: number, width: Width, csw: number, increments: boolean): number {
    const control =
      ((csw === 0 ? DEFAULT_CSW : csw) | (increments ? 0x10 : 0) | CSW_SIZE[width]) >>> 0;
    return this.#selectBank(bankOf(ap, 0)) || this.#drw(0x0, true, control, 0) ||
      this.address(at);
  }
  /** Writes TAR. 0 when all is well. */
  address(at: number): number {
    return this.#drw(0x4, true, at, 0);
  }
  /** One access of DRW that takes `extraNs` besides its clocks. 0 when all is well. */
  transfer(write: boolean, value: number, extraNs: number): number {
    return this.#drw(0xC, write, value, extraNs);
  }
  /** Fetches what the last AP read brought, and learns whether the last AP access failed. 0 when well. */
  lastRead(): number {
    return this.#readBuffer();
  }
  /** Looks at CTRL/STAT at the end of a series. 0 when all is well. */
  finish(): number {
    const status = this.readDp(DP.CTRL_STAT);
    if (status !== STATUS.OK) return status;
    return (this.data & 2) !== 0 ? STATUS.AP_STICKY_ORUN : 0;
  }
  /** Whether TAR must be written anew before the access at `at`: it counts within a block only. */
  static startsBlock(at: number): boolean {
    return at % TAR_BLOCK === 0;
  }

  /** Brings a bank of the DP's register 4 to the front. 0 when all is well. */
  selectDpBank(bank: number): number {
    if ((this.#select & 0xF) === bank) return 0;
    const status = this.writeDp(DP.SELECT, ((this.#select & ~0xF) | bank) >>> 0);
    return status === STATUS.OK ? 0 : status;
  }

  #selectBank(select: number): number {
    if (select === this.#select) return 0;
    const status = this.writeDp(DP.SELECT, select);
    return status === STATUS.OK ? 0 : asApStatus(status);
  }
  #drw(a: number, write: boolean, value: number, extraNs: number): number {
    const status = this.#access(true, a, write, value, extraNs, true);
    return status === STATUS.OK ? 0 : status;
  }
  #readBuffer(): number {
    const status = this.#access(false, DP.RDBUFF, false, 0, 0, true);
    return status === STATUS.OK ? 0 : status;
  }

  /** `forAp`: its failure counts as one of the access port */
  #access(
    isAp: boolean,
    a: number,
    write: boolean,
    value: number,
    extraNs: number,
    forAp: boolean,
  ): number {
    const { dap, time } = this;
    for (let i = 0; i < this.tries; i++) {
      this.accesses++;
      const ok = dap.answer(isAp, a, write) === "ok";
      // refused: there is no data phase, and what the port does about it it does now
      if (ok) time.advance(ACCESS_CLOCKS * this.#clockNs + extraNs);
      if (write) dap.write(isAp, a, value);
      else this.data = dap.read(isAp, a);
      if (dap.ack === "ok") return STATUS.OK;
      if (!ok) time.advance(WAIT_CLOCKS * this.#clockNs);
      if (dap.ack !== "wait") break;
    }
    return statusOf(dap.ack, forAp);
  }
}

const statusOf = (ack: Ack, ap: boolean): number => {
  if (ack === "wait") return ap ? STATUS.AP_WAIT : STATUS.DP_WAIT;
  if (ack === "fault") return ap ? STATUS.AP_FAULT : STATUS.DP_FAULT;
  return ap ? STATUS.AP_ERROR : STATUS.DP_ERROR;
};
/** a SELECT that finds the AP busy or in error reports the AP */
const asApStatus = (status: number): number =>
  status === STATUS.DP_WAIT
    ? STATUS.AP_WAIT
    : status === STATUS.DP_FAULT
    ? STATUS.AP_FAULT
    : status;
