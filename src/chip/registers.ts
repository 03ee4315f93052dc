/** Registers and names of a family as one of its sub-families has them. */
import { type Fields, span } from "../base/mod.ts";
import type { Chip, Family, OptionField, SubFamily } from "./family.ts";

/** A register of the flash block with its absolute address. */
export interface FlashRegister {
  readonly name: string;
  readonly at: number;
  readonly fields: Fields;
}

const option = (f: OptionField): number | readonly [number, number] => f.bits;

/** The register by its manual's name, with all fields these parts have, option fields included. */
export function flashRegister(family: Family, sub: SubFamily, name: string): FlashRegister {
  const [offset, common] = family.flash.registers[name] ?? [0, {}];
  const own = sub.registerFields?.[name] ?? {};
  const options = Object.entries(sub.options).filter(([, f]) => f.register === name);
  return {
    name,
    at: family.flash.base + offset,
    fields: { ...common, ...own, ...Object.fromEntries(options.map(([n, f]) => [n, option(f)])) },
  };
}

/** Names of the registers that hold option fields, in the order of their addresses. */
export function optionRegisters(family: Family, sub: SubFamily): readonly string[] {
  const used = new Set(Object.values(sub.options).map((f) => f.register));
  return Object.entries(family.flash.registers)
    .filter(([name]) => used.has(name))
    .sort(([, a], [, b]) => a[0] - b[0])
    .map(([name]) => name);
}

/** How many values an option field can take. */
export function valuesOf(field: OptionField): number {
  const [hi, lo] = span(field.bits);
  return 2 ** (hi - lo + 1);
}

/** What is at an address of this chip: a region's name, or undefined. Main flash is not among them. */
export function regionAt(chip: Pick<Chip, "family" | "sub">, at: number): string | undefined {
  const { otp, optionBytes, ram } = chip.sub;
  const regions = [
    { name: "option bytes", ...optionBytes },
    { name: "one-time programmable memory", at: otp.at, length: otp.length },
    { name: "one-time programmable memory (lock bytes)", at: otp.lockAt, length: otp.lockLength },
    ...chip.sub.systemMemory,
    ...ram,
  ];
  return regions.find((r) => at >= r.at && at < r.at + r.length)?.name;
}
