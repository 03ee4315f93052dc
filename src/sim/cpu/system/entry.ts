/** Exception entry and return: late arrival, tail-chaining, the checks of EXC_RETURN. ARM DDI 0403 §B1.5.6 – §B1.5.9 */
import { BusError } from "../../contracts.ts";
import type { System } from "./system.ts";
import { HARD_FAULT, NMI } from "./exceptions.ts";
import { HFSR_VECTTBL, VC_INTERR } from "./faults.ts";
import { FPCA, keepingStacks, msp, psp, setStackPointers, setXpsr, SPSEL } from "./registers.ts";
import { type Frame, pushFrame, readFrame } from "./stacking.ts";

/** cycles of entry and of return with memory that does not wait. Cortex-M7 TRM: 12 to 14 */
const ENTRY_CYCLES = 12;

/**
 * Takes the pending exception that comes first. `tail` is the EXC_RETURN of a handler that has just
 * returned: its frame serves again. `psr` is pushed in place of the state's.
 */
export function enterException(sys: System, tail?: number, psr?: number): void {
  // read once before anything changes: a stalled bus leaves the core as it was
  peekVector(sys, sys.nextException());
  const exceptionReturn = tail ?? pushFrame(sys, psr);
  if (sys.lockedUp && sys.nextException() === 0) return;
  takeFirst(sys, exceptionReturn);
}

function peekVector(sys: System, n: number): void {
  try {
    sys.path.vector(sys.scb.vtor + 4 * n);
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
  }
}

/** ExceptionTaken() of whatever is first by now; a vector that cannot be read makes it HardFault. */
function takeFirst(sys: System, exceptionReturn: number): void {
  let n = sys.nextException();
  let vector = 0xFFFF_FFFF;
  let failed = false;
  try {
    vector = sys.path.vector(sys.scb.vtor + 4 * n);
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    failed = true;
  }
  if (failed) {
    sys.faults.hfsr |= HFSR_VECTTBL;
    if (n !== HARD_FAULT && n !== NMI) {
      sys.faults.pend(HARD_FAULT, VC_INTERR);
      n = HARD_FAULT;
      failed = false;
      try {
        vector = sys.path.vector(sys.scb.vtor + 4 * n);
      } catch (error) {
        if (!(error instanceof BusError)) throw error;
        failed = true;
      }
    }
  }
  activate(sys, n, vector, exceptionReturn);
  if (failed) sys.lockUp();
}

function activate(sys: System, n: number, vector: number, exceptionReturn: number): void {
  const s = sys.state;
  keepingStacks(s, () => {
    s.ipsr = n;
    s.control &= ~(SPSEL | FPCA);
  });
  s.r[14] = exceptionReturn;
  s.r[15] = vector & ~1;
  s.t = vector & 1;
  s.it = 0;
  sys.exceptions.setPending(n, false);
  sys.exceptions.setActive(n, true);
  sys.contextChanged();
  sys.leaveLockup();
  sys.entered++;
  s.earlier += ENTRY_CYCLES;
  sys.debug.catchVector(sys.faults.takeCatches(n));
}

/** ExceptionReturn(). */
export function returnFromException(sys: System, value: number): void {
  const s = sys.state;
  const x = sys.exceptions;
  const n = s.ipsr;
  if (!validReturn(sys, value)) {
    deactivate(sys, n);
    return invalid(sys, value);
  }
  const faultmask = s.faultmask;
  deactivate(sys, n);
  try {
    if (sys.nextException() !== 0) return enterException(sys, value);
    const frame = readFrame(sys, value, (value & 4) !== 0 ? psp(s) : msp(s));
    if (frame !== undefined) return unstack(sys, value, frame, n);
    if (!sys.lockedUp) enterException(sys, value);
  } catch (stall) {
    if (s.ipsr === n) { // the bus holds: again, later
      x.setActive(n, true);
      s.faultmask = faultmask;
    }
    throw stall;
  }
}

function deactivate(sys: System, n: number): void {
  sys.exceptions.setActive(n, false);
  if (n !== NMI) sys.state.faultmask = 0; // §B1.5.8 DeActivate()
  sys.masksChanged();
}

function validReturn(sys: System, value: number): boolean {
  const x = sys.exceptions;
  if (x.active[sys.state.ipsr] === 0) return false;
  if ((value & 0x0FFF_FFE0) !== 0x0FFF_FFE0) return false;
  if ((value & 0x10) === 0 && !sys.fp.present) return false;
  switch (value & 15) {
    case 1:
      return true;
    case 9:
    case 13:
      return x.activeCount === 1 || sys.scb.nonBaseThreadEnabled;
    default:
      return false;
  }
}

/** An integrity check failed: UsageFault INVPC on the frame that is there. */
function invalid(sys: System, value: number): void {
  sys.faults.raise("INVPC");
  if (!sys.lockedUp) enterException(sys, (0xF000_0000 | value) >>> 0);
}

/** The frame becomes the state. */
function unstack(sys: System, value: number, frame: Frame, from: number): void {
  const s = sys.state;
  const w = frame.words;
  const thread = (value & 8) !== 0;
  const process = (value & 4) !== 0;
  const main = process ? msp(s) : frame.end;
  const other = process ? frame.end : psp(s);
  const psr = w[7]!;
  const mismatch = thread !== ((psr & 0x1FF) === 0);
  for (let i = 0; i < 4; i++) s.r[i] = w[i]!;
  s.r[12] = w[4]!;
  s.r[14] = w[5]!;
  s.r[15] = w[6]! & ~1;
  setXpsr(s, psr);
  if (mismatch) s.ipsr = thread ? 0 : from;
  s.control = (s.control & ~(SPSEL | FPCA)) | (process ? SPSEL : 0) |
    ((value & 0x10) === 0 ? FPCA : 0);
  setStackPointers(s, main, other);
  if ((value & 0x10) === 0) restoreFloats(sys, frame);
  sys.contextChanged();
  s.earlier += ENTRY_CYCLES;
  if (mismatch) {
    sys.faults.raise("INVPC");
    if (!sys.lockedUp) enterException(sys, undefined, psr);
    s.r[14] = 0xF000_0000 | value;
  } else if (thread && sys.exceptions.activeCount === 0 && sys.scb.sleepOnExit) sys.sleep();
}

function restoreFloats(sys: System, frame: Frame): void {
  if (frame.floats === undefined) {
    sys.fp.lazyActive = false; // still in the registers
    return;
  }
  for (let i = 0; i < 16; i++) sys.state.s[i] = frame.floats[i]!;
  sys.state.fpscr = frame.floats[16]!;
}
