/** The `flash` family about sectors, in OpenOCD's words. */
import { hex } from "../../base/mod.ts";
import { type Layout, type Sector, sectorBit } from "../../chip/mod.ts";
import { refused } from "../faults.ts";
import type { GdbSession } from "../session.ts";
import { line, type MonitorCommand, need, number, usage } from "./command.ts";

/** Its sectors. */
export const layoutOf = (session: GdbSession) => session.target.board.layout;
const lastSector = (session: GdbSession): number => layoutOf(session).sectors.length - 1;

/** Bank 0, by number or by OpenOCD's name for it. Fault: monitor-no-such-bank. */
export function needBank(c: MonitorCommand, bank: string | undefined): void {
  if (bank === undefined) throw usage(c);
  if (number(bank) !== 0 && !/^\w+\.flash$/.test(bank)) {
    throw refused("monitor-no-such-bank", { bank });
  }
}
/** `first last` as sector numbers; `last` may be the word. Nothing is checked against the device. */
function pair(
  c: MonitorCommand,
  session: GdbSession,
  first?: string,
  last?: string,
): [number, number] {
  const both: [number, number] = [
    need(c, first),
    last === "last" ? lastSector(session) : need(c, last),
  ];
  if (both[1] < both[0]) throw usage(c);
  return both;
}
/** All sectors of the pair. Fault: monitor-no-such-sector. */
function sectors(session: GdbSession, first: number, last: number): number[] {
  const end = lastSector(session);
  if (last > end) {
    throw refused("monitor-no-such-sector", { last: end, wanted: first > end ? first : last });
  }
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
/** Seconds since then. */
export const took = (session: GdbSession, since: number): number =>
  Math.max(0.001, (session.target.clock.now() - since) / 1000);
/** Seconds and throughput as OpenOCD prints them. */
export const rate = (bytes: number, s: number): string =>
  `${s.toFixed(3)}s (${(bytes / 1024 / s).toFixed(3)} KiB/s)`;

const probe: MonitorCommand = {
  name: "flash probe",
  usage: "bank",
  help: "say which flash this is",
  run: async (session, [bank = "0"]) => {
    needBank(probe, bank);
    await line(
      session,
      `flash 'stm32f2x' found at ${hex(layoutOf(session).at)}: ${session.target.board.chipText}`,
    );
  },
};
const banks = (name: string): MonitorCommand => ({
  name,
  usage: "",
  help: "the flash banks",
  run: async (session) => {
    const { at, size } = layoutOf(session);
    await line(
      session,
      `#0 : flash (stm32f2x) at ${hex(at)}, size ${hex(size)}, buswidth 0, chipwidth 0`,
    );
  },
});
const info: MonitorCommand = {
  name: "flash info",
  usage: "bank",
  help: "sectors, and which are protected",
  async run(session, [bank = "0"]) {
    needBank(info, bank);
    const { at, size, sectors } = layoutOf(session);
    const closed = await session.target.board.protectedSectors();
    await line(session, `#0 : stm32f2x at ${hex(at)}, size ${hex(size)}, buswidth 0, chipwidth 0`);
    for (const s of sectors) {
      const state = closed.includes(s.index) ? "protected" : "not protected";
      const offset = hex(s.at - at).toLowerCase();
      await line(
        session,
        `\t#${String(s.index).padStart(3)}: ${offset} (0x${s.size.toString(16)} ${
          s.size / 1024
        }kB) ${state}`,
      );
    }
    await line(session, session.target.board.chipText);
  },
};
const protect: MonitorCommand = {
  name: "flash protect",
  usage: "bank first last on|off",
  help:
    "write protection of sectors, by option bytes; read, changed only where it differs, read back",
  async run(session, [bank, from, to, how]) {
    needBank(protect, bank);
    if (how !== "on" && how !== "off") throw usage(protect);
    const [first, last] = pair(protect, session, from, to);
    if (how === "on") return await protectOn(session, sectors(session, first, last));
    await protectOff(session, first, last);
  },
};
const range = (indexes: readonly number[]): string =>
  `sectors ${indexes[0]} through ${indexes.at(-1)} on flash bank 0`;
const named = (indexes: readonly number[]): string =>
  `sector${indexes.length === 1 ? "" : "s"} ${indexes.join(", ")}`;

/** With two banks one bit of nWRP stands for two neighbouring sectors (facts, stm32f7 §4): both change. */
async function withNeighbours(
  session: GdbSession,
  indexes: readonly number[],
): Promise<readonly number[]> {
  const layout = layoutOf(session);
  const bits = new Set(layout.sectors.filter((s) => indexes.includes(s.index)).map(bitOf(layout)));
  const all = layout.sectors.filter((s) => bits.has(bitOf(layout)(s))).map((s) => s.index);
  const more = all.filter((i) => !indexes.includes(i));
  if (more.length) {
    await line(
      session,
      `NOTE: one option bit stands for two neighbouring sectors here: ${named(more)} too`,
    );
  }
  return all;
}
const bitOf = (layout: Layout) => (s: Sector): number => sectorBit(layout, s);

async function protectOn(session: GdbSession, indexes: readonly number[]): Promise<void> {
  const all = await withNeighbours(session, indexes);
  const changed = await session.target.board.protect(all, true, session.working);
  await line(
    session,
    changed
      ? `set protection for ${range(indexes)}`
      : `${range(indexes)} are protected already: nothing written`,
  );
}
/** The wish is plain: nothing of this range is to be protected. What does not exist is not. */
async function protectOff(session: GdbSession, first: number, last: number): Promise<void> {
  const end = lastSector(session);
  if (last > end) {
    await line(
      session,
      `NOTE: this device has sectors 0..${end}, not ${first}..${last}: the command was written for another chip`,
    );
  }
  if (first > end) return await line(session, "none of them exists here: nothing written");
  const there = sectors(session, first, Math.min(last, end));
  const { board } = session.target;
  const closed = (await board.protectedSectors()).filter((i) => there.includes(i));
  if (closed.length === 0) {
    return await line(session, `${range(there)} are not protected: nothing written`);
  }
  await line(
    session,
    `NOTE: write-protected by the option bytes: ${
      named(closed)
    }. That is taken off; monitor recover brings all option bytes back`,
  );
  await board.protect(await withNeighbours(session, closed), false, session.working);
  await line(session, `cleared protection for ${range(there)}`);
}

const eraseSector: MonitorCommand = {
  name: "flash erase_sector",
  usage: "bank first last",
  help: "erase sectors by number",
  async run(session, [bank, from, to]) {
    needBank(eraseSector, bank);
    const [first, last] = pair(eraseSector, session, from, to);
    const since = session.target.clock.now();
    await session.target.board.eraseSectors(sectors(session, first, last), session.working);
    await line(
      session,
      `erased sectors ${first} through ${last} on flash bank 0 in ${
        took(session, since).toFixed(3)
      }s`,
    );
  },
};
const eraseAddress: MonitorCommand = {
  name: "flash erase_address",
  usage: "[pad] [unlock] address length",
  help: "erase the sectors of a range; without pad it must begin and end with sectors",
  async run(session, args) {
    const words: readonly string[] = args.filter((a) => a === "pad" || a === "unlock");
    const [where, size] = args.filter((a) => !words.includes(a));
    const [at, length] = [need(eraseAddress, where), need(eraseAddress, size)];
    const layout = layoutOf(session);
    const end = at + length;
    if (length === 0 || at < layout.at || end > layout.at + layout.size) {
      throw outside(session, at, length);
    }
    const hit = layout.sectors.filter((s) => s.at < end && s.at + s.size > at);
    const exact = hit[0]?.at === at && hit.every((s) => s.at + s.size <= end);
    if (!exact && !words.includes("pad")) throw notSectors(at, length, hit.map((h) => h.index));
    const since = session.target.clock.now();
    const indexes = hit.map((s) => s.index);
    if (words.includes("unlock")) {
      await session.target.board.protect(indexes, false, session.working);
    }
    await session.target.board.eraseSectors(indexes, session.working);
    await line(
      session,
      `erased address ${hex(at).toLowerCase()} (length ${length}) in ${
        rate(length, took(session, since))
      }`,
    );
  },
};
const spanOf = (at: number, length: number): string =>
  `${hex(at)} … ${hex(at + Math.max(0, length - 1))}`;
function outside(session: GdbSession, at: number, length: number): Error {
  const { at: start, size } = layoutOf(session);
  const range = length === 0 ? `${hex(at)} with a length of 0` : spanOf(at, length);
  return refused("monitor-outside-flash", { range, flash: spanOf(start, size) });
}
function notSectors(at: number, length: number, indexes: readonly number[]): Error {
  const [first, last] = [indexes[0], indexes.at(-1)];
  return refused("monitor-not-sectors", {
    range: spanOf(at, length),
    sectors: first === last ? `sector ${first}` : `sectors ${first}..${last}`,
    at: hex(at),
    length: hex(length, 1),
  });
}

/** Sectors. */
export const flash: readonly MonitorCommand[] = [
  probe,
  banks("flash banks"),
  banks("flash list"),
  info,
  protect,
  eraseSector,
  eraseAddress,
];
