/** Registers of a memory access port, as data (facts, cortex-m §3; names as in ADIv5). */
import { bit, type Fields, getField, or, setField } from "../base/mod.ts";
import type { Probe } from "../probe/mod.ts";

/** Register address and fields. */
export const AP_REGISTERS = {
  CSW: [0x00, {
    Size: [2, 0],
    AddrInc: [5, 4],
    DeviceEn: 6,
    TrInProg: 7,
    HPROT1: 25,
    HPROT3: 27,
    MasterType: 29,
    SProt: 30,
    DbgSwEnable: 31,
  }],
  TAR: [0x04, {}],
  DRW: [0x0C, {}],
  CFG: [0xF4, { BE: 0, LA: 1, LD: 2 }],
  BASE: [0xF8, { PRESENT: 0, FORMAT: 1, BASEADDR: [31, 12] }],
  IDR: [0xFC, {
    REVISION: [31, 28],
    DESIGNER: [27, 17],
    CLASS: [16, 13],
    VARIANT: [7, 4],
    TYPE: [3, 0],
  }],
} as const satisfies Readonly<Record<string, readonly [number, Fields]>>;

/** Name of an access port register. */
export type ApRegister = keyof typeof AP_REGISTERS;

/** CSW.Size for each access width in bytes. */
export const CSW_SIZE = { 1: 0, 2: 1, 4: 2 } as const;

/**
 * CSW for accesses as the debugger: privileged data (HPROT1), MasterType debug, DbgSwEnable; what
 * OpenOCD uses. Size and AddrInc are 0.
 */
export const CSW_DEBUG = or(bit(25), bit(29), bit(31));
/**
 * The same, cacheable (HPROT3): a Cortex-M7 then answers from its data cache; without it the debugger
 * sees memory behind dirty lines (facts, cortex-m §12).
 */
export const CSW_CACHEABLE = or(CSW_DEBUG, bit(27));

const TYPES: Readonly<Record<number, string>> = {
  1: "AHB",
  2: "APB",
  4: "AXI",
  5: "AHB5",
  6: "APB5",
  8: "AHB5",
};
const MEM_AP = 8;

/** What an IDR says. */
export interface ApIdentity {
  readonly idr: number;
  readonly memory: boolean;
  /** `AHB-AP`, `APB-AP`; `AP` when unknown */
  readonly name: string;
}

/** Reads the fields of an IDR. */
export function apIdentity(idr: number): ApIdentity {
  const fields = AP_REGISTERS.IDR[1];
  const type = TYPES[getField(idr, fields.TYPE)];
  const memory = getField(idr, fields.CLASS) === MEM_AP;
  return { idr, memory, name: memory && type ? `${type}-AP` : "AP" };
}

/** CSW with the access width and single increment (`AddrInc` = 1) or none. */
export function cswFor(base: number, width: 1 | 2 | 4, increment: boolean): number {
  const fields = AP_REGISTERS.CSW[1];
  return setField(
    setField(base, fields.Size, CSW_SIZE[width]),
    fields.AddrInc,
    increment ? 1 : 0,
  );
}

/** Reads a register of an access port. */
export async function readAp(probe: Probe, ap: number, name: ApRegister): Promise<number> {
  const [value = 0] = await probe.transfer([{ port: ap, register: AP_REGISTERS[name][0] }]);
  return value;
}
