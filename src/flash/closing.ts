/** RDP that flash holds and no reset has loaded yet: the next reset closes the chip, at level 2 for ever. */
import { bits, Fault, getField, hex, type Memory } from "../base/mod.ts";
import { FAMILIES, type Family, identify } from "../chip/mod.ts";
import { fault } from "./faults.ts";

const UNTOUCHED = {
  state: "untouched",
  text: "nothing was written, and the chip was not reset",
} as const;
const RDP = [15, 8] as const; // of the first option word in flash, as of OPTCR; facts stm32f7 §4

/** Whether an option word in flash is matched by its complement; one that is not is loaded as all ones. */
export const optionWordMatches = (word: number): boolean =>
  bits(word, 31, 16) === 0xFFFF - bits(word, 15, 0);

/**
 * Whether the first option word in flash holds RDP level 2; undefined when that is not known. A word that
 * does not match its complement is loaded as all ones, and so is none.
 */
export function storesLevel2(
  { readProtection: { level2 } }: Pick<Family, "readProtection">,
  word: number | undefined,
): boolean | undefined {
  if (word === undefined) return undefined;
  return optionWordMatches(word) && bits(word, ...RDP) === level2;
}

/** As {@link storesLevel2}, for level 1: any other byte than the two, and a word that does not match. */
export function storesLevel1(
  { readProtection: { level0, level2 } }: Pick<Family, "readProtection">,
  word: number | undefined,
): boolean | undefined {
  if (word === undefined) return undefined;
  return !optionWordMatches(word) || ![level0, level2].includes(bits(word, ...RDP));
}

/** A word that may be refused: at RDP level 1 flash is closed to reading. */
async function word(memory: Memory, at: number): Promise<number | undefined> {
  try {
    return (await memory.batch([{ read: at }]))[0];
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** What of flash is to be saved: all of it, or all that the family's largest part has. */
async function whole(memory: Memory, family: Family): Promise<{ at: string; kib: number }> {
  const most = Math.max(...family.subFamilies.flatMap((s) => s.flashSizesKiB));
  try {
    return { at: hex(family.flash.at), kib: (await identify(memory)).flashKiB };
  } catch (error) {
    if (error instanceof Fault) return { at: hex(family.flash.at), kib: most };
    throw error;
  }
}

async function requireOpen(memory: Memory, family: Family, level: 1 | 2): Promise<void> {
  const { base, registers } = family.flash;
  const [optcrAt, srAt] = [registers["OPTCR"], registers["SR"]].map((r) => base + (r?.[0] ?? 0));
  const [optcr = 0, sr = 0] = await memory.batch([{ read: optcrAt ?? 0 }, { read: srAt ?? 0 }]);
  const { level0, level2 } = family.readProtection;
  const asked = bits(optcr, ...RDP);
  if (asked !== level0 && asked !== level2) return;
  const at = family.subFamilies[0]?.optionBytes.at ?? 0;
  // reading flash that is busy stalls the bus; FLASH_SR.BSY
  const held = getField(sr, 16) === 1 ? undefined : await word(memory, at);
  const stored = storesLevel2(family, held);
  const level1 = level === 1 && asked === level0 && storesLevel1(family, held) === true;
  if (!level1 && (stored === false || (stored === undefined && asked !== level2))) return;
  const facts = { rdp: hex(level2, 2), ...await whole(memory, family) };
  throw fault(level1 ? "options-close-flash-at-reset" : "options-close-at-reset", facts, {
    board: UNTOUCHED,
    evidence: [
      { what: "FLASH_OPTCR", addr: hex(optcrAt ?? 0), value: hex(optcr) },
      ...(held === undefined
        ? []
        : [{ what: "option word in flash", addr: hex(at), value: hex(held) }]),
    ],
  });
}

/**
 * To be called before a chip that answers is reset. Reads two registers and a word; what cannot be read
 * counts as open, unless OPTCR asks for level 2. What may erase flash anyway asks for level 2 only.
 * Faults: options-close-at-reset, options-close-flash-at-reset.
 */
export async function requireStaysOpen(memory: Memory, level: 1 | 2): Promise<void> {
  for (const family of FAMILIES) await requireOpen(memory, family, level);
}
