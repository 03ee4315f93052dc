/** Monitor commands: finding the one that a line means, help. */
import { fault } from "../faults.ts";
import type { GdbSession } from "../session.ts";
import { line, type MonitorCommand, parseLine } from "./command.ts";
import { flash } from "./flash.ts";
import { images } from "./images.ts";
import { memory } from "./memory.ts";
import { misc } from "./misc.ts";
import { others } from "./others.ts";
import { optionCommands } from "./options.ts";
import { runControl } from "./run_control.ts";

const help: MonitorCommand = {
  name: "help",
  usage: "[command]",
  help: "what there is",
  async run(session, words) {
    const name = words.join(" ");
    for (const c of MONITOR.filter((m) => m.name.startsWith(name))) {
      await line(session, `${`${c.name} ${c.usage}`.trim().padEnd(44)} ${c.help}`);
    }
  },
};

/** Every command. */
export const MONITOR: readonly MonitorCommand[] = [
  ...runControl,
  ...memory,
  ...flash,
  ...images,
  ...optionCommands,
  ...misc,
  ...others,
  help,
];

/** The command whose name's words begin the line, the longest first. */
function find(words: readonly string[]): { command: MonitorCommand; args: readonly string[] } {
  for (let n = Math.min(2, words.length); n > 0; n--) {
    const name = words.slice(0, n).join(" ");
    const command = MONITOR.find((c) => c.name === name);
    if (command) return { command, args: words.slice(n) };
  }
  const near = MONITOR.filter((c) => c.name.split(" ")[0] === words[0]).map((c) => c.name);
  // the second word is part of the name only where there are such names
  const name = words.slice(0, near.length ? 2 : 1).join(" ");
  const why = near.length
    ? `of ${words[0]} there are: ${near.join(", ")}`
    : "no command of that name is known";
  throw fault("monitor-unknown", { command: name, why });
}

/** Runs every command of a line, in order; the first that fails ends it. */
export async function runMonitor(session: GdbSession, text: string): Promise<void> {
  for (const words of parseLine(text)) {
    const { command, args } = find(words);
    await command.run(session, args);
  }
}
