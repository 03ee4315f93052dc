/**
 * Double entry: what chip/data says against what the simulator's silicon says, and against ST's own headers.
 * `deno run tasks/check/chips.ts` prints every difference and fails when there is one.
 */
import { hex, maskOf, or } from "../../src/base/mod.ts";
import {
  FAMILIES,
  type Family,
  flashRegister,
  layoutOf,
  sectorBit,
  type SubFamily,
} from "../../src/chip/mod.ts";
import { ERASE_MS } from "../../src/sim/silicon/data/timings.ts";
import f72 from "../../src/sim/silicon/data/f72.ts";
import f74 from "../../src/sim/silicon/data/f74.ts";
import f76 from "../../src/sim/silicon/data/f76.ts";
import { sectorsOf, type Silicon } from "../../src/sim/silicon/family.ts";
import { ST_HEADERS, type StHeader } from "./st_headers.ts";

/** The simulator's silicon, all of it. */
export const SILICON: readonly Silicon[] = [f72, f74, f76];

/** Collects differences about one sub-family. */
class Ledger {
  readonly differences: string[] = [];
  constructor(readonly about: string, readonly other: string) {}
  /** Both sides of one entry; numbers show as hexadecimal. */
  same(what: string, ours: number | undefined, theirs: number | undefined): void {
    if (ours === theirs) return;
    const text = (x: number | undefined) => x === undefined ? "nothing" : hex(x, 1);
    this.differences.push(
      `${this.about}, ${what}: chip/data ${text(ours)}, ${this.other} ${text(theirs)}`,
    );
  }
}

function withSilicon(family: Family, sub: SubFamily, silicon: Silicon): string[] {
  const l = new Ledger(sub.name, "sim/silicon");
  l.same("core part", family.core.cpuidPart, Math.floor(silicon.core.cpuid / 16) % 4096);
  l.same("flash size register", sub.flashSizeAt, silicon.flashSizeAt);
  l.same("unique id", sub.uidAt, silicon.uidAt);
  l.same("largest flash", Math.max(...sub.flashSizesKiB), silicon.maxFlashKb);
  const { otp } = silicon;
  l.same("OTP", sub.otp.at, otp.at);
  l.same("OTP length", sub.otp.length, otp.blocks * otp.blockSize);
  l.same("OTP lock bytes", sub.otp.lockAt, otp.at + otp.blocks * otp.blockSize);
  l.same("OTP lock length", sub.otp.lockLength, otp.blocks);
  const [rom, itcm] = sub.systemMemory;
  l.same("system memory", rom?.at, silicon.systemMemory.at);
  l.same("system memory length", rom?.length, silicon.systemMemory.size);
  l.same("system memory, ITCM view", itcm?.at, silicon.systemMemory.itcm);
  for (const region of silicon.ram) {
    const ours = sub.ram.find((r) => r.at === region.at);
    l.same(`${region.name} length`, ours?.length, region.size);
  }
  l.same("number of RAMs", sub.ram.length, silicon.ram.length);
  return [...l.differences, ...optionsOf(family, sub, silicon), ...sectorsWith(sub, silicon)];
}

function optionsOf(family: Family, sub: SubFamily, silicon: Silicon): string[] {
  const l = new Ledger(sub.name, "sim/silicon");
  const fields = Object.values(flashRegister(family, sub, "OPTCR").fields);
  l.same("bits of OPTCR", or(0, ...fields.map(maskOf)), silicon.options.mask);
  for (const [register, word] of Object.entries(sub.factory)) {
    const theirs = silicon.options.factory as Readonly<Record<string, number>>;
    l.same(`factory ${register}`, word, theirs[register]);
  }
  l.same("has OPTCR2", Number("PCROP" in sub.options), Number(silicon.options.pcrop));
  l.same("has nDBANK", Number("nDBANK" in sub.options), Number(silicon.options.dualBank));
  return l.differences;
}

/** Every size, both modes; where ours is in doubt only the certain sectors are compared. */
function sectorsWith(sub: SubFamily, silicon: Silicon): string[] {
  const l = new Ledger(sub.name, "sim/silicon");
  for (const kib of sub.flashSizesKiB) {
    for (const dual of sub.dualBankSectors === undefined ? [false] : [false, true]) {
      const layout = layoutOf(sub, kib, { OPTCR: dual ? 0 : 0xFFFF_FFFF });
      const theirs = sectorsOf(silicon, kib, dual);
      const mode = `${kib} KiB, ${dual ? "two banks" : "one bank"}`;
      if (layout.doubt === undefined) {
        l.same(`${mode}: sectors`, layout.sectors.length, theirs.length);
      }
      for (const [i, s] of layout.sectors.entries()) {
        const t = theirs[i];
        l.same(`${mode}, sector ${i}: address`, s.at - layout.at, t?.offset);
        l.same(`${mode}, sector ${i}: size`, s.size, t?.size);
        l.same(`${mode}, sector ${i}: SNB`, s.snb, t?.snb);
        l.same(`${mode}, sector ${i}: nWRP bit`, sectorBit(layout, s), t?.wrp);
      }
    }
  }
  return l.differences;
}

