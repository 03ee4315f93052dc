/** What is known about failure: a refused access, a chip that was reset, a set error bit. */
import {
  decode,
  describe,
  type Evidence,
  type Fact,
  Fault,
  type FaultOptions,
  getField,
  has,
  hex,
} from "../base/mod.ts";
import { isDualBank, type Layout, type Sector, sectorAt, sectorBit } from "../chip/mod.ts";
import { type Bench, voltFacts } from "./bench.ts";
import { fault } from "./faults.ts";
import { optionText, rdpLevel, sectorsText } from "./protection.ts";

/** Debug halting control and status register, Armv7-M ARM C1.6.2. */
export const DHCSR = 0xE000_EDF0;
const DHCSR_FIELDS = { S_HALT: 17, S_SLEEP: 18, S_LOCKUP: 19, S_RETIRE_ST: 24, S_RESET_ST: 25 };

/** One bit of DHCSR. */
export const dhcsr = (word: number, field: keyof typeof DHCSR_FIELDS): boolean =>
  getField(word, DHCSR_FIELDS[field]) === 1;

/** Evidence of an option register with the fields that differ from a new part. */
export function optionEvidence(bench: Bench, name: string, value: number): Evidence {
  const { options, factory } = bench.chip.sub;
  const decoded: Record<string, string> = {};
  for (const [field, f] of Object.entries(options)) {
    if (f.register !== name) continue;
    const is = getField(value, f.bits);
    const was = factory[name];
    if (was === undefined || is !== getField(was, f.bits)) {
      decoded[field] = optionText(f, is, isDualBank(bench.chip.sub, { [name]: value }));
    }
  }
  return { what: `FLASH_${name}`, addr: hex(bench.regs.at(name)), value: hex(value), decoded };
}

const bitsText = (bits: readonly number[]): string =>
  bits.length === 1 ? `bit ${bits[0]} is` : `bits ${bits.join(", ")} are`;

/** The fault for sectors that their option bytes keep from being written. */
export function writeProtected(
  bench: Bench,
  layout: Layout,
  sectors: readonly Sector[],
  registers: Readonly<Record<string, number>>,
  done: string,
): Fault {
  const bits = [...new Set(sectors.map((s) => sectorBit(layout, s)))];
  const [name, field] = Object.entries(bench.chip.sub.options)
    .find(([, f]) => f.sectors?.stops === "write") ?? [];
  const word = registers[field?.register ?? ""] ?? 0;
  const one = sectors.length === 1;
  return fault("flash-write-protected", {
    sectors: sectorsText(sectors),
    it: one ? "it" : "them",
    done,
    ...(field && name ? { nwrp: hex(getField(word, field.bits), 3), bits: bitsText(bits) } : {}),
  }, { evidence: field ? [optionEvidence(bench, field.register, word)] : [] });
}

interface Snapshot {
  readonly dhcsr: number;
  readonly sr: number;
  readonly cr: number;
  readonly optcr: number;
  readonly csr: number;
}

