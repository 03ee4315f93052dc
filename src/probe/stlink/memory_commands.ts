/** Memory commands and RW_MISC as bytes (facts §6, §7). Pure. */
import { alignUp, putU32le, u32le, type Width } from "../../base/mod.ts";
import { ask, type Command, nothing, packet } from "./commands.ts";

const READ: Readonly<Record<Width, number>> = { 1: 0x0C, 2: 0x47, 4: 0x07 };
const WRITE: Readonly<Record<Width, number>> = { 1: 0x0D, 2: 0x48, 4: 0x08 };

/** Where a memory command goes. */
export interface MemoryTarget {
  readonly ap: number;
  /** bits 31:8 of CSW; 0: the firmware's own */
  readonly csw: number;
}

const memory = (op: number, at: number, length: number, to: MemoryTarget): Uint8Array => {
  const bits = Math.floor(to.csw / 256); // CSW[31:8], low byte first
  return packet(
    0xF2,
    op,
    { u32: at },
    { u16: length },
    to.ap,
    bits % 256,
    Math.floor(bits / 256) % 256,
    Math.floor(bits / 65536),
  );
};

/** F2 0C/47/07: reads; what comes is worth nothing until the status has been asked for. */
export const readMemory = (
  width: Width,
  at: number,
  length: number,
  to: MemoryTarget,
): Command<Uint8Array> =>
  // one byte comes as two
  ask(
    `READMEM${width * 8}`,
    memory(READ[width], at, length, to),
    Math.max(2, length),
    (r) => r.slice(0, length),
  );

/** F2 0D/48/08: writes. */
export const writeMemory = (
  width: Width,
  at: number,
  data: Uint8Array,
  to: MemoryTarget,
): Command<void> => ({
  name: `WRITEMEM${width * 8}`,
  packet: memory(WRITE[width], at, data.length, to),
  data,
  reply: 0,
  status: false,
  pure: false,
  parse: nothing,
});

/** How the last memory command went. */
export interface LastStatus {
  readonly status: number;
  /** the address that failed; undefined when this firmware does not say */
  readonly at: number | undefined;
}
/** F2 3E: status of the last memory command, with the address. */
export const lastStatus = (): Command<LastStatus> =>
  ask("GETLASTRWSTATUS2", packet(0xF2, 0x3E), 12, (r) => ({ status: r[0] ?? 0, at: u32le(r, 4) }));

/** One item of a RW_MISC pipeline. */
export type MiscItem =
  | { readonly ap: number }
  | { readonly address: number }
  | { readonly write: number }
  | { readonly read: number };

/** facts §7: 1 address, 2 write, 3 read, 5 AP number */
const itemBytes = (item: MiscItem): [number, number] =>
  "ap" in item
    ? [5, item.ap]
    : "address" in item
    ? [1, item.address]
    : "write" in item
    ? [2, item.write]
    : [3, item.read];

/** F2 51: items, as their codes padded to four and then one word each. */
export function miscOut(items: readonly MiscItem[]): Command<void> {
  const values = alignUp(items.length, 4);
  const data = new Uint8Array(values + 4 * items.length);
  items.forEach((item, i) => {
    const [code, value] = itemBytes(item);
    data[i] = code;
    putU32le(data, values + 4 * i, value);
  });
  return {
    name: "RW_MISC_OUT",
    packet: packet(0xF2, 0x51, { u32: items.length }),
    data,
    reply: 0,
    status: false,
    pure: false,
    parse: nothing,
  };
}

/** F2 52: one value and one status word an item. */
export const miscIn = (count: number): Command<{ values: number[]; statuses: number[] }> => ({
  ...ask("RW_MISC_IN", packet(0xF2, 0x52), 8 * count, (r) => ({
    values: Array.from({ length: count }, (_, i) => u32le(r, 4 * i)),
    statuses: Array.from({ length: count }, (_, i) => u32le(r, 4 * (count + i)) % 256),
  })),
  pure: false, // the results are handed out once
});
