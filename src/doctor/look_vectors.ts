/** The vector table that the chip starts from, and where else in flash one stands. */
import { bytesToWords, hex, type Memory } from "../base/mod.ts";
import { type Chip, flashViews, type Layout, unalias } from "../chip/mod.ts";
import { checkVectors } from "../cortex/mod.ts";
import { bootAddress, bootTable, closedSectors, type OptionBytes } from "../flash/mod.ts";
import type { Climb } from "./climb.ts";
import { word } from "./look_core.ts";
import type { VectorFindings } from "./findings.ts";

const BLANK = 0xFFFF_FFFF;
/** stack, reset, NMI, HardFault */
const WORDS = 4;
/** BOOT_ADDx counts in these: 16 KiB, facts stm32f7 §4 */
const STEP = 0x4000;

/** Whether a program could start from them. */
export function startsProgram(chip: Chip, layout: Layout, words: readonly number[]): boolean {
  const flash = flashViews(chip, layout);
  // a table that only has its first words is one that something else looks like
  return words[3] !== BLANK &&
    checkVectors(words.slice(0, 2), { ram: chip.sub.ram, flash }).length === 0;
}

/** Sectors that may not be read, so that looking does no harm there. */
const closedAt = (chip: Chip, layout: Layout, options: OptionBytes) => (at: number): boolean =>
  closedSectors(chip, layout, options.registers, "read")
    .some((s) => at >= s.at && at < s.at + s.size);

/** Starts of 16 KiB at which a vector table stands, and what of each reset vector's code is read. */
async function otherTables(
  memory: Memory,
  chip: Chip,
  layout: Layout,
  closed: (at: number) => boolean,
): Promise<readonly { readonly at: number; readonly reset: number; readonly code?: number }[]> {
  const places = Array.from({ length: layout.size / STEP }, (_, i) => layout.at + i * STEP)
    .filter((at) => !closed(at));
  const found: { at: number; reset: number; code?: number }[] = [];
  for (const at of places) {
    const words = bytesToWords(await memory.read(at, 4 * WORDS, 4));
    if (!startsProgram(chip, layout, [...words])) continue;
    const [, reset = 0] = words;
    const code = await codeAt(memory, chip, layout, closed, reset);
    found.push({ at, reset, ...(code === undefined ? {} : { code }) });
  }
  return found;
}

/** What stands where the reset vector points, when that is flash that may be read. */
async function codeAt(
  memory: Memory,
  chip: Chip,
  layout: Layout,
  closed: (at: number) => boolean,
  reset: number,
): Promise<number | undefined> {
  const at = unalias(chip, layout, reset - reset % 4);
  if (at < layout.at || at >= layout.at + layout.size || closed(at)) return undefined;
  return bytesToWords(await memory.read(at, 4, 4))[0];
}

/** First words of the table that VTOR points to, when that is another one and can be read. */
export async function lookAtLiveTable(climb: Climb, memory: Memory, chip: Chip): Promise<void> {
  const { vectors, layout, options } = climb.found;
  const vtor = climb.registers["VTOR"];
  if (!vectors || !layout || !options || vtor === undefined || options.rdpLevel === 1) return;
  const at = unalias(chip, layout, vtor);
  if (at === vectors.readAt || vtor === vectors.bootAt || closedAt(chip, layout, options)(at)) {
    return;
  }
  const words: number[] = [];
  for (let i = 0; i < WORDS; i++) {
    const value = await word(memory, at + 4 * i);
    if (value === undefined) return;
    words.push(value);
  }
  climb.add({ vectors: { ...vectors, live: { at: vtor, words } } });
}

/** Reads the table. At RDP level 1 and under PCROP flash is left alone. */
export async function lookAtVectors(
  climb: Climb,
  memory: Memory,
  chip: Chip,
  layout: Layout,
  options: OptionBytes,
): Promise<void> {
  const bootAt = bootAddress(chip, options);
  const readAt = bootTable(chip, layout, options) ?? layout.at;
  const closed = closedAt(chip, layout, options);
  const why = options.rdpLevel === 1
    ? "RDP keeps flash from being read"
    : closed(readAt)
    ? "PCROP keeps its sector from being read"
    : undefined;
  if (why !== undefined) {
    climb.add({ vectors: { bootAt } });
    climb.ok("vectors", `BOOT_ADD0 ${hex(bootAt)}; ${why}`);
    return;
  }
  const words = bytesToWords(await memory.read(readAt, 4 * WORDS, 4));
  const [stack = 0, reset = 0] = words;
  const good = startsProgram(chip, layout, [...words]);
  const others = good ? [] : await otherTables(memory, chip, layout, closed);
  const tables = good ? [readAt] : others.filter((t) => t.code !== BLANK).map((t) => t.at);
  const misplaced = others.filter((t) => t.code === BLANK).map(({ at, reset }) => ({ at, reset }));
  const code = good ? await codeAt(memory, chip, layout, closed, reset) : undefined;
  const found: VectorFindings = {
    bootAt,
    readAt,
    words: [...words],
    tables,
    ...(misplaced.length === 0 ? {} : { misplaced }),
    ...(code === undefined ? {} : { code }),
  };
  climb.add({ vectors: found });
  climb.ok(
    "vectors",
    `BOOT_ADD0 ${hex(bootAt)}; at ${hex(readAt)}: SP ${hex(stack)}, PC ${hex(reset)}`,
  );
}
