/** The core and its surroundings: reset, halt, frozen watchdogs, supply; and which chip it is. */
import { and, hex, or } from "../../base/mod.ts";
import { partsOf } from "../../chip/mod.ts";
import { fault } from "../faults.ts";
import { Unknown } from "../expressions.ts";
import { notSaid, peripheralsOf } from "../board_file.ts";
import type { Act, Deed, Done, LookAt } from "./act.ts";
import { optionBytesValid } from "./options.ts";

/** chip.identify */
export const chipIdentify: Act = async ({ view }) => {
  const { chip, volts } = view;
  const options = await view.options();
  const parts = partsOf(chip);
  const one = parts.length === 1 ? parts[0]?.toUpperCase() : undefined;
  return {
    state: "unchanged",
    effect: "read",
    summary: `${
      one ?? chip.sub.name
    } rev ${chip.revision}, ${chip.flashKiB} KiB, RDP level ${options.rdpLevel}${
      volts === undefined ? "" : `, ${volts.toFixed(2)} V`
    }`,
    outputs: {
      uid: chip.uid,
      part: chip.sub.name,
      // the probe's converter has no more digits than these
      ...(volts === undefined ? {} : { vdd: Math.round(volts * 1000) / 1000 }),
      flash_kib: chip.flashKiB,
      rdp_level: options.rdpLevel,
      option_bytes_valid: optionBytesValid(view, options),
    },
  };
};

/** The program counter without its Thumb bit. */
async function pcOf({ bench }: Deed): Promise<number> {
  const [pc = 0] = await bench.core.readRegisters(["pc"]);
  return pc - pc % 2;
}

/** core.reset */
export const coreReset: Act = (_, p) => {
  const halt = p["then"] !== "run";
  return Promise.resolve({
    state: "would_change",
    effect: "volatile",
    summary: halt ? "reset, and stop before the first instruction" : "reset, and let it run",
    outputs: halt ? { pc: new Unknown(["pc"]) } : {},
    act: async (deed): Promise<Done> => {
      if (!halt) {
        const { by } = await deed.bench.core.reset();
        return { changed: true, summary: `reset by ${by}; it runs`, outputs: {} };
      }
      const { by } = await deed.bench.core.resetAndHalt();
      const pc = await pcOf(deed);
      return {
        changed: true,
        summary: `reset by ${by}; the core stands at ${hex(pc)}`,
        outputs: { pc },
      };
    },
  });
};

/** core.halt */
export const coreHalt: Act = () =>
  Promise.resolve({
    state: "would_change",
    effect: "volatile",
    summary: "stop the core",
    outputs: { pc: new Unknown(["pc"]) },
    act: async (deed): Promise<Done> => {
      await deed.bench.core.halt();
      const pc = await pcOf(deed);
      return { changed: true, summary: `the core stands at ${hex(pc)}`, outputs: { pc } };
    },
  });

/** What the board's file lists, as bits of debug registers. Faults: board-does-not-say, board-other-chip. */
function listed({ view, io: { board } }: LookAt) {
  const names = board?.document.freeze;
  if (!names) {
    const why = board ? `${board.source.file} has no freeze` : "none was given";
    throw notSaid("what: [board-listed]", why);
  }
  return names.map((name) => {
    const found = peripheralsOf(view.chip.family).find((p) => p.name === name);
    if (found) return { name, at: found.at, set: 2 ** found.bit };
    throw fault("board-other-chip", {
      board: board.document.name,
      chip: `chip with ${name}`,
      found: view.chip.sub.name,
    });
  });
}

/**
 * core.freeze-peripherals; attaching froze the watchdogs, and a power cycle may have undone that.
 * Faults: board-does-not-say, board-other-chip.
 */
export const coreFreeze: Act = (at, p) => {
  const what = p["what"] as readonly string[];
  const watchdogs = what.includes("watchdogs") ? at.view.chip.family.debug.freeze : [];
  const freeze = [...watchdogs, ...(what.includes("board-listed") ? listed(at) : [])];
  const names = freeze.map((f) => f.name).join(", ");
  const summary = what.includes("board-listed")
    ? `${names} stand still while the core is halted`
    : "watchdogs stand still while the core is halted";
  return Promise.resolve({
    state: "unchanged",
    effect: "volatile",
    summary: what.includes("board-listed") ? summary : `${summary} (${names})`,
    outputs: {},
    sparesFlash: true,
    act: async ({ bench }): Promise<Done> => {
      const memory = bench.core.uncached;
      const bits = new Map<number, number>();
      for (const f of freeze) bits.set(f.at, or(bits.get(f.at) ?? 0, f.set));
      const words = await memory.batch([...bits.keys()].map((read) => ({ read })));
      const writes = [...bits].flatMap(([write, set], i) => {
        const was = words[i] ?? 0;
        return and(was, set) === set ? [] : [{ write, value: or(was, set) }];
      });
      if (writes.length > 0) await memory.batch(writes);
      return {
        changed: writes.length > 0,
        summary,
        outputs: {},
      };
    },
  });
};

/** how long a supply stays off when nobody says: capacitors of a board are empty by then */
const USUAL_OFF_MS = 500;

/** power.cycle. Faults: power-not-switched, nobody-to-ask. */
export const powerCycle: Act = ({ io }, p) => {
  const off = typeof p["off"] === "number" ? p["off"] : USUAL_OFF_MS;
  const asks = !io.powerCycle;
  if (asks && p["fallback"] !== "ask-operator") throw fault("power-not-switched");
  return Promise.resolve({
    state: "would_change",
    effect: "volatile",
    summary: asks
      ? "take the power away and give it back; this board has no switched supply: you will be asked"
      : `switch the supply off for ${off} ms and on`,
    outputs: {},
    act: async ({ bench, io }): Promise<Done> => {
      if (io.powerCycle) await io.powerCycle(off);
      else {
        const what = "Take the board's power away, wait a second, and give it back.";
        if (!await io.ask?.(what)) throw fault("nobody-to-ask", { what });
      }
      await bench.reattach();
      return { changed: true, summary: "switched off and on, attached again", outputs: {} };
    },
  });
};
