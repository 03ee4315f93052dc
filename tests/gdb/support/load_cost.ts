/** 256 KiB by gdb's `load` and by `probekit flash`, on two boards that hold the same: board time and exchanges. */
import { readState } from "../../../tasks/plugs.ts";
import { FileJournal } from "../../../src/cli/mod.ts";
import { encodeHex } from "../../../src/image/ihex.ts";
import { Journalist } from "../../../src/recipe/mod.ts";
import { openSim } from "../../../src/sim/mod.ts";
import { firmware, Folder, probekitJson } from "../../cli/support/program.ts";
import { served } from "./virtual.ts";

const FLASH = 0x0800_0000;
const SIZE = 256 * 1024;

/** What is in flash before. */
export const CONTENTS = ["blank", "factory content", "other content", "same content"] as const;
export type Content = typeof CONTENTS[number];

/** Board time in ms, attaching included. */
export interface LoadCost {
  readonly content: Content;
  readonly flashMs: number;
  readonly flashExchanges: number;
  readonly loadMs: number;
  readonly loadExchanges: number;
  /** what gdb said */
  readonly text: string;
}

const SEEDS: Readonly<Record<Content, number | undefined>> = {
  "blank": undefined,
  "factory content": undefined,
  "other content": 2,
  "same content": 1,
};

/** The selector of a saved board that holds it. */
function board(dir: Folder, name: string, content: Content): string {
  const scenario = content === "factory content" ? "factory" : "blank";
  const selector = `sim:stm32f746g-disco?scenario=${scenario}&state=${dir.at(name)}`;
  const sim = openSim(selector, {
    readState,
    writeState: (path, b) => Deno.writeFileSync(path, b),
  });
  const seed = SEEDS[content];
  if (seed !== undefined) sim.board.putFlash(FLASH, firmware(SIZE, seed));
  Deno.writeFileSync(dir.at(name), sim.board.save());
  return selector;
}

/** Measures both. */
export async function measureLoad(content: Content): Promise<LoadCost> {
  using dir = new Folder();
  const bytes = firmware(SIZE, 1);
  const bin = dir.put("image.bin", bytes);
  const hex = dir.put("image.hex", encodeHex([{ at: FLASH, bytes }]));
  const probe = board(dir, "flash.pk", content);
  const flash = await probekitJson(["flash", bin, "--base", "0x08000000", "--probe", probe]);
  if (flash.exit !== 0) throw new Error(flash.err);
  // as `probekit gdb` has it: what is about to be overwritten is read and kept, as by flash
  const notes = new FileJournal(dir.at("notes"));
  const who = { run: "RUN", tool: "test", recipe: "gdb", nowMs: () => 0 };
  let cost: LoadCost | undefined;
  await served(board(dir, "gdb.pk", content), async (s) => {
    const { text } = await s.gdb([`load ${hex}`]);
    // detaching lets the program run; what that costs is nothing beside the rest
    cost = {
      content,
      flashMs: flash.boardTimeMs,
      flashExchanges: flash.usbExchanges,
      loadMs: Math.round(s.bench.clock.now()),
      loadExchanges: s.exchanges(),
      text,
    };
    const held = s.board.flash.subarray(0, SIZE);
    if (held.some((b, i) => b !== bytes[i])) {
      throw new Error(`gdb's load left other bytes:\n${text}`);
    }
  }, { parts: (bench) => ({ journal: new Journalist(notes, bench, who) }) });
  if (!cost) throw new Error("not measured");
  return cost;
}
