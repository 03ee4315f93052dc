/** The memory map as gdb wants it; what is not in it gdb does not touch. */
import { hex } from "../base/mod.ts";
import type { Chip, Layout } from "../chip/mod.ts";
import type { Region } from "./target.ts";

// ARMv7-M's own map (DDI 0403 §B3.1): peripherals, external memory, external devices, private peripherals
const ARCHITECTED: readonly Region[] = [
  { type: "ram", at: 0x4000_0000, length: 0x2000_0000 },
  { type: "ram", at: 0x6000_0000, length: 0x8000_0000 },
  { type: "ram", at: 0xE000_0000, length: 0x2000_0000 },
];

/** Flash as runs of equal sectors, as it is seen at `view`. */
function flashRegions(layout: Layout, view: number): Region[] {
  const out: Region[] = [];
  for (const s of layout.sectors) {
    const last = out.at(-1);
    const at = view + (s.at - layout.at);
    if (last && last.block === s.size && last.at + last.length === at) {
      out[out.length - 1] = { ...last, length: last.length + s.size };
    } else {
      out.push({ type: "flash", at, length: s.size, block: s.size });
    }
  }
  return out;
}

/** Everything a debugger may look at on this chip. */
export function regionsOf(chip: Chip, layout: Layout): readonly Region[] {
  const { sub, family } = chip;
  const ram = sub.ram.map(({ at, length, tcm }): Region => ({
    ...{ type: "ram", at, length },
    ...tcm ? { tcm } : {},
  }));
  // also where an image may be linked: what is loaded there goes to the same sectors
  const views = [...family.flash.aliases.map((a) => a.at), layout.at];
  // RM0385 §2.2.2: system memory, OTP, size, unique id and option bytes live here
  const system: Region[] = [
    { type: "rom", at: 0x0010_0000, length: 0xEDC0 },
    { type: "rom", at: 0x1FF0_0000, length: 0x1_0000 },
    { type: "rom", at: 0x1FFF_0000, length: 0x40 },
  ];
  const flash = views.flatMap((at) => flashRegions(layout, at));
  return [...ram, ...flash, ...system, ...ARCHITECTED];
}

const xml = (r: Region): string => {
  const open = `<memory type="${r.type}" start="${hex(r.at)}" length="${hex(r.length, 1)}"`;
  return r.block === undefined
    ? `${open}/>`
    : `${open}><property name="blocksize">${hex(r.block, 1)}</property></memory>`;
};

/** The map as XML. */
export const memoryMapXml = (regions: readonly Region[]): string =>
  `<?xml version="1.0"?><!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" ` +
  `"http://sourceware.org/gdb/gdb-memory-map.dtd"><memory-map>${
    regions.map(xml).join("")
  }</memory-map>`;
