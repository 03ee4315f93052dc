/**
 * The debug port on SWD (SW-DP) and the AHB access port behind it. ARM IHI 0031 (ADIv5.2); the values of an
 * STM32F7 are from facts/cortex-m.md §2 – §3 and reference/rig.md §2.3.
 *
 * An AP access is accepted at once and its bus transfer may go on behind it: until that has ended, the AP and
 * what waits for it answer WAIT. A transfer that failed shows as FAULT at the next access.
 */
import type { Target } from "./contracts.ts";
import { MemAp } from "./mem_ap.ts";

/** The target's answer to a request; `none`: nobody drives the line. */
export type Ack = "ok" | "wait" | "fault" | "none";

/** What the ports say about themselves. */
export interface DapIds {
  readonly dpidr: number;
  /** TARGETID of a DPv2; undefined when nobody has read it on this chip */
  readonly targetId?: number;
  readonly apIdr: number;
  readonly apBase: number;
}
/** An STM32F74x/F75x: facts/cortex-m.md §3, reference/rig.md §2.3 */
export const STM32F7_DAP: DapIds = {
  dpidr: 0x5BA0_2477,
  apIdr: 0x7477_0001,
  apBase: 0xE00F_D003,
};

/** DP registers by A[3:2], as byte addresses. */
export const DP = { DPIDR: 0x0, ABORT: 0x0, CTRL_STAT: 0x4, SELECT: 0x8, RDBUFF: 0xC } as const;
/** ABORT: everything that can be cleared. */
export const ABORT_CLEAR_ALL = 0x1E;
/** CTRL/STAT: CDBGPWRUPREQ and CSYSPWRUPREQ. */
export const POWER_UP = 0x5000_0000;

const ORUNDETECT = 1 << 0;
const STICKYORUN = 1 << 1;
const TRNMODE = 3 << 2;
const STICKYERR = 1 << 5;
const READOK = 1 << 6;
const CDBGPWRUPREQ = 1 << 28;
const CTRL_WRITABLE = 0x543F_FF0D; // requests, TRNCNT, MASKLANE, TRNMODE, ORUNDETECT
const TRNCNT = 0x003F_F000;
/** volts under which the debug domain forgets everything: POR/PDR, facts/stm32f7.md §4 */
const POWER_LOST_V = 1.7;

/** See the head of the file. */
export class Dap {
  /** how the last access was answered */
  ack: Ack = "none";
  readonly ap: MemAp;
  /** deaf: after power-on the port waits for the SWD sequence; quiet: after a line reset, for DPIDR */
  #line: "deaf" | "quiet" | "open" = "deaf";
  #ctrl = 0;
  #sticky = 0;
  #select = 0;
  #posted = 0;
  #powerOns: number | undefined;
  #warned = new Set<string>();

  constructor(readonly target: Target, readonly ids: DapIds = STM32F7_DAP) {
    this.ap = new MemAp(target, ids, {
      got: (value) => {
        this.#posted = value;
      },
      failed: () => {
        this.#sticky |= STICKYERR;
      },
    });
  }

