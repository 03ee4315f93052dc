/** Memory reads and writes, and the pipelines of RW_MISC: facts/stlink.md §6, §7. */
import { concat, putU16le, putU32le, u16le, u32le } from "../../base/mod.ts";
import {
  type Answer,
  bytesText,
  type Command,
  type CommandTable,
  inDebug,
  plain,
  reply,
} from "./command.ts";
import type { StlinkFirmware } from "./firmware.ts";
import type { Place } from "./series.ts";
import { STATUS } from "./status.ts";
import { GATES, has } from "./version.ts";

type Width = 1 | 2 | 4;

/** longest 16 and 32 bit read: the probe's buffer (OpenOCD stlink_usb.c); writes are streamed */
const READ_LIMIT = 6144;

function placeOf(
  probe: StlinkFirmware,
  packet: Uint8Array,
  width: Width,
  increments: boolean,
): Place {
  const selects = has(probe.version, GATES.banksAndCsw);
  return {
    at: u32le(packet, 2),
    width,
    increments,
    ap: selects ? packet[8]! : 0,
    csw: selects ? (u32le(packet, 8) & 0xFFFF_FF00) >>> 0 : 0,
  };
}

/** Why the command cannot be done; 0 when it can. */
function objection(probe: StlinkFirmware, place: Place, length: number): number {
  const { at, width, ap } = place;
  if (at % width !== 0 || length % width !== 0) return STATUS.ALIGNMENT_ERROR;
  return probe.apObjection(ap);
}

/** Too long for the firmware: true when the command goes no further. */
function tooLong(probe: StlinkFirmware, packet: Uint8Array, limit: number, read: boolean): boolean {
  const length = u16le(packet, 6);
  if (length <= limit) return false;
  const what = `${length} bytes in one ${read ? "read" : "write"}: ${probe.version.text} takes ` +
    `at most ${limit} (${bytesText(packet)})`;
  // OpenOCD 324a45e02: before V3J6 the firmware does not survive it
  const dies = limit === 64 && probe.version.generation === 3;
  if (dies) probe.crash(`${what} and stops working`);
  else probe.warn(what);
  probe.last = { status: STATUS.UNKNOWN_ERROR, at: u32le(packet, 2) };
  return true;
}
const byteLimit = (probe: StlinkFirmware): number =>
  has(probe.version, GATES.longByteTransfers) ? 512 : 64;

function read(width: Width, increments: boolean): Command["run"] {
  return (probe, packet): Answer => {
    const length = u16le(packet, 6);
    if (tooLong(probe, packet, width === 1 ? byteLimit(probe) : READ_LIMIT, true)) return undefined;
    if (length === 0) {
      probe.warn(`a read of no bytes: nothing is sent (${bytesText(packet)})`);
      return undefined;
    }
    const place = placeOf(probe, packet, width, increments);
    // one byte comes as two; after a failure the rest stays zero: the status tells
    const out = new Uint8Array(Math.max(2, length));
    const status = objection(probe, place, length);
    probe.last = { status: status || STATUS.OK, at: status ? place.at : 0 };
    if (status === 0) readInto(probe, place, out, length);
    return out;
  };
}
function readInto(probe: StlinkFirmware, place: Place, out: Uint8Array, length: number): void {
  const { width } = place;
  let offset = 0;
  const got = (item: number): void => {
    if (width === 4) putU32le(out, offset, item);
    else if (width === 2) putU16le(out, offset, item);
    else out[offset] = item;
    offset += width;
  };
  const series = probe.series(place);
  for (let i = 0; i < length && series.failure === 0; i += width) series.read(got);
  series.readLast(got);
  probe.last = { status: series.end(), at: series.failedAt };
}

function write(width: Width, increments: boolean): Command["run"] {
  return (probe, packet): Answer => {
    const length = u16le(packet, 6);
    const refused = width === 1 && tooLong(probe, packet, byteLimit(probe), false);
    if (length === 0) probe.warn(`a write of no bytes (${bytesText(packet)})`);
    if (length === 0 || probe.dead) return undefined;
    if (refused) return drain(length);
    const place = placeOf(probe, packet, width, increments);
    const status = objection(probe, place, length);
    probe.last = { status: status || STATUS.OK, at: status ? place.at : 0 };
    return status === 0 ? stream(probe, place, length) : drain(length);
  };
}
/** data of a command that failed before it: taken and thrown away */
const drain = (length: number): Answer => ({ length, take: () => {}, end: () => {} });

