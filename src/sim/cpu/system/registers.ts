/** The program status register, the stack pointers and the special registers. ARM DDI 0403 §B1.4, §B5.2 */
import type { CpuState } from "../state.ts";
import type { System } from "./system.ts";

export const NPRIV = 1;
export const SPSEL = 2;
export const FPCA = 4;

/** xPSR from its parts */
export function xpsr(s: CpuState): number {
  return ((s.n << 31) | (s.z << 30) | (s.c << 29) | (s.v << 28) | (s.q << 27) |
    ((s.it & 3) << 25) | (s.t << 24) | (s.ge << 16) | ((s.it >> 2) << 10) | s.ipsr) >>> 0;
}

/** APSR: N Z C V Q, and GE when `ge` */
function setFlags(s: CpuState, value: number, nzcvq: boolean, ge: boolean): void {
  if (nzcvq) {
    s.n = value >>> 31;
    s.z = (value >>> 30) & 1;
    s.c = (value >>> 29) & 1;
    s.v = (value >>> 28) & 1;
    s.q = (value >>> 27) & 1;
  }
  if (ge) s.ge = (value >>> 16) & 15;
}

/** xPSR with all its parts; the mode follows IPSR, so choose the stack pointer afterwards. */
export function setXpsr(s: CpuState, value: number): void {
  setFlags(s, value, true, true);
  s.it = ((value >>> 25) & 3) | (((value >>> 10) & 0x3F) << 2);
  s.t = (value >>> 24) & 1;
  s.ipsr = value & 0x1FF;
}

/** Whether r[13] is PSP: Thread mode with CONTROL.SPSEL. */
export const usesPsp = (s: CpuState): boolean => s.ipsr === 0 && (s.control & SPSEL) !== 0;

export const msp = (s: CpuState): number => (usesPsp(s) ? s.otherSp : s.r[13]!) >>> 0;
export const psp = (s: CpuState): number => (usesPsp(s) ? s.r[13]! : s.otherSp) >>> 0;

/** Sets both stack pointers by the mode that is current now. Their low two bits are zero. §B1.4.1 */
export function setStackPointers(s: CpuState, main: number, process: number): void {
  const swap = usesPsp(s);
  s.r[13] = (swap ? process : main) & ~3;
  s.otherSp = ((swap ? main : process) & ~3) >>> 0;
}

/** Runs what changes mode or CONTROL.SPSEL, and keeps MSP and PSP. */
export function keepingStacks(s: CpuState, change: () => void): void {
  const main = msp(s);
  const process = psp(s);
  change();
  setStackPointers(s, main, process);
}

/** MRS. §B5.2.2 */
export function readSpecial(sys: System, sysm: number): number {
  const s = sys.state;
  if (sysm < 8) {
    const flags = (sysm & 4) === 0 ? xpsr(s) & 0xF80F_0000 : 0;
    return (flags | ((sysm & 1) !== 0 ? s.ipsr : 0)) >>> 0; // EPSR reads as zero
  }
  if (sysm === 20) return s.control;
  if (!sys.path.privileged) return 0;
  switch (sysm) {
    case 8:
      return msp(s);
    case 9:
      return psp(s);
    case 16:
      return s.primask;
    case 17:
    case 18:
      return s.basepri;
    case 19:
      return s.faultmask;
    default:
      return 0;
  }
}

/** MSR. §B5.2.3 */
export function writeSpecial(sys: System, sysm: number, mask: number, value: number): void {
  const s = sys.state;
  if (sysm < 8) {
    if ((sysm & 4) === 0) setFlags(s, value, (mask & 2) !== 0, (mask & 1) !== 0);
    return;
  }
  if (!sys.path.privileged) return;
  switch (sysm) {
    case 8:
      return setStackPointers(s, value, psp(s));
    case 9:
      return setStackPointers(s, msp(s), value);
    case 16:
      s.primask = value & 1;
      break;
    case 17:
      s.basepri = sys.exceptions.implemented(value);
      break;
    case 18: {
      const wanted = sys.exceptions.implemented(value);
      if (wanted !== 0 && (wanted < s.basepri || s.basepri === 0)) s.basepri = wanted;
      break;
    }
    case 19:
      setFaultmask(sys, value & 1);
      break;
    case 20:
      writeControl(sys, value);
  }
  sys.masksChanged();
}

/** FAULTMASK can be set only below priority −1. §B5.2.3 */
function setFaultmask(sys: System, value: number): void {
  if (value === 0 || sys.exceptions.executionPriority() > -1) sys.state.faultmask = value;
}

function writeControl(sys: System, value: number): void {
  const s = sys.state;
  const writable = NPRIV | (s.ipsr === 0 ? SPSEL : 0) | (sys.fp.present ? FPCA : 0);
  keepingStacks(s, () => {
    s.control = (s.control & ~writable) | (value & writable);
  });
}

/** CPS. §B5.2.1 */
export function changeProcessorState(sys: System, disable: boolean, i: boolean, f: boolean): void {
  if (!sys.path.privileged) return;
  if (i) sys.state.primask = disable ? 1 : 0;
  if (f) setFaultmask(sys, disable ? 1 : 0);
  sys.masksChanged();
}
