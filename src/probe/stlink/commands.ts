/** Every command as bytes: how it is built, and how its answer is read. Pure; facts §2–§7. */
import { putU16le, putU32le, u16be, u16le, u32le } from "../../base/mod.ts";

/** One command: 16 bytes, perhaps data, perhaps an answer. */
export interface Command<T> {
  readonly name: string;
  readonly packet: Uint8Array;
  /** data phase towards the probe */
  readonly data?: Uint8Array;
  /** length of the answer; 0: none comes, never wait for one */
  readonly reply: number;
  /** byte 0 of the answer is a status byte */
  readonly status: boolean;
  /** sending it twice does no harm: it only reads */
  readonly pure: boolean;
  parse(reply: Uint8Array): T;
}

/** A byte, or a little-endian number. */
export type Part = number | { readonly u16: number } | { readonly u32: number };

/** 16 bytes: the parts one after another, then zeros. */
export function packet(...parts: readonly Part[]): Uint8Array {
  const out = new Uint8Array(16);
  let at = 0;
  for (const part of parts) {
    if (typeof part === "number") out[at++] = part;
    else if ("u16" in part) {
      putU16le(out, at, part.u16);
      at += 2;
    } else {
      putU32le(out, at, part.u32);
      at += 4;
    }
  }
  return out;
}

/** Reads an answer that says nothing. */
export const nothing = (): void => {};
const wordAt4 = (reply: Uint8Array): number => u32le(reply, 4);

/** A command that only asks, with an answer without a status byte. */
export const ask = <T>(
  name: string,
  bytes: Uint8Array,
  reply: number,
  parse: (reply: Uint8Array) => T,
): Command<T> => ({ name, packet: bytes, reply, status: false, pure: true, parse });

/** A command whose answer begins with a status byte. */
const checked = <T>(
  name: string,
  bytes: Uint8Array,
  reply: number,
  pure: boolean,
  parse: (reply: Uint8Array) => T,
): Command<T> => ({ name, packet: bytes, reply, status: true, pure, parse });

/** A command that nothing answers. */
const silent = (name: string, ...bytes: number[]): Command<void> => ({
  name,
  packet: packet(...bytes),
  reply: 0,
  status: false,
  pure: false,
  parse: nothing,
});

/** The answer of GET_VERSION: the only big-endian number of the protocol, then VID and PID. */
export interface VersionReply {
  readonly major: number;
  readonly jtag: number;
  /** SWIM or mass storage, by the product */
  readonly third: number;
  readonly vendorId: number;
  readonly productId: number;
}
/** F1: which firmware. From V3 on `jtag` and `third` are 0. */
export const getVersion = (): Command<VersionReply> =>
  ask("GET_VERSION", packet(0xF1), 6, (r) => {
    const v = u16be(r, 0); // [15:12] major, [11:6] JTAG, [5:0] SWIM or MSD
    return {
      major: Math.floor(v / 4096),
      jtag: Math.floor(v / 64) % 64,
      third: v % 64,
      vendorId: u16le(r, 2),
      productId: u16le(r, 4),
    };
  });

/** The answer of GET_VERSION_EX. */
export interface VersionExReply {
  readonly major: number;
  readonly swim: number;
  readonly jtag: number;
  readonly massStorage: number;
  readonly bridge: number;
  readonly power: number;
}
/** FB: which firmware, from V3 on. */
export const getVersionEx = (): Command<VersionExReply> =>
  ask("GET_VERSION_EX", packet(0xFB), 12, (r) => {
    const [major = 0, swim = 0, jtag = 0, massStorage = 0, bridge = 0, power = 0] = r;
    return { major, swim, jtag, massStorage, bridge, power };
  });

/** Modes of the probe. */
export const MODE = { dfu: 0, massStorage: 1, debug: 2, swim: 3, loader: 4 } as const;
/** F5: which mode it is in. */
export const getCurrentMode = (): Command<number> =>
  ask("GET_CURRENT_MODE", packet(0xF5), 2, (r) => r[0] ?? -1);

/** F7: two ADC readings, of the 1.2 V reference and of half the target's supply. */
export const getTargetVoltage = (): Command<{ reference: number; measured: number }> =>
  ask("GET_TARGET_VOLTAGE", packet(0xF7), 8, (r) => ({
    reference: u32le(r, 0),
    measured: u32le(r, 4),
  }));

