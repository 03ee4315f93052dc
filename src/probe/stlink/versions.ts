/** Which ST-LINK it is, what its firmware can do, and what it lacks. */
import type { Fault } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import type { VersionExReply, VersionReply } from "./commands.ts";
import type { Model } from "./usb_ids.ts";

/** Firmware as it calls itself. */
export interface Firmware {
  /** `V2J37M26` */
  readonly text: string;
  /** 2, 3, or 4 for V3PWR */
  readonly major: number;
  readonly jtag: number;
}

/** What the firmware can do. Speed limits and lengths are in bytes and kHz. */
export interface Abilities {
  /** speed by SET_COM_FREQ (V3), not by a divisor */
  readonly speedsInKhz: boolean;
  readonly halfWords: boolean;
  readonly opensAps: boolean;
  /** AP number and CSW in memory commands, banked DP registers, RW_MISC */
  readonly csw: boolean;
  /** items of one RW_MISC; 0 without it */
  readonly miscItems: number;
  readonly bytesPerRead8: number;
  readonly bytesPerWrite8: number;
  /** SWD may be entered again without leaving debug mode first */
  readonly reenters: boolean;
  /** highest safe speed; undefined without a limit */
  readonly topKhz: number | undefined;
}

/** A gate: the first J of V2 and of V3 that has it, and what its absence means. */
interface Gate {
  readonly v2: number;
  readonly v3: number;
  /** finishes "It cannot …" */
  readonly lacks: string;
}

// facts §4, firmware gates. V3PWR (4) has all of V3's (OpenOCD stlink_usb.c case 4)
const GATES = {
  dapRegisters: {
    v2: 24,
    v3: 0,
    lacks: "reach the registers of the debug port, so errors on the wire cannot be cleared",
  },
  halfWords: { v2: 26, v3: 0, lacks: "access memory in 16-bit units" },
  opensAps: { v2: 28, v3: 0, lacks: "open access ports, so only access port 0 can be used" },
  csw: {
    v2: 32,
    v3: 2,
    lacks:
      "write many registers in one trip or see memory through the data cache, so flashing is slower and RAM behind an enabled cache may read stale",
  },
  modeSwitch: { v2: 0, v3: 3, lacks: "switch its mode reliably (bug of V3J2)" },
  bytes512: { v2: 0, v3: 6, lacks: "move more than 64 bytes in one 8-bit access" },
  waits: {
    v2: 0,
    v3: 10,
    lacks: "pace fast flash writes at 24 MHz, so the speed is kept at 8 MHz or less",
  },
} as const satisfies Readonly<Record<string, Gate>>;

const MINIMUM = { 2: "V2J24", 3: "V3J1" } as const;

/** Whether `firmware` has what the gate names. */
const passes = (firmware: Firmware, gate: Gate): boolean =>
  firmware.major >= 4 || firmware.jtag >= (firmware.major === 3 ? gate.v3 : gate.v2);

const letters = (pairs: readonly (readonly [string, number])[]): string =>
  pairs.filter(([, n]) => n !== 0).map(([letter, n]) => `${letter}${n}`).join("");

/**
 * SWIM-only firmware of STM8 Nucleo boards calls itself by the same fields on the same product ids
 * (OpenOCD stlink_usb.c, stlink_usb_version).
 */
const isStm8 = (v: VersionReply): boolean =>
  (v.jtag <= 22 && v.third === 7) || (v.jtag >= 25 && v.third >= 7 && v.third <= 12);

/** Reads the answers of GET_VERSION and, from V3 on, GET_VERSION_EX. */
export function firmwareOf(model: Model, v: VersionReply, ex?: VersionExReply): Firmware {
  if (ex) {
    const text = `V${ex.major}J${ex.jtag}` +
      letters([["S", ex.swim], ["M", ex.massStorage], ["B", ex.bridge], ["P", ex.power]]);
    return { text, major: ex.major, jtag: ex.jtag };
  }
  if (model.generation === 2 && model.massStorage && isStm8(v)) {
    return { text: `V${v.major}M${v.jtag}S${v.third}`, major: v.major, jtag: 0 };
  }
  const third = model.massStorage ? "M" : "S";
  return { text: `V${v.major}J${v.jtag}${third}${v.third}`, major: v.major, jtag: v.jtag };
}

/** Why this firmware cannot be used at all; undefined when it can. `probe` is for the text. */
export function refusal(firmware: Firmware, probe: string): Fault | undefined {
  if (firmware.major < 2) {
    return fault("probe-unsupported", {
      probe: `${probe} (${firmware.text})`,
      why: "it speaks the protocol of ST-LINK/V1",
    });
  }
  if (firmware.jtag === 0) {
    return fault("probe-unsupported", {
      probe: `${probe} (${firmware.text})`,
      why: "its firmware debugs STM8 chips only (SWIM), it has no SWD",
    });
  }
  if (passes(firmware, GATES.dapRegisters)) return undefined;
  return fault("probe-firmware-too-old", {
    probe,
    firmware: firmware.text,
    needed: MINIMUM[2],
    lacks: GATES.dapRegisters.lacks,
  }, { evidence: [{ what: "firmware", value: firmware.text }] });
}

/** What it can do. */
export function abilitiesOf(firmware: Firmware): Abilities {
  const has = (gate: keyof typeof GATES): boolean => passes(firmware, GATES[gate]);
  const v3 = firmware.major >= 3;
  const many = v3 && has("bytes512");
  return {
    speedsInKhz: v3,
    halfWords: has("halfWords"),
    opensAps: has("opensAps"),
    csw: has("csw"),
    miscItems: has("csw") ? v3 ? 1227 : 64 : 0,
    // probe-rs saw reads above 255 fail on V3J5 and J7; 128 is what it uses
    bytesPerRead8: many ? 128 : 64,
    bytesPerWrite8: many ? 512 : 64,
    reenters: v3 && firmware.jtag >= 3,
    topKhz: has("waits") ? undefined : 8000,
  };
}

/** What a newer firmware would add, as sentences. */
export function lacksOf(firmware: Firmware): string[] {
  return Object.values(GATES).filter((gate) => !passes(firmware, gate)).map((gate) => {
    const from = firmware.major === 2 ? `V2J${gate.v2}` : `V3J${gate.v3}`;
    return `${firmware.text} cannot ${gate.lacks}; ${from} can`;
  });
}

/** The first firmware of this probe's kind that has an ability, and the words for its absence. */
export function gateOf(
  firmware: Firmware,
  name: "halfWords" | "opensAps" | "csw",
): { needed: string; lacks: string } {
  const gate = GATES[name];
  return {
    needed: firmware.major === 2 ? `V2J${gate.v2}` : `V3J${gate.v3}`,
    lacks: gate.lacks,
  };
}
