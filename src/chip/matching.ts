/** Recipes name chips by pattern: `stm32f7*`, `stm32f74*`, `arm-cortex-m*`, `*`. */
import type { Chip, Family } from "./family.ts";
import { FAMILIES } from "./families.ts";

/** The last letter of a part number → KiB of flash: DS10916 and its sisters, "Ordering information". */
const SIZE_LETTERS: Readonly<Record<string, number>> = { 8: 64, c: 256, e: 512, g: 1024, i: 2048 };
/** `stm32f746nghd6`: package, temperature and options behind the part are not visible to a debugger. */
const FULL_PART = /^(stm32[a-z]\d{3}[a-z][0-9a-z])[a-z]\d\w*$/;

const flashOf = (part: string): number | undefined => SIZE_LETTERS[part.at(-1) ?? ""];

/** `stm32f746ng` belongs to the line `stm32f746`. */
const lineOf = (part: string): string => part.slice(0, -2);

/**
 * The parts that a chip can be. DEV_ID tells sub-families, the size register tells sizes; F745, F746 and
 * F756, or packages, look the same to a debugger.
 */
export function partsOf(
  chip: Pick<Chip, "sub" | "flashKiB" | "flashSizeDoubt">,
): readonly string[] {
  const { parts } = chip.sub;
  if (chip.flashSizeDoubt !== undefined) return parts;
  const sized = parts.filter((p) => flashOf(p) === chip.flashKiB);
  return sized.length > 0 ? sized : parts;
}

const withLines = (parts: readonly string[]): string[] => [...new Set(parts.map(lineOf)), ...parts];

function namesIn(family: Family): string[] {
  return [
    family.core.name,
    family.name.toLowerCase(),
    ...family.subFamilies.flatMap((sub) => [...sub.matches, ...withLines(sub.parts)]),
  ];
}

/** Every name that a pattern may match, of all families. */
export const chipNames = (): readonly string[] => [...new Set(FAMILIES.flatMap(namesIn))].sort();

const literal = (text: string): string => text.replace(/[.+^${}()|[\]\\]/g, "\\$&");

/** The pattern as a regular expression: `*` is any run of characters, `?` any one. */
function expression(pattern: string): RegExp {
  const plain = pattern.trim().toLowerCase();
  const part = plain.match(FULL_PART)?.[1] ?? plain;
  return new RegExp(`^${literal(part).replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

/** Whether any chip that probekit knows can match: for lint. */
export function matchesSomeChip(pattern: string): boolean {
  const wanted = expression(pattern);
  return chipNames().some((name) => wanted.test(name));
}

/**
 * Whether the chip can be what the pattern names. Case does not matter. A pattern that names one of
 * several parts a debugger cannot tell apart matches all of them.
 */
export function matchesChip(
  pattern: string,
  chip: Pick<Chip, "family" | "sub" | "flashKiB" | "flashSizeDoubt">,
): boolean {
  const { core, name } = chip.family;
  const names = [core.name, name.toLowerCase(), ...chip.sub.matches, ...withLines(partsOf(chip))];
  const wanted = expression(pattern);
  return names.some((n) => wanted.test(n));
}