  /** The host clocks the JTAG → SWD sequence and a line reset. */
  lineReset(): void {
    if (!this.#alive()) return;
    this.#line = "quiet";
    this.#select = 0;
  }

  /** How the next such access would be answered; nothing happens yet. `a` is the register's byte address. */
  answer(isAp: boolean, a: number, write: boolean): Ack {
    if (!this.#alive() || this.#line === "deaf") return "none";
    const identity = !isAp && a === DP.DPIDR && !write;
    if (this.#line === "quiet") return identity ? "ok" : "none";
    this.ap.settle();
    // IHI 0031 §B4.2: neither WAIT nor FAULT for these
    if (!isAp && (a === DP.DPIDR || (a === DP.CTRL_STAT && !write))) return "ok";
    if (this.ap.busy) return "wait";
    return this.#sticky !== 0 ? "fault" : "ok";
  }

  /** Reads; an AP read gives the value of the AP read before it. */
  read(isAp: boolean, a: number): number {
    if (!this.#begin(isAp, a, false)) return 0;
    if (isAp) {
      const before = this.#posted;
      this.#startRead(a);
      return before >>> 0;
    }
    switch (a) {
      case DP.DPIDR:
        this.#line = "open";
        return this.ids.dpidr;
      case DP.CTRL_STAT:
        return this.#readControl();
      default: // RESEND and RDBUFF: the last AP read
        return this.#posted >>> 0;
    }
  }

  /** Writes. */
  write(isAp: boolean, a: number, value: number): void {
    if (!this.#begin(isAp, a, true)) return;
    if (isAp) return this.#startWrite(a, value >>> 0);
    switch (a) {
      case DP.ABORT:
        return this.#abort(value);
      case DP.CTRL_STAT:
        return this.#writeControl(value);
      case DP.SELECT:
        this.#select = value >>> 0;
        return;
    }
    // TARGETSEL matters on a multi-drop bus only
  }

  #begin(isAp: boolean, a: number, write: boolean): boolean {
    this.ack = this.answer(isAp, a, write);
    if (this.ack === "wait" && (this.#ctrl & ORUNDETECT) !== 0) this.#sticky |= STICKYORUN;
    if (this.ack === "none" && this.#line === "quiet") this.#line = "deaf"; // a protocol error
    return this.ack === "ok";
  }

  #alive(): boolean {
    const { target } = this;
    const fresh = target.powerOns !== this.#powerOns;
    if (fresh || (target.volts < POWER_LOST_V && this.#line !== "deaf")) this.#powerLost();
    this.#powerOns = target.powerOns;
    return target.debugPortAlive;
  }
  #powerLost(): void {
    this.#line = "deaf";
    this.#ctrl =
      this.#sticky =
      this.#select =
      this.#posted =
        0;
    this.ap.powerLost();
  }

  // ── DP ──

  #readControl(): number {
    switch (this.#select & 0xF) {
      case 0:
        break;
      case 1:
        return 0x40; // DLCR: WIREMODE synchronous, one clock of turnaround
      case 2:
        return this.#targetId();
      case 3:
        return 1; // DLPIDR: SWD version 2
      case 4:
        return 1; // EVENTSTAT: no event
      default:
        return 0;
    }
    const requests = this.#ctrl & 0x5000_0000;
    return (this.#ctrl | (requests << 1) | this.#sticky | this.#readOk) >>> 0;
  }
  get #readOk(): number {
    return this.#sticky === 0 && !this.ap.busy ? READOK : 0;
  }
  #targetId(): number {
    if (this.ids.targetId === undefined) {
      this.#warn("DP TARGETID was read: nobody has published this chip's value, it reads 0");
    }
    return this.ids.targetId ?? 0;
  }
  #writeControl(value: number): void {
    if ((this.#select & 0xF) !== 0) return; // DLCR: nothing of it is modelled but its reset value
    if ((value & (TRNMODE | TRNCNT)) !== 0) {
      this.#warn("DP CTRL/STAT: pushed and repeated transfers (TRNMODE, TRNCNT) are not modelled");
    }
    const before = this.#ctrl & CDBGPWRUPREQ;
    this.#ctrl = value & CTRL_WRITABLE;
    const after = this.#ctrl & CDBGPWRUPREQ;
    if (before !== after) this.target.debuggerAttached(after !== 0);
  }
  #abort(value: number): void {
    if ((value & 1) !== 0) this.ap.abort(); // DAPABORT
    if ((value & 1 << 2) !== 0) this.#sticky &= ~STICKYERR; // STKERRCLR
    if ((value & 1 << 4) !== 0) this.#sticky &= ~STICKYORUN; // ORUNERRCLR
  }

  // ── AP ──

  #startRead(a: number): void {
    if (!this.#powered()) return;
    const register = (this.#select & 0xF0) | a;
    if (this.#select >>> 24 !== 0) this.#posted = 0; // no such AP: reads as zero
    else this.ap.read(register);
  }
  #startWrite(a: number, value: number): void {
    if (!this.#powered()) return;
    if (this.#select >>> 24 === 0) this.ap.write((this.#select & 0xF0) | a, value);
  }
  /** IHI 0031 §B2.4: an AP access without debug power is an error */
  #powered(): boolean {
    if ((this.#ctrl & CDBGPWRUPREQ) !== 0) return true;
    this.#sticky |= STICKYERR;
    return false;
  }

  #warn(note: string): void {
    if (this.#warned.has(note)) return;
    this.#warned.add(note);
    this.target.warn(note);
  }
}
