/** Sectors and addresses that no chip of the recipe has: known before a board is. */
import { hex } from "../base/mod.ts";
import { FAMILIES, type Layout, layoutOf, matchesChip, type SubFamily } from "../chip/mod.ts";
import type { Findings } from "./findings.ts";
import { scalarText } from "./scalars.ts";
import type { Place } from "./text_tree.ts";
import type { Region, Sectors } from "./types.ts";

/** One flash that a chip of the recipe can have. */
interface Possible {
  readonly chip: string;
  readonly layout: Layout;
  readonly aliases: readonly number[];
}

/** both modes of parts that have two */
function layouts(sub: SubFamily, flashKiB: number): readonly Layout[] {
  const mode = sub.options["nDBANK"];
  const single = layoutOf(sub, flashKiB, {});
  return mode ? [single, layoutOf(sub, flashKiB, { [mode.register]: 0 })] : [single];
}

/** All flashes the patterns allow; undefined when they allow chips that probekit has no data for. */
function possible(patterns: readonly string[]): readonly Possible[] | undefined {
  if (patterns.length === 0) return undefined;
  const all: Possible[] = [];
  for (const pattern of patterns) {
    const before = all.length;
    if (!/^stm32[a-z][0-9]/.test(pattern.toLowerCase())) return undefined;
    for (const family of FAMILIES) {
      for (const sub of family.subFamilies) {
        for (const flashKiB of sub.flashSizesKiB) {
          if (!matchesChip(pattern, { family, sub, flashKiB })) continue;
          const aliases = family.flash.aliases.map((a) => a.at);
          for (const layout of layouts(sub, flashKiB)) {
            all.push({ chip: `${sub.name} (${flashKiB} KiB)`, layout, aliases });
          }
        }
      }
    }
    if (all.length === before) return undefined;
  }
  return all;
}

/** Checks literals against what the chips of the recipe can have. */
export class BoardLinter {
  readonly #flashes: readonly Possible[] | undefined;
  constructor(patterns: readonly string[], readonly findings: Findings) {
    this.#flashes = possible(patterns);
  }

  sectors(value: Sectors, at: Place): void {
    if (!this.#flashes || value === "all") return;
    const most = this.#flashes.reduce<Possible | undefined>(
      (a, b) => !a || b.layout.sectors.length > a.layout.sectors.length ? b : a,
      undefined,
    );
    if (!most) return;
    const count = most.layout.sectors.length;
    const wrong = value.find((s) => s >= count);
    if (wrong === undefined) return;
    this.findings.report("sector-not-on-chips", at, {
      sector: wrong,
      chip: most.chip,
      count,
      last: count - 1,
    });
  }

  region(value: Region, at: Place): void {
    if (value === "all") return;
    const fits = ({ layout, aliases }: Possible) =>
      [layout.at, ...aliases].some((from) =>
        value.at >= from && value.at + value.length <= from + layout.size
      );
    const [first] = this.#flashes ?? [];
    if (!first || this.#flashes?.some(fits)) return;
    const largest = this.#flashes?.reduce((a, b) => b.layout.size > a.layout.size ? b : a) ??
      first;
    const { layout, chip } = largest;
    this.findings.report("outside-flash", at, {
      region: scalarText("region", value),
      chip,
      flash: `${hex(layout.at)} +${layout.size / 1024}KiB`,
    });
  }

  /** Looks at whatever of a step's typed literals says a place in flash. */
  literal(type: string, value: unknown, at: Place): void {
    if (type === "sectors" && (Array.isArray(value) || value === "all")) {
      this.sectors(value as Sectors, at);
    }
    if (type === "region" && typeof value === "object") this.region(value as Region, at);
    if (type === "list<region>" && Array.isArray(value)) {
      for (const r of value) if (typeof r === "object") this.region(r as Region, at);
    }
    if (type === "address" && typeof value === "number") {
      this.region({ at: value, length: 1 }, at);
    }
  }
}
