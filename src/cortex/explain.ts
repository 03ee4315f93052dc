/** Why a core faulted: the fault registers and the stacked frame, as sentences (facts, cortex-m §7, §11). */
import { type Access, bits, bytesToWords, describe, Fault, has, hex } from "../base/mod.ts";
import type { Core } from "./core.ts";
import { ABFSR, AT, CFSR, DFSR, dhcsr, HFSR, isM7 } from "./scs.ts";

/** Registers that an exception saved. */
export interface StackedFrame {
  readonly at: number;
  readonly r0: number;
  readonly r1: number;
  readonly r2: number;
  readonly r3: number;
  readonly r12: number;
  readonly lr: number;
  readonly pc: number;
  readonly xpsr: number;
}

/** An explained fault. */
export interface FaultStory {
  /** the exception the core is in: `HardFault`, `IRQ 5`, `Thread mode` */
  readonly exception: string;
  readonly lockedUp: boolean;
  /** what happened, most telling first; one sentence that says so when no fault is recorded */
  readonly sentences: readonly string[];
  /** `CFSR = 0x00000400 IMPRECISERR` and so on */
  readonly registers: readonly string[];
  readonly frame?: StackedFrame;
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: "Thread mode",
  2: "NMI",
  3: "HardFault",
  4: "MemManage",
  5: "BusFault",
  6: "UsageFault",
  7: "SecureFault",
  11: "SVC",
  12: "DebugMonitor",
  14: "PendSV",
  15: "SysTick",
};
/** The exception of an IPSR. */
export const exceptionName = (ipsr: number): string =>
  ipsr >= 16 ? `IRQ ${ipsr - 16}` : EXCEPTIONS[ipsr] ?? `exception ${ipsr}`;

/** bit → what it says; `{at}` is MMFAR or BFAR */
const MEANINGS: readonly (readonly [bit: number, text: string])[] = [
  [0, "An instruction was fetched from memory that may not be executed (IACCVIOL)"],
  [1, "A data access was forbidden by the MPU{mmfar} (DACCVIOL)"],
  [3, "Leaving an exception, the stack could not be read, forbidden by the MPU (MUNSTKERR)"],
  [
    4,
    "Entering an exception, the stack could not be written, forbidden by the MPU: the stack may have overflowed (MSTKERR)",
  ],
  [5, "Saving floating-point registers was forbidden by the MPU (MLSPERR)"],
  [8, "An instruction fetch got a bus error (IBUSERR)"],
  [9, "A data access got a bus error{bfar} (PRECISERR)"],
  [
    10,
    "A write that was still on its way got a bus error; the stacked address is behind it (IMPRECISERR)",
  ],
  [11, "Leaving an exception, reading the stack got a bus error (UNSTKERR)"],
  [
    12,
    "Entering an exception, writing the stack got a bus error: the stack pointer may be outside RAM (STKERR)",
  ],
  [13, "Saving floating-point registers got a bus error (LSPERR)"],
  [16, "The instruction is undefined (UNDEFINSTR)"],
  [17, "A jump went to an even address, that is to ARM state, which a Cortex-M has not (INVSTATE)"],
  [18, "An exception return had an invalid value (INVPC)"],
  [19, "A coprocessor instruction, floating point as a rule, with the coprocessor off (NOCP)"],
  [20, "The stack limit was passed (STKOF)"],
  [24, "An unaligned access where it is not allowed (UNALIGNED)"],
  [25, "A division by zero (DIVBYZERO)"],
];
/** MSTKERR, STKERR */
const UNSAVED = [4, 12];
const MMARVALID = 7;
const BFARVALID = 15;

interface Words {
  readonly cfsr: number;
  readonly hfsr: number;
  readonly dfsr: number;
  readonly mmfar: number;
  readonly bfar: number;
  readonly abfsr: number;
  readonly state: number;
}

const isSet = (word: number, n: number): boolean => bits(word, n, n) === 1;