/** Writes as the packets come. */
function stream(probe: StlinkFirmware, place: Place, length: number): Answer {
  const { width } = place;
  const series = probe.series(place);
  let carried = new Uint8Array(0);
  return {
    length,
    take: (bytes) => {
      const all = carried.length === 0 ? bytes : concat([carried, bytes]);
      const whole = all.length - all.length % width;
      for (let i = 0; i < whole && series.failure === 0; i += width) {
        series.write(width === 4 ? u32le(all, i) : width === 2 ? u16le(all, i) : all[i]!);
      }
      carried = all.slice(whole);
    },
    end: () => {
      probe.last = { status: series.end(), at: series.failedAt };
    },
  };
}

// ── RW_MISC ──

/** items in one go: OpenOCD stlink_usb.c, psdb cdb.py */
const MISC_LIMIT = { 2: 64, 3: 1227 } as const;
const ITEM = { address: 1, write: 2, read: 3, ap: 5 } as const;

const miscOut: Command["run"] = (probe, packet): Answer => {
  const count = u32le(packet, 2);
  const limit = MISC_LIMIT[probe.version.generation];
  const values = count + (-count & 3);
  if (count === 0 || count > limit) {
    probe.warn(`RW_MISC of ${count} items: 1 … ${limit} are possible (${bytesText(packet)})`);
    if (count === 0 || count > 0xFFFF) return undefined;
  }
  const data = new Uint8Array(values + 4 * count);
  let have = 0;
  return {
    length: data.length,
    take: (bytes) => {
      data.set(bytes, have);
      have += bytes.length;
    },
    end: () => {
      probe.misc = count > limit ? undefined : runMisc(probe, data, count, values);
    },
  };
};

function runMisc(probe: StlinkFirmware, data: Uint8Array, count: number, values: number) {
  const out = new Uint8Array(8 * count);
  const machine = { ap: 0, address: 0 };
  for (let i = 0; i < count; i++) {
    const status = miscItem(probe, machine, data[i]!, u32le(data, values + 4 * i));
    if (status === STATUS.OK && data[i] === ITEM.read) putU32le(out, 4 * i, probe.swd.data);
    putU32le(out, 4 * (count + i), status);
  }
  return out;
}
function miscItem(
  probe: StlinkFirmware,
  machine: { ap: number; address: number },
  code: number,
  value: number,
): number {
  switch (code) {
    case ITEM.address:
      machine.address = value;
      return STATUS.OK;
    case ITEM.ap:
      machine.ap = value;
      return probe.apObjection(value) || STATUS.OK;
    case ITEM.write:
      return probe.apObjection(machine.ap) || probe.writeWord(machine.ap, machine.address, value);
    case ITEM.read:
      return probe.apObjection(machine.ap) || probe.readWord(machine.ap, value);
  }
  probe.warn(`RW_MISC item ${code} is not known`);
  return STATUS.COMMAND_ERROR;
}

const miscIn: Command["run"] = (probe): Answer => {
  const results = probe.misc;
  if (results === undefined) probe.warn("RW_MISC_IN without results: nothing is sent");
  probe.misc = undefined; // handed out once
  return results;
};
const miscLimit: Command["run"] = (probe): Answer => {
  const out = new Uint8Array(2);
  putU16le(out, 0, MISC_LIMIT[probe.version.generation]);
  return out;
};

// ── how the last one went ──

const lastStatus: Command["run"] = (probe) => reply(probe.last.status);
const lastStatus2: Command["run"] = (probe) => reply(probe.last.status, 12, [probe.last.at]);
/** readable in every mode; the answer is its status alone */
const asked = (name: string, from: Command["from"], run: Command["run"]): Command => ({
  ...inDebug(name, from, run),
  debugOnly: false,
});

/** Rows of this file. */
export const MEMORY_COMMANDS: CommandTable = {
  0x07: plain("READMEM_32BIT", GATES.always, read(4, true)),
  0x08: plain("WRITEMEM_32BIT", GATES.always, write(4, true)),
  0x0C: plain("READMEM_8BIT", GATES.always, read(1, true)),
  0x0D: plain("WRITEMEM_8BIT", GATES.always, write(1, true)),
  0x3B: asked("GETLASTRWSTATUS", GATES.v2Only, lastStatus),
  0x3E: asked("GETLASTRWSTATUS2", GATES.lastStatus2, lastStatus2),
  0x47: plain("READMEM_16BIT", GATES.halfWords, read(2, true)),
  0x48: plain("WRITEMEM_16BIT", GATES.halfWords, write(2, true)),
  0x50: plain("WRITEMEM_32BIT_NO_ADDR_INC", GATES.halfWords, write(4, false)),
  0x51: plain("RW_MISC_OUT", GATES.banksAndCsw, miscOut),
  0x52: plain("RW_MISC_IN", GATES.banksAndCsw, miscIn),
  0x53: plain("RW_MISC_GET_MAX", GATES.banksAndCsw, miscLimit),
  0x54: plain("READMEM_32BIT_NO_ADDR_INC", GATES.banksAndCsw, read(4, false)),
};
