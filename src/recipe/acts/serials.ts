/** Serial numbers: reserve one for a chip, keep it, or give it back. */
import { Fault } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import type { SerialBook, SerialEntry } from "../serial_book.ts";
import type { Station } from "../station.ts";
import type { View } from "../view.ts";
import type { Act, ActIo, ActParameters, Done } from "./act.ts";

/** Fault: no-station. */
export function stationOf(io: ActIo, what: string): Station {
  const { station } = io.desk;
  if (station) return station;
  throw fault("no-station", { what, why: "no station folder was named" });
}

const textOf = (p: ActParameters, name: string): string => String(p[name] ?? "");

const entry = (
  { desk }: ActIo,
  kind: SerialEntry["kind"],
  who: Pick<SerialEntry, "serial" | "uid" | "order">,
): SerialEntry => ({
  serials: "1.0",
  kind,
  serial: who.serial,
  uid: who.uid,
  order: who.order,
  run: desk.run,
  at: new Date(desk.nowMs()).toISOString(),
});

/** serial.reserve. Faults: no-station, serial-uid-twice, serial-taken, serial-not-ours, serials-used-up. */
export const serialReserve: Act = async ({ io }, p) => {
  const station = stationOf(io, "serial.reserve");
  const [uid, order] = [textOf(p, "uid"), textOf(p, "order")];
  const wanted = typeof p["wanted"] === "string" ? p["wanted"] : undefined;
  const wish = { uid, order, wanted };
  const { serial, had } = await station.serials((book) => ({ gives: book.reserve(wish) }));
  if (had) {
    io.desk.unit.serial = serial;
    io.desk.unit.order = order;
    return {
      state: "unchanged",
      effect: "read",
      summary: `this chip has ${serial} already${had.committed ? "" : ", reserved"}`,
      outputs: { serial },
    };
  }
  io.desk.promised.add(serial);
  const act = async (): Promise<Done> => {
    const taken = await station.serials((book) => {
      const r = book.reserve(wish);
      const add = r.had ? undefined : entry(io, "reserve", { serial: r.serial, uid, order });
      return { add, gives: r.serial };
    });
    io.desk.unit.serial = taken;
    io.desk.unit.order = order;
    return { changed: true, summary: `reserved ${taken}`, outputs: { serial: taken } };
  };
  return {
    state: "would_change",
    effect: "volatile",
    summary: `reserve ${serial}${wanted === undefined ? ", the next one" : ""}`,
    outputs: { serial },
    sparesFlash: true,
    act,
  };
};

/** serial.commit. Faults: no-station, serial-not-reserved. */
export const serialCommit: Act = async ({ io, view }, p) => {
  const station = stationOf(io, "serial.commit");
  const serial = textOf(p, "serial");
  const { uid } = view.chip;
  const find = (book: SerialBook) => book.holding(serial);
  const now = await station.serials((book) => ({ gives: find(book) }));
  if (now?.committed && now.uid === uid) {
    const summary = `${serial} is kept for this chip already`;
    return { state: "unchanged", effect: "read", summary, outputs: {} };
  }
  return {
    state: "would_change",
    effect: "volatile",
    summary: `keep ${serial} for this chip`,
    outputs: {},
    sparesFlash: true,
    act: async (): Promise<Done> => {
      await station.serials((book) => {
        const { order } = book.require(serial, uid);
        return { add: entry(io, "commit", { serial, uid, order }), gives: undefined };
      });
      return { changed: true, summary: `${serial} is kept for this chip`, outputs: {} };
    },
  };
};

/** Whether the chip holds the number where this run would have put it; undefined: nobody can look. */
async function carries(io: ActIo, view: View, serial: string): Promise<boolean | undefined> {
  try {
    for (const { at, length } of io.desk.overlays) {
      const bytes = await view.read(at, length);
      if (new TextDecoder("latin1").decode(bytes).includes(serial)) return true;
    }
    return false;
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    return undefined;
  }
}

/** Why a number stays with its chip, or undefined when it may go back. */
async function keptBecause(
  io: ActIo,
  view: View,
  serial: string,
  book: SerialBook,
  keepIf: unknown,
): Promise<string | undefined> {
  const holding = book.require(serial, view.chip.uid);
  if (holding.committed) return "it was kept before";
  if (holding.run !== io.desk.run) return "it is from an earlier run";
  if (keepIf !== "chip-carries-it") return undefined;
  const there = await carries(io, view, serial);
  if (there === undefined) return "flash cannot be read, so the chip may carry it";
  return there ? "the chip carries it" : undefined;
}

/** serial.release. Faults: no-station, serial-not-reserved. */
export const serialRelease: Act = async ({ io, view }, p) => {
  const station = stationOf(io, "serial.release");
  const serial = textOf(p, "serial");
  const book = await station.serials((b) => ({ gives: b }));
  const promised = book.holding(serial) === undefined && io.desk.promised.has(serial);
  const kept = promised ? undefined : await keptBecause(io, view, serial, book, p["keep_if"]);
  if (kept !== undefined) {
    const summary = `${serial} stays with this chip: ${kept}`;
    return { state: "unchanged", effect: "read", summary, outputs: {} };
  }
  return {
    state: "would_change",
    effect: "volatile",
    summary: `give ${serial} back`,
    outputs: {},
    sparesFlash: true,
    act: async (): Promise<Done> => {
      await station.serials((b) => {
        const { uid, order } = b.require(serial, view.chip.uid);
        return { add: entry(io, "release", { serial, uid, order }), gives: undefined };
      });
      delete io.desk.unit.serial;
      return { changed: true, summary: `${serial} was given back`, outputs: {} };
    },
  };
};
