/** Registers of the debug port, as data (facts, cortex-m §2; names as in ADIv5). */
import type { Fields } from "../base/mod.ts";
import type { Probe } from "../probe/mod.ts";

/** `bank << 4 | address`, and the fields. */
export const DP_REGISTERS = {
  DPIDR: [0x00, {
    REVISION: [31, 28],
    PARTNO: [27, 20],
    MIN: 16,
    VERSION: [15, 12],
    DESIGNER: [11, 1],
  }],
  ABORT: [0x00, { DAPABORT: 0, STKCMPCLR: 1, STKERRCLR: 2, WDERRCLR: 3, ORUNERRCLR: 4 }],
  "CTRL/STAT": [0x04, {
    ORUNDETECT: 0,
    STICKYORUN: 1,
    STICKYCMP: 4,
    STICKYERR: 5,
    READOK: 6,
    WDATAERR: 7,
    CDBGRSTREQ: 26,
    CDBGRSTACK: 27,
    CDBGPWRUPREQ: 28,
    CDBGPWRUPACK: 29,
    CSYSPWRUPREQ: 30,
    CSYSPWRUPACK: 31,
  }],
  SELECT: [0x08, { DPBANKSEL: [3, 0], APBANKSEL: [7, 4], APSEL: [31, 24] }],
  RDBUFF: [0x0C, {}],
  TARGETID: [0x24, { TREVISION: [31, 28], TPARTNO: [27, 12], TDESIGNER: [11, 1] }],
  DLPIDR: [0x34, { TINSTANCE: [31, 28], PROTVSN: [3, 0] }],
} as const satisfies Readonly<Record<string, readonly [number, Fields]>>;

/** Name of a debug port register. */
export type DpRegister = keyof typeof DP_REGISTERS;

/** Reads a register of the debug port. */
export async function readDp(probe: Probe, name: DpRegister): Promise<number> {
  const [value = 0] = await probe.transfer([{ port: "dp", register: DP_REGISTERS[name][0] }]);
  return value;
}
/** Writes a register of the debug port. */
export async function writeDp(probe: Probe, name: DpRegister, value: number): Promise<void> {
  await probe.transfer([{ port: "dp", register: DP_REGISTERS[name][0], write: value }]);
}
