/** Trouble by name, at a place that can be repeated: on the cable, on the debug bus, on the board. */
import { hex } from "../base/mod.ts";
import { BusError, type Target, type Timeline } from "./contracts.ts";
import { fault } from "./faults.ts";
import type { Cable } from "./boards/cable.ts";
import type { Stm32F7 } from "./silicon/chip.ts";
import { Random } from "./silicon/random.ts";

/** Where `@` counts. */
type Unit = "exchange" | "access" | "ms" | "address" | "none";
interface Kind {
  readonly unit: Unit;
  /** what `:` gives, with its default */
  readonly extra?: { readonly what: string; readonly value: number };
  /** highest place that the seed may choose */
  readonly upTo: number;
  readonly text: string;
}

/** Every trouble there is. An exchange is one bulk transfer, counted from 1; an access one of the AHB-AP. */
export const TROUBLES = {
  lost: { unit: "exchange", upTo: 300, text: "the transfer never completes" },
  short: { unit: "exchange", upTo: 300, text: "only half of its bytes arrive" },
  late: {
    unit: "exchange",
    extra: { what: "ms", value: 50 },
    upTo: 300,
    text: "it completes later",
  },
  stall: { unit: "exchange", upTo: 300, text: "the endpoint stalls" },
  unplug: { unit: "exchange", upTo: 300, text: "the cable is pulled instead" },
  wait: {
    unit: "access",
    extra: { what: "ms", value: 50 },
    upTo: 2000,
    text: "from this access on the debug bus answers WAIT",
  },
  apfault: { unit: "access", upTo: 2000, text: "the access is answered with an error" },
  nrst: { unit: "none", upTo: 0, text: "NRST is not wired to the probe" },
  sag: {
    unit: "ms",
    extra: { what: "volts", value: 1.9 },
    upTo: 2000,
    text: "VDD falls to this and stays there",
  },
  brownout: {
    unit: "ms",
    extra: { what: "ms", value: 5 },
    upTo: 2000,
    text: "VDD is gone for so long",
  },
  bite: { unit: "ms", upTo: 2000, text: "the window watchdog resets the chip" },
  stuck: {
    unit: "address",
    extra: { what: "bit", value: 0 },
    upTo: 0x1_0000,
    text: "this bit of flash cannot be programmed to 0",
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** The name of a trouble. */
export type TroubleName = keyof typeof TROUBLES;
/** One trouble with its place. */
export interface Trouble {
  readonly name: TroubleName;
  readonly at: number;
  readonly extra: number;
}

const FLASH_AT = 0x0800_0000;

function bad(what: string): never {
  const names = Object.entries(TROUBLES).map(([name, kind]: [string, Kind]) => {
    const extra = kind.extra === undefined ? "" : `[:${kind.extra.what}]`;
    return kind.unit === "none" ? name : `${name}[@${kind.unit}]${extra}`;
  });
  throw fault("sim-bad-option", { what, allowed: `chaos takes ${names.join(", ")}` });
}

/**
 * Reads `unplug@137,brownout@12.5ms:3`. A place that is not given is chosen by the seed. Faults:
 * sim-bad-option.
 */
export function parseChaos(text: string, seed: number): readonly Trouble[] {
  const random = new Random(seed);
  return text.split(",").filter((t) => t !== "").map((part) => {
    const m = /^([a-z]+)(?:@([0-9a-fx.]+?)(ms)?)?(?::([\d.]+)(?:ms|V)?)?$/i.exec(part);
    const name = m?.[1] ?? part;
    if (m === null || !Object.hasOwn(TROUBLES, name)) return bad(`No trouble is called ${part}`);
    const kind: Kind = TROUBLES[name as TroubleName];
    const chosen = 1 + random.below(kind.upTo) + (kind.unit === "address" ? FLASH_AT : 0);
    const at = m[2] === undefined ? chosen : Number(m[2]);
    const extra = m[4] === undefined ? kind.extra?.value ?? 0 : Number(m[4]);
    const wrongUnit = m[3] !== undefined && kind.unit !== "ms";
    const misplaced = (m[2] !== undefined && kind.unit === "none") ||
      (m[4] !== undefined && kind.extra === undefined);
    const whole = kind.unit === "ms" || Number.isInteger(at);
    if (Number.isNaN(at) || Number.isNaN(extra) || wrongUnit || misplaced || !whole) {
      return bad(`${part} cannot be read`);
    }
    return { name: name as TroubleName, at, extra };
  });
}

/** Puts the troubles of the cable on it. */
export function troubleCable(cable: Cable, troubles: readonly Trouble[], time: Timeline): void {
  const byPlace = new Map(
    troubles.filter((t) => TROUBLES[t.name].unit === "exchange").map((t) => [t.at, t]),
  );
  if (byPlace.size === 0) return;
  let count = 0;
  cable.meddler = (urb, deliver) => {
    const trouble = byPlace.get(++count);
    const half = Math.floor((urb.in ? urb.length : urb.data.length) / 2);
    switch (trouble?.name) {
      case undefined:
        return deliver(urb);
      case "lost":
        return; // nobody answers; the host's timeout takes it back
      case "stall":
        if (cable.device.halt === undefined) return urb.done(-32, new Uint8Array(0), 0);
        cable.device.halt((urb.in ? 0x80 : 0) | urb.endpoint);
        return deliver(urb);
      case "unplug":
        return cable.unplug();
      case "late":
        time.at(time.now + trouble.extra * 1e6, () => deliver(urb));
        return;
      case "short":
        if (!urb.in) return deliver({ ...urb, data: urb.data.subarray(0, half) });
        return deliver({
          ...urb,
          done: (status, data) => {
            const part = data.subarray(0, Math.floor(data.length / 2));
            urb.done(status, part, part.length);
          },
        });
    }
  };
}

/** The target with the troubles of the debug bus in front of it. */
export function troubleTarget(target: Target, troubles: readonly Trouble[]): Target {
  const storms = troubles.filter((t) => t.name === "wait");
  const faults = new Set(troubles.filter((t) => t.name === "apfault").map((t) => t.at));
  if (storms.length === 0 && faults.size === 0) return target;
  let count = 0;
  const ends = storms.map(() => 0);
  const stormEnd = (): number => {
    storms.forEach((s, i) => {
      if (ends[i] === 0 && count + 1 >= s.at) ends[i] = target.time.now + s.extra * 1e6;
    });
    return Math.max(0, ...ends);
  };
  const counted = (at: number): void => {
    if (faults.has(++count)) throw new BusError(at, "chaos: an access was answered with an error");
  };
  return new Proxy(target, {
    get(_, key): unknown {
      if (key === "readyAt") {
        return (at: number, write?: boolean) => Math.max(target.readyAt(at, write), stormEnd());
      }
      if (key === "debugRead") {
        return (at: number, width: 1 | 2 | 4) => (counted(at), target.debugRead(at, width));
      }
      if (key === "debugWrite") {
        return (
          at: number,
          width: 1 | 2 | 4,
          value: number,
        ) => (counted(at), target.debugWrite(at, width, value));
      }
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
}

/** Arranges the troubles of the board itself. */
export function troubleChip(chip: Stm32F7, troubles: readonly Trouble[]): void {
  const at = (t: Trouble, act: () => void) => chip.time.at(chip.time.now + t.at * 1e6, act);
  for (const t of troubles) {
    if (t.name === "nrst") chip.nrstWired = false;
    if (t.name === "sag") at(t, () => chip.setVolts(t.extra));
    if (t.name === "bite") at(t, () => chip.powered && chip.bite("WWDG"));
    if (t.name === "brownout") {
      at(t, () => {
        const { volts } = chip;
        chip.setVolts(0);
        chip.time.after(t.extra * 1e6, () => chip.setVolts(volts));
      });
    }
    if (t.name === "stuck") {
      const offset = t.at - FLASH_AT;
      if (offset < 0 || offset >= chip.cells.bytes.length) {
        bad(`stuck@${hex(t.at)} is not in flash`);
      }
      chip.cells.stuck.push({ offset, mask: 1 << (t.extra & 7), value: 0xFF });
    }
  }
}
