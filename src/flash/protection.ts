/** What option bytes protect, and how their values read. Pure. */
import { getField, hex } from "../base/mod.ts";
import {
  type Chip,
  type Layout,
  type OptionField,
  type Sector,
  sectorBit,
  valuesOf,
} from "../chip/mod.ts";

type Levels = 0 | 1 | 2;
/** The protection level that an OPTCR value means. */
export function rdpLevel(
  chip: Pick<Chip, "family" | "sub">,
  registers: Readonly<Record<string, number>>,
): Levels {
  const { field, level0, level2 } = chip.family.readProtection;
  const f = chip.sub.options[field];
  const word = f && registers[f.register];
  if (f === undefined || word === undefined) return 0;
  const value = getField(word, f.bits);
  return value === level0 ? 0 : value === level2 ? 2 : 1;
}

/** Sectors that the option registers keep from being written, or from being read. */
export function closedSectors(
  chip: Pick<Chip, "sub">,
  layout: Layout,
  registers: Readonly<Record<string, number>>,
  stops: "write" | "read",
): readonly Sector[] {
  const fields = Object.values(chip.sub.options).filter((f) => f.sectors?.stops === stops);
  return layout.sectors.filter((s) =>
    fields.some((f) => {
      const word = registers[f.register];
      if (word === undefined) return false;
      const value = getField(word, f.bits);
      return Math.floor(value / 2 ** sectorBit(layout, s)) % 2 === f.sectors?.when;
    })
  );
}

/** `sector 4`, `sectors 0..3, 7`. */
export function sectorsText(sectors: readonly Sector[]): string {
  const parts: string[] = [];
  for (let i = 0; i < sectors.length; i++) {
    const from = sectors[i]?.index ?? 0;
    while (sectors[i + 1]?.index === (sectors[i]?.index ?? 0) + 1) i++;
    const to = sectors[i]?.index ?? 0;
    parts.push(from === to ? `${from}` : `${from}..${to}`);
  }
  return `sector${sectors.length === 1 ? "" : "s"} ${parts.join(", ")}`;
}

function sectorsOf(field: OptionField, value: number, dual: boolean): string {
  const bits = Array.from({ length: Math.log2(valuesOf(field)) }, (_, i) => i).filter((i) =>
    Math.floor(value / 2 ** i) % 2 === field.sectors?.when
  );
  const what = field.sectors?.stops === "write" ? "write-protected" : "closed to reading";
  if (bits.length === 0) return `no sector ${what}`;
  const names = bits.map((b) => dual ? `${2 * b}+${2 * b + 1}` : `${b}`);
  return `sector${names.length === 1 && !dual ? "" : "s"} ${names.join(", ")} ${what}`;
}

/** A field's value in words: `software`, `0x00200000 flash over ITCM`, `no sector write-protected`. */
export function optionText(field: OptionField, value: number, dual = false): string {
  if (field.sectors) return sectorsOf(field, value, dual);
  const name = field.values?.[value] ?? field.otherwise;
  if (field.shift !== undefined) {
    return [hex(value * 2 ** field.shift), ...(name ? [name] : [])].join(" ");
  }
  return name ?? String(value);
}