/** F3 07: leaves DFU mode. */
export const dfuExit = (): Command<void> => silent("DFU_EXIT", 0xF3, 0x07);
/** F4 01: leaves SWIM mode. */
export const swimExit = (): Command<void> => silent("SWIM_EXIT", 0xF4, 0x01);
/** F2 21: leaves debug mode, and lets NRST go. */
export const debugExit = (): Command<void> => silent("EXIT_DEBUG", 0xF2, 0x21);

/** F2 30 A3: takes up SWD; resets nothing. */
export const enterSwd = (): Command<void> =>
  checked("ENTER_SWD", packet(0xF2, 0x30, 0xA3), 2, false, nothing);
/** F2 31: DPIDR. */
export const readIdcodes = (): Command<number> =>
  checked("READ_IDCODES", packet(0xF2, 0x31), 12, true, wordAt4);

/** What DRIVE_NRST does. */
export const NRST = { low: 0, release: 1, pulse: 2 } as const;
/** F2 3C: the NRST wire. */
export const driveNrst = (how: keyof typeof NRST): Command<void> =>
  checked(`DRIVE_NRST ${how}`, packet(0xF2, 0x3C, NRST[how]), 2, false, nothing);

/** F2 43: SWD clock of a V2, as a divisor. */
export const swdSetFrequency = (divisor: number): Command<void> =>
  checked("SWD_SET_FREQ", packet(0xF2, 0x43, { u16: divisor }), 2, false, nothing);
/** F2 61: SWD clock of a V3, in kHz; gives the kHz it chose. */
export const setComFrequency = (kilohertz: number): Command<number> =>
  checked("SET_COM_FREQ", packet(0xF2, 0x61, 0, 0, { u32: kilohertz }), 8, false, wordAt4);
/** F2 62: the SWD clocks a V3 can make, in kHz, fastest first as a rule. */
export const getComFrequencies = (): Command<number[]> =>
  checked("GET_COM_FREQ", packet(0xF2, 0x62, 0), 52, true, (r) => {
    const count = Math.min(r[8] ?? 0, 10);
    return Array.from({ length: count }, (_, i) => u32le(r, 12 + 4 * i));
  });

/** The `port` of the debug port itself. */
export const DP = 0xFFFF;
/** F2 45: a register of the debug port or of an access port. */
export const readDapRegister = (port: number, register: number): Command<number> =>
  checked("READ_DAP_REG", packet(0xF2, 0x45, { u16: port }, { u16: register }), 8, true, wordAt4);
/** F2 46: writes one. */
export const writeDapRegister = (port: number, register: number, value: number): Command<void> =>
  checked(
    "WRITE_DAP_REG",
    packet(0xF2, 0x46, { u16: port }, { u16: register }, { u32: value }),
    2,
    false,
    nothing,
  );
/** F2 4B: opens an access port, without asking what core is behind it. */
export const initAp = (ap: number): Command<void> =>
  checked("INIT_AP", packet(0xF2, 0x4B, ap), 2, false, nothing);

/** F2 36: one word at `at`, status included. `ap` is heeded by new firmware only. */
export const readDebugRegister = (at: number, ap = 0): Command<number> =>
  checked("READDEBUGREG", packet(0xF2, 0x36, { u32: at }, ap), 8, true, wordAt4);
/** F2 35: writes one word, status included. */
export const writeDebugRegister = (at: number, value: number, ap = 0): Command<void> =>
  checked("WRITEDEBUGREG", packet(0xF2, 0x35, { u32: at }, { u32: value }, ap), 2, false, nothing);

/** F2 3A: R0 … R15, xPSR, MSP, PSP of a halted core. */
export const readAllRegisters = (): Command<Uint32Array> =>
  checked(
    "READALLREGS",
    packet(0xF2, 0x3A),
    88,
    true,
    (r) => Uint32Array.from({ length: 19 }, (_, i) => u32le(r, 4 + 4 * i)),
  );

/** F2 41: stops trace; a V3 whose trace still runs gives stale bytes after entering SWD again. */
export const stopTrace = (): Command<void> =>
  checked("STOP_TRACE_RX", packet(0xF2, 0x41), 2, false, nothing);
