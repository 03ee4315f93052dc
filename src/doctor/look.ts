/** Looks at a chip that answers: reads only, each group by itself, so that one refusal hides nothing else. */
import { type Clock, describe, hex, type Memory } from "../base/mod.ts";
import {
  type Chip,
  FAMILIES,
  flashRegister,
  identify,
  layoutOf,
  optionRegisters,
} from "../chip/mod.ts";
import { decodeOptions, type OptionBytes } from "../flash/mod.ts";
import type { Climb } from "./climb.ts";
import { lookAtCore, lookAtProgram, word } from "./look_core.ts";
import { lookAtLiveTable, lookAtVectors } from "./look_vectors.ts";

async function lookAtOptions(
  climb: Climb,
  memory: Memory,
  chip: Chip,
): Promise<OptionBytes> {
  const names = optionRegisters(chip.family, chip.sub);
  const at = names.map((n) => flashRegister(chip.family, chip.sub, n).at);
  const words = await memory.batch(at.map((read) => ({ read })));
  const registers = Object.fromEntries(names.map((n, i) => [n, words[i] ?? 0]));
  const options = decodeOptions(chip, registers);
  climb.add({ options, layout: layoutOf(chip.sub, chip.flashKiB, registers) });
  const values = Object.entries(registers).map(([n, v]) => `${n} ${hex(v)}`).join(", ");
  const differs = options.notFactory.length === 0
    ? "as on a new part"
    : `not as on a new part: ${options.notFactory.join(", ")}`;
  climb.ok("options", `${values}, RDP level ${options.rdpLevel}; ${differs}`);
  if (options.rdpLevel !== 1) await lookAtStored(climb, memory, chip);
  return options;
}

/** OPTCR and OPTCR1 as they are kept: halves of them, each with its complement; facts stm32f7 §4 */
const STORED_WORDS = 4;
const STORED_STEP = 8;

/** The words in flash behind the registers; not readable at RDP level 1. */
async function lookAtStored(climb: Climb, memory: Memory, chip: Chip): Promise<void> {
  const { at } = chip.sub.optionBytes;
  const stored: number[] = [];
  for (let i = 0; i < STORED_WORDS; i++) {
    const value = await word(memory, at + STORED_STEP * i);
    if (value === undefined) return;
    stored.push(value);
  }
  climb.add({ stored });
}

async function lookAtFlash(climb: Climb, memory: Memory, chip: Chip): Promise<void> {
  const names = ["ACR", "SR", "CR"];
  const all = names.map((n) => flashRegister(chip.family, chip.sub, n));
  const words = await memory.batch(all.map(({ at }) => ({ read: at })));
  const text = all.map(({ name, fields }, i) => {
    climb.registers[`FLASH_${name}`] = words[i] ?? 0;
    return name === "ACR" ? "" : describe(name, fields, words[i] ?? 0);
  }).filter((t) => t !== "");
  climb.ok("flash", `${text.join(", ")}; ${chip.flashKiB} KiB`);
}

/** Before anything in flash is read: such a read waits until flash is no longer busy. */
async function lookWhetherBusy(climb: Climb, memory: Memory): Promise<void> {
  for (const { flash } of FAMILIES) {
    const [offset] = flash.registers["SR"] ?? [0];
    const sr = await word(memory, flash.base + offset);
    if (sr !== undefined) climb.registers["FLASH_SR_BEFORE"] = sr;
  }
}

/** NRST, told from the core; whether it is to be gone on. */
function nrstHolds(climb: Climb): boolean {
  if (climb.found.heldInReset) {
    climb.broken("nrst", "the core is in reset at every look, and the probe does not drive NRST");
    return false;
  }
  const { resets } = climb.found;
  if (resets && climb.found.nrst === undefined) {
    climb.ok(
      "nrst",
      resets.resets === 0
        ? "high: the core is not in reset"
        : `high, but the chip was reset ${resets.resets} times in ${resets.ms} ms`,
    );
  }
  return true;
}

/** Everything above the access port. The core is neither halted nor reset; nothing is written. */
export async function lookAtChip(
  climb: Climb,
  memory: Memory,
  clock: Clock,
  how: { readonly flashKiB?: number } = {},
): Promise<void> {
  const core = await climb.rung("core", async () => {
    await lookAtCore(climb, memory, clock);
    return true;
  });
  if (!core || !nrstHolds(climb)) return;
  await lookWhetherBusy(climb, memory);
  const chip = await climb.rung("chip", () => identify(memory, how));
  if (!chip) return;
  climb.add({ chip });
  const size = chip.flashSizeDoubt === undefined
    ? `${chip.flashKiB} KiB`
    : `flash size in doubt: ${chip.flashSizeDoubt}`;
  climb.ok(
    "chip",
    `${chip.sub.name}, IDCODE ${hex(chip.idcode)}, revision ${chip.revision}, ${size}`,
  );
  const options = await climb.rung("options", () => lookAtOptions(climb, memory, chip));
  await climb.rung("flash", () => lookAtFlash(climb, memory, chip));
  const { layout } = climb.found;
  if (options && layout) {
    await climb.rung("vectors", () => lookAtVectors(climb, memory, chip, layout, options));
  }
  await climb.rung("running", async () => {
    await lookAtProgram(climb, memory, clock, chip);
    await lookAtLiveTable(climb, memory, chip);
  });
}
