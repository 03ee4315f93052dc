/** Who may use the FPU, and when its registers are saved. ARM DDI 0403 §B1.5.7, §B3.2.20 – §B3.2.24 */
import { CpuFault, type CpuState } from "../state.ts";

export const LSPACT = 1;
const USER = 2;
const THREAD = 8;
const HFRDY = 0x10;
const MMRDY = 0x20;
const BFRDY = 0x40;
const MONRDY = 0x100;
const LSPEN = 0x4000_0000;
const ASPEN = 0x8000_0000;
const FPCA = 4;

/** What is noted about the moment a frame is made. */
export interface Readiness {
  readonly unprivileged: boolean;
  readonly thread: boolean;
  readonly hardFault: boolean;
  readonly memManage: boolean;
  readonly busFault: boolean;
  readonly monitor: boolean;
}

/** See the head of the file. */
export class FpContext {
  cpacr = 0;
  fpccr = 0;
  fpcar = 0;
  fpdscr = 0;

  constructor(readonly state: CpuState, readonly present: boolean) {
    this.reset();
  }

  reset(): void {
    this.cpacr = 0;
    this.fpccr = this.present ? (ASPEN | LSPEN) >>> 0 : 0;
    this.fpcar = this.fpdscr = 0;
  }

  get lazyActive(): boolean {
    return (this.fpccr & LSPACT) !== 0;
  }
  set lazyActive(on: boolean) {
    this.fpccr = (on ? this.fpccr | LSPACT : this.fpccr & ~LSPACT) >>> 0;
  }
  get lazyEnabled(): boolean {
    return (this.fpccr & LSPEN) !== 0;
  }
  get hardFaultReady(): boolean {
    return (this.fpccr & HFRDY) !== 0;
  }
  get memManageReady(): boolean {
    return (this.fpccr & MMRDY) !== 0;
  }
  get busFaultReady(): boolean {
    return (this.fpccr & BFRDY) !== 0;
  }
  /** privilege of the code whose registers wait to be saved */
  get savedPrivileged(): boolean {
    return (this.fpccr & USER) === 0;
  }

  /** What CPACR says of CP10. §B3.2.20 */
  allowed(privileged: boolean): boolean {
    const access = (this.cpacr >>> 20) & 3;
    return this.present && (access === 3 || (access === 1 && privileged));
  }
  /** Throws NOCP when it is denied. */
  checkEnabled(privileged: boolean): void {
    if (!this.allowed(privileged)) throw new CpuFault("NOCP");
  }

  /** The first floating-point instruction of a context: FPSCR by FPDSCR, CONTROL.FPCA. §B1.5.7 */
  begin(): void {
    const s = this.state;
    if ((this.fpccr & ASPEN) === 0 || (s.control & FPCA) !== 0) return;
    s.fpscr = this.fpdscr;
    s.control |= FPCA;
  }

  /** UpdateFPCCR(): a frame was reserved at `frame`. */
  reserve(frame: number, now: Readiness): void {
    this.fpcar = frame & ~7;
    const bits = (now.unprivileged ? USER : 0) | (now.thread ? THREAD : 0) |
      (now.hardFault ? HFRDY : 0) | (now.memManage ? MMRDY : 0) | (now.busFault ? BFRDY : 0) |
      (now.monitor ? MONRDY : 0) | LSPACT;
    this.fpccr = ((this.fpccr & (ASPEN | LSPEN)) | bits) >>> 0;
  }

  writeFpccr(value: number): void {
    if (this.present) this.fpccr = (value & (ASPEN | LSPEN | 0x17B)) >>> 0;
  }
}