/** Silicon that takes longer than the maximum we allow would be reported as broken. */
function times(family: Family): string[] {
  const out: string[] = [];
  for (const [kib, theirs] of Object.entries(ERASE_MS)) {
    const most = family.flash.eraseMaxMs[`${kib}K`];
    for (const [i, ms] of theirs.entries()) {
      if (most !== undefined && ms <= most[i as 0 | 1 | 2]) continue;
      out.push(
        `${family.name}, erase ${kib}K: allowed ${most?.[i]} ms, sim/silicon takes ${ms} ms`,
      );
    }
  }
  return out;
}

/** A field that is wider here than in ST's header: SNB has five bits in all silicon, four in two headers. */
const WIDER = new Set(["SNB"]);

function withHeader(family: Family, sub: SubFamily, st: StHeader): string[] {
  const l = new Ledger(sub.name, "ST's header");
  for (const [name, [offset, masks]] of Object.entries(st.flash)) {
    const ours = flashRegister(family, sub, name);
    l.same(`FLASH_${name}`, ours.at, or(st.addresses["FLASH_R_BASE"] ?? 0, offset));
    for (const [field, mask] of Object.entries(masks)) {
      const f = ours.fields[field];
      const is = f === undefined ? undefined : maskOf(f);
      const wider = is !== undefined && WIDER.has(field) && or(is, mask) === is;
      if (!wider) l.same(`FLASH_${name}.${field}`, is, mask);
    }
    for (const field of Object.keys(ours.fields)) {
      if (!(field in masks)) l.same(`FLASH_${name}.${field}`, 1, undefined);
    }
  }
  return [...l.differences, ...addresses(family, sub, st)];
}

function addresses(
  family: Family,
  sub: SubFamily,
  { addresses: st, ...header }: StHeader,
): string[] {
  const l = new Ledger(sub.name, "ST's header");
  l.same("FLASHAXI_BASE", family.flash.at, st["FLASHAXI_BASE"]);
  l.same("FLASHITCM_BASE", family.flash.aliases[0]?.at, st["FLASHITCM_BASE"]);
  l.same("DBGMCU_BASE", family.idcodeAt, st["DBGMCU_BASE"]);
  l.same("UID_BASE", sub.uidAt, st["UID_BASE"]);
  l.same("FLASHSIZE_BASE", sub.flashSizeAt, st["FLASHSIZE_BASE"]);
  l.same("FLASH_OTP_BASE", sub.otp.at, st["FLASH_OTP_BASE"]);
  // 16 lock bytes, and on F74 and F76 as many that are reserved, up to the unique id
  const otpEnd = sub.otp.lockAt + sub.otp.lockLength - 1;
  const theirEnd = st["FLASH_OTP_END"] ?? 0;
  if (theirEnd < otpEnd || theirEnd >= sub.uidAt) l.same("FLASH_OTP_END", otpEnd, theirEnd);
  const most = Math.max(...sub.flashSizesKiB) * 1024;
  l.same("FLASH_END", family.flash.at + most - 1, st["FLASH_END"]);
  for (const name of ["RAMITCM_BASE", "RAMDTCM_BASE", "SRAM1_BASE", "SRAM2_BASE"]) {
    l.same(name, sub.ram.find((r) => r.at === st[name])?.at, st[name]);
  }
  l.same("RCC_CSR", family.resetCauses.at, or(st["RCC_BASE"] ?? 0, header.csrOffset));
  for (const [name, mask] of Object.entries(header.resetCauses)) {
    const f = family.resetCauses.fields[name];
    l.same(`RCC_CSR.${name}`, f === undefined ? undefined : maskOf(f), mask);
  }
  const frozen = or(0, ...Object.entries(header.freeze).map(([, mask]) => mask));
  const set = or(0, ...family.debug.freeze.map((f) => f.set));
  l.same("debug freeze bits", set, frozen);
  return l.differences;
}

/** Everything in which the entries differ, one sentence each; empty when they agree. */
export function chipDifferences(families: readonly Family[] = FAMILIES): readonly string[] {
  const out: string[] = [];
  for (const family of families) {
    out.push(...times(family));
    for (const sub of family.subFamilies) {
      const silicon = SILICON.find((s) => s.devId === sub.devId);
      const st = ST_HEADERS[sub.devId];
      if (silicon) out.push(...withSilicon(family, sub, silicon));
      else out.push(`${sub.name}: the simulator has no silicon with DEV_ID ${hex(sub.devId, 3)}`);
      if (st) out.push(...withHeader(family, sub, st));
      else out.push(`${sub.name}: no header of ST is transcribed`);
    }
  }
  return out;
}

if (import.meta.main) {
  const differences = chipDifferences();
  for (const d of differences) console.log(d);
  console.log(`${differences.length} differences`);
  if (differences.length > 0) Deno.exit(1);
}
