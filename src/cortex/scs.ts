/** The core's debug and fault registers, as data (facts, cortex-m §6–§9; names as in the ARMv7-M manual). */
import { bit, type Fields, getField, has, or } from "../base/mod.ts";

/** Addresses. */
export const AT = {
  CPUID: 0xE000_ED00,
  AIRCR: 0xE000_ED0C,
  CCR: 0xE000_ED14,
  SHCSR: 0xE000_ED24,
  CFSR: 0xE000_ED28,
  HFSR: 0xE000_ED2C,
  DFSR: 0xE000_ED30,
  MMFAR: 0xE000_ED34,
  BFAR: 0xE000_ED38,
  DHCSR: 0xE000_EDF0,
  DCRSR: 0xE000_EDF4,
  DCRDR: 0xE000_EDF8,
  DEMCR: 0xE000_EDFC,
  ABFSR: 0xE000_EFA8,
  FP_CTRL: 0xE000_2000,
  FP_COMP0: 0xE000_2008,
  DWT_CTRL: 0xE000_1000,
  DWT_COMP0: 0xE000_1020,
} as const;

/** DHCSR's fields. */
export const DHCSR: Fields = {
  C_DEBUGEN: 0,
  C_HALT: 1,
  C_STEP: 2,
  C_MASKINTS: 3,
  C_SNAPSTALL: 5,
  S_REGRDY: 16,
  S_HALT: 17,
  S_SLEEP: 18,
  S_LOCKUP: 19,
  S_RETIRE_ST: 24,
  S_RESET_ST: 25,
};
/** DFSR's fields; writing 1 clears. */
export const DFSR: Fields = { HALTED: 0, BKPT: 1, DWTTRAP: 2, VCATCH: 3, EXTERNAL: 4 };
/** CFSR's fields. */
export const CFSR: Fields = {
  IACCVIOL: 0,
  DACCVIOL: 1,
  MUNSTKERR: 3,
  MSTKERR: 4,
  MLSPERR: 5,
  MMARVALID: 7,
  IBUSERR: 8,
  PRECISERR: 9,
  IMPRECISERR: 10,
  UNSTKERR: 11,
  STKERR: 12,
  LSPERR: 13,
  BFARVALID: 15,
  UNDEFINSTR: 16,
  INVSTATE: 17,
  INVPC: 18,
  NOCP: 19,
  STKOF: 20,
  UNALIGNED: 24,
  DIVBYZERO: 25,
};
/** HFSR's fields. */
export const HFSR: Fields = { VECTTBL: 1, FORCED: 30, DEBUGEVT: 31 };
/** ABFSR's fields, Cortex-M7. */
export const ABFSR: Fields = { ITCM: 0, DTCM: 1, AHBP: 2, AXIM: 3, EPPB: 4, AXIMTYPE: [9, 8] };

/** Words to write to DHCSR: the key with the control bits. */
export const DEBUG = {
  off: 0xA05F_0000,
  run: 0xA05F_0001,
  halt: 0xA05F_0003,
  /** stop and mask interrupts; MASKINTS may only change while halted, so it is its own write */
  mask: 0xA05F_000B,
  step: 0xA05F_000D,
} as const;

/** DEMCR: enables DWT and ITM. */
export const TRCENA = bit(24);
const VC_CORERESET = bit(0);
const VC_BUSERR = bit(8);
const VC_HARDERR = bit(10);
/** DEMCR while a reset shall stop the core (facts §10, OpenOCD). */
export const CATCH_RESET = or(TRCENA, VC_HARDERR, VC_BUSERR, VC_CORERESET);
/** Vector catch bits of DEMCR. */
export const ALL_CATCHES = or(
  VC_CORERESET,
  VC_BUSERR,
  VC_HARDERR,
  bit(4),
  bit(5),
  bit(6),
  bit(7),
  bit(9),
);
/** AIRCR: key and SYSRESETREQ. */
export const SYSRESETREQ = 0x05FA_0004;
/** All bits of DFSR. */
export const DFSR_ALL = 0x1F;

/** DHCSR, read. */
export interface Dhcsr {
  readonly value: number;
  readonly debugged: boolean;
  readonly ready: boolean;
  readonly halted: boolean;
  readonly sleeping: boolean;
  readonly lockedUp: boolean;
  /** a reset since the last read, or one that still lasts */
  readonly reset: boolean;
}
/** Reads the bits of DHCSR. */
export const dhcsr = (value: number): Dhcsr => ({
  value,
  debugged: has(value, bit(0)),
  ready: has(value, bit(16)),
  halted: has(value, bit(17)),
  sleeping: has(value, bit(18)),
  lockedUp: has(value, bit(19)),
  reset: has(value, bit(25)),
});

/** CPUID.PARTNO → core */
const PARTS: Readonly<Record<number, string>> = {
  0xC20: "Cortex-M0",
  0xC21: "Cortex-M1",
  0xC23: "Cortex-M3",
  0xC24: "Cortex-M4",
  0xC27: "Cortex-M7",
  0xC60: "Cortex-M0+",
  0xD20: "Cortex-M23",
  0xD21: "Cortex-M33",
  0xD22: "Cortex-M55",
  0xD23: "Cortex-M85",
  0xD31: "Cortex-M35P",
};
const CPUID: Fields = {
  IMPLEMENTER: [31, 24],
  VARIANT: [23, 20],
  PARTNO: [15, 4],
  REVISION: [3, 0],
};
const field = (name: string, cpuid: number): number => getField(cpuid, CPUID[name] ?? 0);

/** `Cortex-M7 r0p1`; undefined when no Cortex-M is known by this CPUID. */
export function coreName(cpuid: number): string | undefined {
  const part = PARTS[field("PARTNO", cpuid)];
  return part && `${part} r${field("VARIANT", cpuid)}p${field("REVISION", cpuid)}`;
}
/** Whether it is a Cortex-M7. */
export const isM7 = (cpuid: number): boolean => field("PARTNO", cpuid) === 0xC27;
/** Whether it is an ARMv8-M core. */
export const isV8 = (cpuid: number): boolean => field("PARTNO", cpuid) >= 0xD20;
