/** What monitor commands do to flash and option bytes, over the flash room. */
import { hex } from "../base/mod.ts";
import { type Sector, sectorBit } from "../chip/mod.ts";
import { CAUSES, diagnoseFindings, diagnosisLines, examineAttached } from "../doctor/mod.ts";
import { afterWriting, factoryProfile, type Progress } from "../flash/mod.ts";
import { placeImage } from "../plan/mod.ts";
import { requireReadable } from "../recipe/mod.ts";
import { fault, refused } from "./faults.ts";
import { fromPrompt } from "./guards.ts";
import type { Held } from "./held.ts";
import type { BoardCommands, Say } from "./target.ts";
import { resetTarget } from "./vector_catch.ts";

/** Progress as one line an act; an empty text in between: the board is still at work. */
export const telling = (say: Say) => (p: Progress): void =>
  say(p.done === p.total ? `${p.what}: ${p.total} ${p.unit}` : "");

const NOT_SEEN = { state: "unknown", text: "they were written, and not read back" } as const;
/** Writes the fields that differ, takes each write up by a reset, reads back. Gives what is to be told, or undefined when nothing differed. */
async function writeOptions(
  held: Held,
  wanted: Readonly<Record<string, number>>,
  say: Say,
): Promise<readonly string[] | undefined> {
  const { flash, core } = held;
  let now = await flash.readOptions();
  const steps = flash.optionSteps(now, wanted);
  const before = flash.layout.sectors.length;
  let moved = false;
  for (const { why, plan } of steps) {
    say(why);
    await held.writingOptions(now, plan, async () => {
      await held.flash.writeOptions(plan);
      await afterWriting(NOT_SEEN, async () => {
        await resetTarget(core, true);
        moved = await held.reopened() || moved;
        now = await held.flash.readOptions();
      });
      requireTaken(now.fields, plan.changes);
    });
  }
  if (steps.length === 0) return undefined;
  return moved
    ? [
      `NOTE: flash is laid out anew: ${held.flash.layout.sectors.length} sectors instead of ${before}, and what it held is not where it was.`,
      "gdb keeps the sectors that it learned when it connected, and would erase others than it means:",
      "nothing is loaded before gdb has connected again (disconnect, target extended-remote).",
    ]
    : [];
}

function requireTaken(
  fields: Readonly<Record<string, { readonly value: number; readonly text: string }>>,
  changes: readonly { readonly field: string; readonly after: number }[],
): void {
  const missing = changes.find((c) => fields[c.field]?.value !== c.after);
  if (!missing) return;
  throw fault("monitor-options-not-taken", {
    field: missing.field,
    value: fields[missing.field]?.text ?? "?",
  }, {
    board: { state: "unknown", text: "option bytes were written; what is stored is not certain" },
  });
}

/** nWRP with the bits of some sectors set (open) or cleared (protected). */
async function protect(
  held: Held,
  indexes: readonly number[],
  on: boolean,
  say: Say,
): Promise<boolean> {
  const { flash } = held;
  const closed = (await flash.protectedSectors()).map((s) => s.index);
  const differing = indexes.filter((i) => closed.includes(i) !== on);
  if (differing.length === 0) return false;
  const bits = new Set(
    flash.layout.sectors.filter((s) => differing.includes(s.index))
      .map((s) => sectorBit(flash.layout, s)),
  );
  let nWRP = (await flash.readOptions()).fields["nWRP"]?.value ?? 0;
  for (const b of bits) {
    const open = Math.floor(nWRP / 2 ** b) % 2 === 1;
    if (open === on) nWRP += on ? -(2 ** b) : 2 ** b;
  }
  return await writeOptions(held, { nWRP }, say) !== undefined;
}

/** As writeOptions, and refuses what would erase flash by the way. */
async function setOptions(
  held: Held,
  wanted: Readonly<Record<string, number>>,
  say: Say,
): Promise<readonly string[] | undefined> {
  const { flash } = held;
  const now = await flash.readOptions();
  const erases = flash.optionSteps(now, wanted).some((s) => s.plan.massErases);
  if (erases) throw refused("monitor-would-erase", { level: now.rdpLevel });
  return await writeOptions(held, wanted, say);
}

async function optionLines(held: Held): Promise<readonly string[]> {
  const { registers, fields, notFactory } = await held.flash.readOptions();
  return [
    ...Object.entries(registers).map(([name, value]) => `${name.padEnd(12)} ${hex(value)}`),
    ...Object.entries(fields).map(([name, f]) =>
      `${notFactory.includes(name) ? "!" : " "} ${name.padEnd(10)} ${f.text}`
    ),
  ];
}

/** The doctor's whole text; that the core stands still is this debugger's own doing. */
async function doctorLines(held: Held): Promise<readonly string[]> {
  const { core, parts, flash } = held;
  const findings = await examineAttached({
    core,
    clock: core.clock,
    volts: flash.volts,
    ...(parts.probe ? { probe: parts.probe } : {}),
  });
  const diagnosis = diagnoseFindings(findings, CAUSES.filter((row) => row.slug !== "halted"));
  return diagnosisLines(findings, diagnosis).map(fromPrompt);
}

/** The board's side of monitor commands. */
export function boardCommands(held: Held, acceptWatchdog: () => void): BoardCommands {
  const { chip } = held;
  const erase = async (sectors: readonly Sector[], act: () => Promise<void>, say: Say) => {
    const { flash } = held;
    const at = sectors[0]?.at ?? flash.layout.at;
    requireReadable(flash, await flash.readOptions(), "erase", at);
    await held.overwriting("erasing", sectors, act, { say });
  };
  return {
    get layout() {
      return held.flash.layout;
    },
    chipText: `${chip.sub.name} (${
      hex(chip.sub.devId, 3)
    } rev ${chip.revision}), ${chip.flashKiB} KiB`,
    protectedSectors: async () => (await held.flash.protectedSectors()).map((s) => s.index),
    async eraseSectors(indexes, say) {
      const sectors = held.flash.layout.sectors.filter((s) => indexes.includes(s.index));
      await erase(sectors, () => held.flash.erase(sectors, telling(say)), say);
    },
    async massErase(say) {
      const { sectors } = held.flash.layout;
      await erase(sectors, () => held.flash.massErase(telling(say)), say);
    },
    protect: (indexes, on, say) => protect(held, indexes, on, say),
    optionWords: async () => (await held.flash.readOptions()).registers,
    optionLines: () => optionLines(held),
    writeOptions: (wanted, say) => writeOptions(held, wanted, say),
    optionNames: Object.keys(chip.sub.options),
    setOptions: (wanted, say) => setOptions(held, wanted, say),
    recover: (say) => setOptions(held, factoryProfile(chip), say),
    doctorLines: () => doctorLines(held),
    acceptWatchdog,
    requirePlaced(file, pieces) {
      const image = { file, pieces: pieces.map((p) => ({ ...p, from: file })) };
      placeImage(image, chip, held.flash.layout);
    },
    async readImage(file, base) {
      const image = await held.parts.readImage(file, base);
      return image.pieces;
    },
  };
}
