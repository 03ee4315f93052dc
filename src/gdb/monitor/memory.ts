/** mdw, mww and their sisters; reg. */
import { hex, u16le, u32le } from "../../base/mod.ts";
import { refused } from "../faults.ts";
import type { GdbSession } from "../session.ts";
import { line, type MonitorCommand, need, usage } from "./command.ts";

const WIDTHS = { w: 4, h: 2, b: 1 } as const;
const MOST = 4096;

/** Fault: monitor-not-ram. A write to flash would be lost, or leave an error in the controller. */
export function requireNoFlash(session: GdbSession, at: number, length: number): void {
  const hit = session.target.map.find((r) =>
    r.type !== "ram" && at < r.at + r.length && at + length > r.at
  );
  if (hit) throw refused("monitor-not-ram", { range: `${hex(at)} … ${hex(at + length - 1)}` });
}

function display(letter: "w" | "h" | "b"): MonitorCommand {
  const width = WIDTHS[letter];
  const one = (b: Uint8Array, at: number): number =>
    width === 4 ? u32le(b, at) : width === 2 ? u16le(b, at) : b[at] ?? 0;
  const command: MonitorCommand = {
    name: `md${letter}`,
    usage: "address [count]",
    help: `show memory, ${8 * width} bits a value`,
    async run(session, [where, how]) {
      const at = need(command, where);
      const count = Math.min(how === undefined ? 1 : need(command, how), MOST);
      if (at % width !== 0) throw usage(command);
      const bytes = await session.target.readMemory(at, count * width);
      const perLine = 32 / width;
      for (let i = 0; i < count; i += perLine) {
        const n = Math.min(perLine, count - i);
        const values = Array.from(
          { length: n },
          (_, k) => one(bytes, (i + k) * width).toString(16).padStart(2 * width, "0"),
        );
        await line(session, `${hex(at + i * width).toLowerCase()}: ${values.join(" ")}`);
      }
    },
  };
  return command;
}

function write(letter: "w" | "h" | "b"): MonitorCommand {
  const width = WIDTHS[letter];
  const command: MonitorCommand = {
    name: `mw${letter}`,
    usage: "address value [count]",
    help: `write memory, ${8 * width} bits a value; not for flash`,
    async run(session, [where, what, how]) {
      const [at, value] = [need(command, where), need(command, what)];
      const count = Math.min(how === undefined ? 1 : need(command, how), MOST);
      if (at % width !== 0 || value >= 256 ** width) throw usage(command);
      const bytes = Uint8Array.from(
        { length: count * width },
        (_, i) => Math.floor(value / 256 ** (i % width)) % 256,
      );
      requireNoFlash(session, at, bytes.length);
      await session.target.writeMemory(at, bytes);
    },
  };
  return command;
}

const reg: MonitorCommand = {
  name: "reg",
  usage: "[name|number [value]]",
  help: "show or set registers",
  async run(session, [name, value]) {
    const all = session.described.filter((r) => r.bits === 32);
    // as OpenOCD takes them: xPSR, and numbers
    const is = (r: { readonly name: string }, n: number) =>
      r.name === name?.toLowerCase() || String(n) === name;
    const wanted = name === undefined ? all : all.filter(is);
    const [first] = wanted;
    if (first === undefined) throw usage(reg);
    if (name !== undefined && value !== undefined) {
      await session.target.writeRegisters({ [first.name]: need(reg, value) });
    }
    if (name === undefined) await line(session, "===== arm v7m registers");
    const values = await session.target.readRegisters(wanted.flatMap((r) => r.parts));
    for (const [i, r] of wanted.entries()) {
      await line(
        session,
        `(${all.indexOf(r)}) ${r.name} (/32): ${hex(values[i] ?? 0).toLowerCase()}`,
      );
    }
  },
};

/** Memory and registers. */
export const memory: readonly MonitorCommand[] = [
  display("w"),
  display("h"),
  display("b"),
  write("w"),
  write("h"),
  write("b"),
  reg,
];
