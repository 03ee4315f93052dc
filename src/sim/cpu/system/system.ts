/** What instructions ask of the core: `CpuSystem` over its units. */
import { CpuFault, type CpuSystem } from "../state.ts";
import { RETURN, SLEEP } from "./attention.ts";
import { SV_CALL } from "./exceptions.ts";
import { DFSR_BKPT } from "./faults.ts";
import { changeProcessorState, readSpecial, writeSpecial } from "./registers.ts";
import type { Semihosting } from "./semihosting.ts";
import { saveLazily } from "./stacking.ts";
import { Units } from "./units.ts";

type Width = 1 | 2 | 4;
/** BKPT's number for semihosting */
const SEMIHOSTING = 0xAB;

/** See the head of the file. */
export class System extends Units implements CpuSystem {
  /** EXC_RETURN that waits for the instruction's boundary */
  exceptionReturnValue = 0;
  /** serves BKPT 0xAB while no debugger is there */
  semihosting: Semihosting | undefined;

  load8(at: number): number {
    return this.path.load(at, 1);
  }
  load16(at: number): number {
    return this.path.load(at, 2);
  }
  load32(at: number): number {
    return this.path.load(at, 4);
  }
  store8(at: number, value: number): void {
    this.path.store(at, 1, value);
  }
  store16(at: number, value: number): void {
    this.path.store(at, 2, value);
  }
  store32(at: number, value: number): void {
    this.path.store(at, 4, value);
  }
  load32Aligned(at: number): number {
    if ((at & 3) !== 0) throw new CpuFault("UNALIGNED", at);
    return this.path.load(at, 4);
  }
  store32Aligned(at: number, value: number): void {
    if ((at & 3) !== 0) throw new CpuFault("UNALIGNED", at);
    this.path.store(at, 4, value);
  }
  loadUnprivileged(at: number, width: Width): number {
    return this.path.load(at, width, false);
  }
  storeUnprivileged(at: number, width: Width, value: number): void {
    this.path.store(at, width, value, false);
  }
  fetch16(at: number): number {
    return this.path.fetch(at >>> 0);
  }

  /** The monitor holds no address: any later store-exclusive matches. Cortex-M7 TRM, exclusive monitor */
  setExclusive(): void {
    this.exclusive = true;
  }
  takeExclusive(): boolean {
    const was = this.exclusive;
    this.exclusive = false;
    return was;
  }
  clearExclusive(): void {
    this.exclusive = false;
  }

  /** When it cannot be taken it is a HardFault, which returns behind the SVC. ARM DDI 0403 §B1.5.14 */
  supervisorCall(): void {
    const x = this.exceptions;
    if (x.preempts(SV_CALL, x.executionPriority())) x.setPending(SV_CALL, true);
    else this.faults.escalate(0);
  }
  breakpoint(immediate: number): void {
    if (immediate === SEMIHOSTING && !this.debug.enabled && this.semihosting !== undefined) {
      this.semihosting.call();
    } else this.debug.event(DFSR_BKPT, true);
  }
  waitForInterrupt(): void {
    this.sleep();
  }
  waitForEvent(): void {
    if (this.event) {
      this.event = false;
      return;
    }
    this.asleep = "WFE";
    this.state.attention |= SLEEP;
  }
  sendEvent(): void {
    this.event = true;
  }
  exceptionReturn(value: number): void {
    this.exceptionReturnValue = value >>> 0;
    this.state.attention |= RETURN;
  }
  readSpecial(sysm: number): number {
    return readSpecial(this, sysm);
  }
  writeSpecial(sysm: number, mask: number, value: number): void {
    writeSpecial(this, sysm, mask, value);
  }
  changeProcessorState(disable: boolean, i: boolean, f: boolean): void {
    changeProcessorState(this, disable, i, f);
  }
  /** ExecuteFPCheck(). §B1.5.7 */
  useFpu(): void {
    this.fp.checkEnabled(this.path.privileged);
    if (this.fp.lazyActive) saveLazily(this);
    this.fp.begin();
  }
}
