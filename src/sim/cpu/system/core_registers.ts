/** The registers behind DCRSR, by REGSEL. ARM DDI 0403 §C1.6.3 */
import type { System } from "./system.ts";
import {
  FPCA,
  keepingStacks,
  msp,
  NPRIV,
  psp,
  setStackPointers,
  setXpsr,
  SPSEL,
  xpsr,
} from "./registers.ts";

const SP = 13;
const PC = 15;
const XPSR = 16;
const MSP = 17;
const PSP = 18;
const SPECIAL = 20;
const FPSCR = 0x21;
const S0 = 0x40;

export function readCoreRegister(sys: System, register: number): number {
  const s = sys.state;
  if (register <= PC) return s.r[register]! >>> 0;
  switch (register) {
    case XPSR:
      return xpsr(s);
    case MSP:
      return msp(s);
    case PSP:
      return psp(s);
    case SPECIAL:
      return ((s.control << 24) | (s.faultmask << 16) | (s.basepri << 8) | s.primask) >>> 0;
  }
  if (sys.fp.present) {
    if (register === FPSCR) return s.fpscr >>> 0;
    if (register >= S0 && register < S0 + 32) return s.s[register - S0]!;
  }
  sys.host.warn(`DCRSR: no register ${register}`);
  return 0;
}

export function writeCoreRegister(sys: System, register: number, value: number): void {
  const s = sys.state;
  if (register === SP) s.r[SP] = value & ~3;
  else if (register === PC) s.r[PC] = value & ~1;
  else if (register < PC) s.r[register] = value;
  else if (register === XPSR) keepingStacks(s, () => setXpsr(s, value));
  else if (register === MSP) setStackPointers(s, value, psp(s));
  else if (register === PSP) setStackPointers(s, msp(s), value);
  else if (register === SPECIAL) writeSpecials(sys, value);
  else if (sys.fp.present && register === FPSCR) s.fpscr = value & 0xF7C0_009F;
  else if (sys.fp.present && register >= S0 && register < S0 + 32) s.s[register - S0] = value;
  else sys.host.warn(`DCRSR: no register ${register}`);
  sys.masksChanged();
}

/** CONTROL, FAULTMASK, BASEPRI and PRIMASK in one word. */
function writeSpecials(sys: System, value: number): void {
  const s = sys.state;
  s.primask = value & 1;
  s.basepri = sys.exceptions.implemented(value >>> 8);
  s.faultmask = (value >>> 16) & 1;
  const writable = NPRIV | SPSEL | (sys.fp.present ? FPCA : 0);
  keepingStacks(s, () => {
    s.control = (value >>> 24) & writable;
    if (s.ipsr !== 0) s.control &= ~SPSEL; // Handler mode uses MSP
  });
}
