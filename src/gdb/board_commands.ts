/** What monitor commands do to flash and option bytes, over the flash room. */
import { hex } from "../base/mod.ts";
import { sectorBit } from "../chip/mod.ts";
import { factoryProfile, type Progress } from "../flash/mod.ts";
import { placeImage } from "../plan/mod.ts";
import type { TargetParts } from "./board_target.ts";
import { fault } from "./faults.ts";
import type { BoardCommands, Say } from "./target.ts";
import { resetTarget } from "./vector_catch.ts";

const telling = (say: Say) => (p: Progress): void => {
  if (p.done === p.total) say(`${p.what}: ${p.total} ${p.unit}`);
};

/** Writes the fields that differ, takes each write up by a reset, reads back. */
async function writeOptions(
  { flash, core }: TargetParts,
  wanted: Readonly<Record<string, number>>,
  say: Say,
): Promise<boolean> {
  const steps = flash.optionSteps(await flash.readOptions(), wanted);
  for (const step of steps) {
    say(step.why);
    await flash.writeOptions(step.plan);
    await resetTarget(core, true);
  }
  const now = await flash.readOptions();
  const missing = Object.entries(wanted).find(([name, v]) => now.fields[name]?.value !== v);
  if (missing) {
    throw fault("monitor-options-not-taken", {
      field: missing[0],
      value: now.fields[missing[0]]?.text ?? "?",
    });
  }
  return steps.length > 0;
}

/** nWRP with the bits of some sectors set (open) or cleared (protected). */
async function protect(
  parts: TargetParts,
  indexes: readonly number[],
  on: boolean,
  say: Say,
): Promise<boolean> {
  const { flash } = parts;
  const closed = (await flash.protectedSectors()).map((s) => s.index);
  const differing = indexes.filter((i) => closed.includes(i) !== on);
  if (differing.length === 0) return false;
  const now = (await flash.readOptions()).fields["nWRP"]?.value ?? 0;
  const bits = new Set(
    flash.layout.sectors.filter((s) => differing.includes(s.index))
      .map((s) => sectorBit(flash.layout, s)),
  );
  let nWRP = now;
  for (const b of bits) {
    const open = Math.floor(nWRP / 2 ** b) % 2 === 1;
    if (open === on) nWRP += on ? -(2 ** b) : 2 ** b;
  }
  return await writeOptions(parts, { nWRP }, say);
}

async function recover(parts: TargetParts, say: Say): Promise<boolean> {
  const { flash, chip } = parts;
  const now = await flash.readOptions();
  const plan = flash.planOptions(now, factoryProfile(chip));
  if (plan.massErases) throw fault("monitor-would-erase", { level: now.rdpLevel });
  return await writeOptions(parts, factoryProfile(chip), say);
}

/** The board's side of monitor commands. */
export function boardCommands(parts: TargetParts, acceptWatchdog: () => void): BoardCommands {
  const { flash, chip } = parts;
  const byIndex = (indexes: readonly number[]) =>
    flash.layout.sectors.filter((s) => indexes.includes(s.index));
  return {
    layout: flash.layout,
    chipText: `${chip.sub.name} (${
      hex(chip.sub.devId, 3)
    } rev ${chip.revision}), ${chip.flashKiB} KiB`,
    protectedSectors: async () => (await flash.protectedSectors()).map((s) => s.index),
    eraseSectors: (indexes, say) => flash.erase(byIndex(indexes), telling(say)),
    massErase: (say) => flash.massErase(telling(say)),
    protect: (indexes, on, say) => protect(parts, indexes, on, say),
    optionWords: async () => (await flash.readOptions()).registers,
    async optionLines() {
      const { registers, fields, notFactory } = await flash.readOptions();
      return [
        ...Object.entries(registers).map(([name, value]) => `${name.padEnd(12)} ${hex(value)}`),
        ...Object.entries(fields).map(([name, f]) =>
          `${notFactory.includes(name) ? "!" : " "} ${name.padEnd(10)} ${f.text}`
        ),
      ];
    },
    writeOptions: (wanted, say) => writeOptions(parts, wanted, say),
    recover: (say) => recover(parts, say),
    acceptWatchdog,
    requirePlaced(file, pieces) {
      const image = { file, pieces: pieces.map((p) => ({ ...p, from: file })) };
      placeImage(image, chip, flash.layout);
    },
    async readImage(file, base) {
      const image = await parts.readImage(file, base);
      return image.pieces;
    },
  };
}