/** The sentences for these registers. Pure. */
export function faultSentences(w: Omit<Words, "state" | "dfsr">): string[] {
  const mmfar = isSet(w.cfsr, MMARVALID) ? ` at ${hex(w.mmfar)}` : "";
  const bfar = isSet(w.cfsr, BFARVALID) ? ` at ${hex(w.bfar)}` : "";
  const causes = MEANINGS.filter(([n]) => isSet(w.cfsr, n)).map(([, text]) =>
    text.replace("{mmfar}", mmfar).replace("{bfar}", bfar)
  );
  const out = [...causes];
  if (isSet(w.hfsr, 1)) {
    out.push(
      "The vector table could not be read (VECTTBL): VTOR is wrong, or flash is blank or protected",
    );
  }
  if (isSet(w.hfsr, 31)) out.push("A BKPT instruction ran while no debugger was there (DEBUGEVT)");
  if (isSet(w.hfsr, 30)) {
    out.push("It became a HardFault because its own handler is off or could not run (FORCED)");
  }
  const sides = Object.entries(ABFSR).filter(([, f]) => typeof f === "number" && isSet(w.abfsr, f));
  if (sides.length > 0) {
    out.push(`The bus error came from ${sides.map(([name]) => name).join(", ")} (ABFSR)`);
  }
  return out;
}

async function fetchWords(core: Core): Promise<Words> {
  const at = [AT.CFSR, AT.HFSR, AT.DFSR, AT.MMFAR, AT.BFAR, AT.DHCSR];
  const all = isM7(core.cpuid) ? [...at, AT.ABFSR] : at;
  const words = await core.uncached.batch(all.map((read): Access => ({ read })));
  const [cfsr = 0, hfsr = 0, dfsr = 0, mmfar = 0, bfar = 0, state = 0, abfsr = 0] = words;
  return { cfsr, hfsr, dfsr, mmfar, bfar, state, abfsr };
}

/** LR after a reset: nothing was called yet */
const NO_CALLER = 0xFFFF_FFFF;
/** What of EXC_RETURN matters: the top bits are ones, bit 2 is the process stack. */
const isExcReturn = (lr: number): boolean => lr >= 0xFFFF_FF00;

async function readFrame(core: Core, at: number): Promise<StackedFrame | string> {
  try {
    const words = bytesToWords(await core.memory.read(at, 32, 4));
    const [r0 = 0, r1 = 0, r2 = 0, r3 = 0, r12 = 0, lr = 0, pc = 0, xpsr = 0] = words;
    return { at, r0, r1, r2, r3, r12, lr, pc, xpsr };
  } catch (error) {
    if (!(error instanceof Fault) || !["bus-refused", "access-impossible"].includes(error.slug)) {
      throw error;
    }
    return `The stack pointer ${hex(at)} points at no memory, so nothing could be saved there`;
  }
}

/** Reads the fault registers and the stacked frame of a halted core. Fault: core-not-halted. */
export async function explainFault(core: Core): Promise<FaultStory> {
  const words = await fetchWords(core);
  const names = ["pc", "lr", "xpsr", "msp", "psp"];
  const [pc = 0, lr = 0, xpsr = 0, msp = 0, psp = 0] = await core.readRegisters(names);
  const ipsr = bits(xpsr, 8, 0);
  // a halted core shows lockup by its address: S_LOCKUP is cleared by halting (facts §11)
  const lockedUp = dhcsr(words.state).lockedUp || (ipsr === 3 && pc === 0xFFFF_FFFE);
  const sentences = faultSentences(words);
  if (lockedUp) {
    sentences.unshift(
      "The core is locked up: a fault happened inside the HardFault handler, or its vector is blank",
    );
  }
  let frame: StackedFrame | undefined;
  if (ipsr !== 0 && isExcReturn(lr) && !lockedUp) {
    const got = await readFrame(core, has(lr, 4) ? psp : msp);
    if (typeof got !== "string" && UNSAVED.some((n) => isSet(words.cfsr, n))) {
      // what stands there is older, or nothing that was ever written
      sentences.push("So it is not known which instruction was interrupted: it was not saved");
    } else if (typeof got === "string") sentences.push(got);
    else {
      frame = got;
      const caller = got.lr === NO_CALLER ? "" : `, called from ${hex(got.lr)}`;
      sentences.push(`The interrupted instruction is at ${hex(got.pc)}${caller}`);
    }
  }
  if (sentences.length === 0) sentences.push("No fault is recorded");
  const registers = [
    describe("CFSR", CFSR, words.cfsr),
    describe("HFSR", HFSR, words.hfsr),
    describe("DFSR", DFSR, words.dfsr),
    ...(isM7(core.cpuid) ? [describe("ABFSR", ABFSR, words.abfsr)] : []),
    ...(isSet(words.cfsr, MMARVALID) ? [`MMFAR = ${hex(words.mmfar)}`] : []),
    ...(isSet(words.cfsr, BFARVALID) ? [`BFAR = ${hex(words.bfar)}`] : []),
  ];
  const story = { exception: exceptionName(ipsr), lockedUp, sentences, registers };
  return frame ? { ...story, frame } : story;
}