/** The registers that tell why; undefined when not even those can be read any more. */
async function snapshot(bench: Bench): Promise<Snapshot | undefined> {
  const { regs, chip, memory } = bench;
  const at = [DHCSR, regs.at("SR"), regs.at("CR"), regs.at("OPTCR"), chip.family.resetCauses.at];
  try {
    const [d = 0, sr = 0, cr = 0, optcr = 0, csr = 0] = await memory.batch(
      at.map((read) => ({ read })),
    );
    return { dhcsr: d, sr, cr, optcr, csr };
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** Hardware watchdogs as causes: proven when the chip says that one has just reset it. */
function watchdogCauses(
  bench: Bench,
  { optcr, csr }: Snapshot,
): NonNullable<FaultOptions["causes"]> {
  const causes = decode(bench.chip.family.resetCauses.fields, csr);
  return Object.entries(bench.chip.sub.options).flatMap(([name, f]) => {
    if (f.hardwareWatchdog === undefined || f.register !== "OPTCR") return [];
    if (getField(optcr, f.bits) !== f.hardwareWatchdog) return [];
    const flag = `${name.replace("_SW", "")}RSTF`;
    const proven = causes[flag] === 1;
    return [{
      text: `a watchdog starts by hardware at every reset (${name} = 0) and resets the chip`,
      likelihood: proven ? "proven" as const : "likely" as const,
      because: [
        `FLASH_OPTCR ${hex(optcr)}: ${name} = 0`,
        ...(proven ? [`RCC_CSR ${hex(csr)}: ${flag} is set`] : []),
      ],
    }];
  });
}

/** The fault for a chip that was reset in mid-work, with what the chip itself says about it. */
export async function resetsByItself(bench: Bench, doing: string): Promise<Fault> {
  const s = await snapshot(bench);
  const facts: Record<string, Fact> = { doing };
  if (!s) return fault("resets-by-itself", facts);
  const { fields, at } = bench.chip.family.resetCauses;
  const flags = Object.entries(decode(fields, s.csr)).filter(([, v]) => v === 1);
  return fault("resets-by-itself", facts, {
    causes: watchdogCauses(bench, s),
    evidence: [
      optionEvidence(bench, "OPTCR", s.optcr),
      {
        what: "RCC_CSR",
        addr: hex(at),
        value: hex(s.csr),
        decoded: Object.fromEntries(flags.map(([name]) => [name, "set"])),
      },
      { what: "FLASH_CR", addr: hex(bench.regs.at("CR")), value: hex(s.cr) },
    ],
  });
}

/** What an operation that failed was. */
export interface Failing {
  readonly act: "erase" | "program";
  /** `sector 4`, `0x08000000..0x080000FF` */
  readonly what: string;
  readonly at: number;
}
const GERUND = { erase: "erasing", program: "programming" } as const;
const DONE = { erase: "erased", program: "programmed" } as const;
/** `erasing sector 4` */
export const doingText = (f: Failing): string => `${GERUND[f.act]} ${f.what}`;

/** The fault for error bits in SR. */
export async function statusFault(
  bench: Bench,
  layout: Layout,
  sr: number,
  failing: Failing,
): Promise<Fault> {
  const { fields } = bench.regs.get("SR");
  const set = decode(fields, sr);
  const bit = Object.keys(bench.chip.family.flash.errors).find((name) => set[name] === 1) ??
    "OPERR";
  const sector = sectorAt(layout, failing.at);
  const evidence = [{
    what: "FLASH_SR",
    addr: hex(bench.regs.at("SR")),
    value: hex(sr),
    decoded: Object.fromEntries(
      Object.keys(set).filter((n) => set[n] === 1).map((n) => [n, "set"]),
    ),
  }, ...(sector ? [{ what: "sector", addr: hex(sector.at), value: String(sector.index) }] : [])];
  if (bit === "WRPERR" && sector) {
    const s = await snapshot(bench);
    const registers: Readonly<Record<string, number>> = s ? { OPTCR: s.optcr } : {};
    const made = writeProtected(bench, layout, [sector], registers, DONE[failing.act]);
    return made.within({ evidence });
  }
  const slug = bench.chip.family.flash.errors[bit];
  const facts = {
    at: hex(failing.at),
    todo: `${failing.act} ${failing.what}`,
    width: `${bench.width.bytes * 8} bits`,
    ...voltFacts(bench.volts),
  };
  return fault(isRow(slug) ? slug : "flash-operation-failed", facts, { evidence });
}

const isRow = (slug: string | undefined): slug is keyof typeof fault.rows =>
  slug !== undefined && slug in fault.rows;

/** The fault for a debugger that RDP keeps from flash, or undefined at level 0. */
export function readRefused(
  bench: Bench,
  registers: Readonly<Record<string, number>>,
  access: "read" | "write",
  at: number,
): Fault | undefined {
  const level = rdpLevel(bench.chip, registers);
  const f = bench.chip.sub.options[bench.chip.family.readProtection.field];
  if (level === 0 || f === undefined) return undefined;
  const word = registers[f.register] ?? 0;
  return fault("flash-read-protected", {
    level,
    access,
    at: hex(at),
    rdp: hex(getField(word, f.bits), 2),
  }, { evidence: [optionEvidence(bench, f.register, word)] });
}

/** An access that the bus refused. */
export interface Refused {
  readonly access: "read" | "write";
  readonly at: number;
  readonly doing: string;
}

const BUS_FAULTS = ["bus-refused", "bus-busy"];

/**
 * The better fault for a refused access inside flash: RDP, write protection, PCROP, or a reset. Any
 * other error comes back as it is.
 */
export async function explainRefusal(
  bench: Bench,
  layout: Layout,
  error: unknown,
  refused: Refused,
): Promise<unknown> {
  if (!(error instanceof Fault) || !BUS_FAULTS.includes(error.slug)) return error;
  const s = await snapshot(bench);
  if (!s) return error;
  if (dhcsr(s.dhcsr, "S_RESET_ST")) {
    return (await resetsByItself(bench, refused.doing)).within({
      evidence: error.options.evidence ?? [],
    });
  }
  const locked = readRefused(bench, { OPTCR: s.optcr }, refused.access, refused.at);
  if (locked) {
    return new Fault(locked.slug, locked.row, locked.facts, { ...locked.options, cause: error });
  }
  const errors = Object.keys(bench.chip.family.flash.errors);
  if (has(s.sr, bench.regs.mask("SR", ...errors))) {
    return await statusFault(bench, layout, s.sr, {
      act: "program",
      what: hex(refused.at),
      at: refused.at,
    });
  }
  return error.within({
    evidence: [{
      what: "FLASH_SR",
      addr: hex(bench.regs.at("SR")),
      value: describe("FLASH_SR", bench.regs.get("SR").fields, s.sr),
    }],
  });
}
