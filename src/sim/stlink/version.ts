/** Which firmware a probe has, and from when on firmware can what. */
import { fault } from "../faults.ts";

/** The kinds of probe there are. */
export type Variant = "V2" | "V2-1" | "V3";
/** All of them. */
export const VARIANTS: readonly Variant[] = ["V2", "V2-1", "V3"];

/** A firmware version: `V2J37M26`. */
export interface FirmwareVersion {
  readonly text: string;
  readonly generation: 2 | 3;
  readonly jtag: number;
  readonly massStorage: number;
  readonly bridge: number;
  readonly swim: number;
}

/** The first J that has something, by generation; undefined: never. */
export interface Gate {
  readonly v2?: number;
  readonly v3?: number;
}
/** facts/stlink.md §4 "Firmware gates" */
export const GATES = {
  always: { v2: 0, v3: 0 },
  v2Only: { v2: 0 },
  v3Only: { v3: 0 },
  trace: { v2: 13, v3: 0 },
  voltage: { v2: 13, v3: 0 },
  lastStatus2: { v2: 15, v3: 0 },
  fpuRegisters: { v2: 15, v3: 0 },
  jtagWithoutReset: { v2: 15, v3: 0 },
  swdDivisor: { v2: 20 }, // pyOCD, probe-rs; OpenOCD waits for 22
  jtagDivisor: { v2: 24 },
  dapRegisters: { v2: 24, v3: 0 },
  halfWords: { v2: 26, v3: 0 },
  openAp: { v2: 28, v3: 0 },
  closeApStatus: { v2: 29, v3: 0 },
  banksAndCsw: { v2: 32, v3: 2 },
  longByteTransfers: { v3: 6 },
  boardId: { v2: 36, v3: 6 },
  apMustBeOpen: { v2: 37, v3: 7 },
  patience: { v3: 10 },
} as const satisfies Readonly<Record<string, Gate>>;

/** Whether this firmware is behind the gate. */
export function has(version: FirmwareVersion, gate: Gate): boolean {
  const first = version.generation === 2 ? gate.v2 : gate.v3;
  return first !== undefined && version.jtag >= first;
}

const FORM = /^V([23])J(\d{1,2})(?:M(\d{1,2}))?(?:B(\d{1,2}))?(?:S(\d{1,2}))?$/;
/** six bits each in GET_VERSION */
const LIMIT = 63;

/** Reads `V2J37M26`, `V2J14S4`, `V3J7M2B4S1`. Fault: sim-bad-option. */
export function parseFirmware(text: string, variant: Variant): FirmwareVersion {
  const m = FORM.exec(text);
  const generation = variant === "V3" ? 3 : 2;
  const [jtag = 0, massStorage = 0, bridge = 0, swim = 0] = (m ?? []).slice(2).map((n) =>
    Number(n ?? 0)
  );
  const fits = generation === 3 || Math.max(jtag, massStorage, swim) <= LIMIT;
  if (m === null || Number(m[1]) !== generation || !fits) {
    throw fault("sim-bad-option", {
      what: `A firmware ${text} of an ST-LINK/${variant}`,
      allowed: `Write it as tools print it, for example ${
        generation === 3 ? "V3J7M2" : "V2J37M26"
      }`,
    });
  }
  return { text, generation, jtag, massStorage, bridge, swim };
}
