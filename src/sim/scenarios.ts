/** Named states in which a virtual board is found. */
import {
  BAD_READ,
  HUNGRY_DOG,
  ITCM_WRITE,
  LOOP,
  SELF_RESET,
  type SmallImage,
  smallImage,
  STOP,
  SWD_OFF,
  UNDEFINED,
} from "./boards/firmware.ts";
import type { Stm32F7 } from "./silicon/chip.ts";

/** How a board is found: what is in the chip, and what is wrong around it. */
export interface Scenario {
  readonly name: string;
  /** one line, for lists */
  readonly title: string;
  /** firmware in flash, small or byte by byte; nothing when absent */
  readonly image?: SmallImage | Uint8Array;
  /** option registers that differ from factory; for an F72x OPTCR2 too */
  readonly options?: Partial<Record<"OPTCR" | "OPTCR1" | "OPTCR2", number>>;
  /** bits of OPTCR to clear from factory, whatever the part */
  readonly clearOptcr?: number;
  /** replaces RDP in OPTCR */
  readonly rdp?: number;
  /** changes of the cells that no register can make */
  readonly damage?: (chip: Stm32F7) => void;
  /** after power-on and a few ms of running */
  readonly then?: (chip: Stm32F7) => void;
  /** volts instead of the board's */
  readonly volts?: number;
  /** NRST: shorted to ground, or not connected to the probe */
  readonly nrst?: "held" | "unwired";
  /** what the probe is instead of a genuine one with current firmware */
  readonly probe?: { readonly firmware?: string; readonly clone?: true };
  /** needs OPTCR2 (F72x) or two banks (F76x) */
  readonly needs?: "pcrop" | "dual-bank";
}

const running: SmallImage = { reset: LOOP };
const RDP1 = 0x55;

/** A tool chose PSIZE x64 and went away: FLASH_CR unlocked, written, locked. */
function wideWrites(chip: Stm32F7): void {
  for (const key of [0x4567_0123, 0xCDEF_89AB]) chip.debugWrite(0x4002_3C04, 4, key); // FLASH_KEYR
  chip.debugWrite(0x4002_3C10, 4, 0x300); // FLASH_CR.PSIZE = 3
  chip.debugWrite(0x4002_3C10, 4, 0x8000_0300);
}

/** A tool wrote the keys in the wrong order. */
function wrongKeys(chip: Stm32F7): void {
  chip.flash.lock.kill();
}

/** all of them; `factory` is the default */
export const SCENARIOS: readonly Scenario[] = [
  { name: "factory", title: "as new, with a firmware that loops", image: running },
  { name: "blank", title: "flash erased" },
  {
    name: "so36160986",
    title: "options as OpenOCD of 2015–16 left them: OPTCR 0x00FFAAED, hardware window watchdog",
    image: running,
    options: { OPTCR: 0x00FF_AAED }, // facts/stm32f7.md §11
  },
  {
    name: "optcr-f4-svd",
    title: "OPTCR 0x0FFFAAED, the F4 value of ST's F7 SVD files: hardware window watchdog",
    image: running,
    options: { OPTCR: 0x0FFF_AAED }, // facts/stm32f7.md §4
  },
  {
    name: "wrp",
    title: "sectors 0 and 1 write-protected",
    image: running,
    clearOptcr: 3 << 16,
  },
  {
    name: "wrp-all",
    title: "every sector write-protected",
    image: running,
    clearOptcr: 0x0FFF_0000,
  },
  { name: "rdp1", title: "read protection level 1", image: running, rdp: RDP1 },
  {
    name: "rdp2",
    title: "read protection level 2: debug port dead for good",
    image: running,
    rdp: 0xCC,
  },
  {
    name: "rdp1-watchdogs",
    title: "read protection level 1 with both hardware watchdogs",
    image: running,
    rdp: RDP1,
    clearOptcr: 0x30,
  },
  {
    name: "dual-bank",
    title: "two banks (nDBANK = 0)",
    image: running,
    clearOptcr: 0x2000_0000,
    needs: "dual-bank",
  },
  {
    name: "boot-add-erased",
    title: "BOOT_ADD0 and BOOT_ADD1 erased (FFFF)",
    image: running,
    damage: (chip) => chip.options.storage.fill(0xFFFF_FFFF, 2, 4), // community.st.com 672018
  },
  {
    name: "boot-add-ram",
    title: "BOOT_ADD0 points to SRAM",
    image: running,
    options: { OPTCR1: 0x0040_8000 },
  },
  {
    name: "boot-add-system",
    title: "BOOT_ADD0 points to ST's boot loader",
    image: running,
    options: { OPTCR1: 0x0040_0040 },
  },
  { name: "iwdg-hw", title: "hardware independent watchdog", image: running, clearOptcr: 0x20 },
  {
    name: "wwdg-hw",
    title: "hardware window watchdog, all else factory",
    image: running,
    clearOptcr: 0x10,
  },
  {
    name: "watchdog-loop",
    title: "firmware starts the independent watchdog and never feeds it",
    image: { reset: HUNGRY_DOG },
  },
  {
    name: "locked-cr",
    title: "wrong keys since the last reset: FLASH_CR locked",
    image: running,
    then: wrongKeys,
  },
  { name: "low-voltage", title: "VDD at 2.0 V", image: running, volts: 2.0 },
  { name: "no-power", title: "no target voltage", image: running, volts: 0 },
  { name: "nrst-held", title: "NRST shorted to ground", image: running, nrst: "held" },
  {
    name: "nrst-unwired",
    title: "NRST not connected to the probe",
    image: running,
    nrst: "unwired",
  },
  {
    name: "swd-disabled",
    title: "firmware takes the SWD pins: needs connecting under reset",
    image: { reset: SWD_OFF },
  },
  {
    name: "sleeping",
    title: "firmware sleeps in Stop mode: needs connecting under reset",
    image: { reset: STOP },
  },
  {
    name: "hardfault",
    title: "firmware reads where nothing is and loops in HardFault",
    image: { reset: BAD_READ },
  },
  {
    name: "itcm-write",
    title: "firmware writes to flash over its ITCM view and loops in HardFault",
    image: { reset: ITCM_WRITE },
  },
  {
    name: "self-reset",
    title: "firmware resets the chip every few ms",
    image: { reset: SELF_RESET },
  },
  {
    name: "psize-x64",
    title: "a tool left PSIZE at x64, which needs an external VPP",
    image: running,
    then: wideWrites,
  },
  {
    name: "svd-boot",
    title: "OPTCR1 0x0FFF0000, the F4 value of ST's F7 SVD files: the chip starts in ITCM RAM",
    image: running,
    options: { OPTCR: 0x0FFF_AAED, OPTCR1: 0x0FFF_0000 }, // facts/stm32f7.md §4
  },
  {
    name: "lockup",
    title: "a fault in the HardFault handler: the core is locked up",
    image: { reset: UNDEFINED, fault: UNDEFINED },
  },
  {
    name: "vector-sp",
    title: "first word of the vector table is no stack pointer",
    image: { reset: LOOP, sp: 0xDEAD_BEEF },
  },
  {
    name: "vector-thumb",
    title: "reset vector without the Thumb bit",
    image: { reset: LOOP, resetVector: 0x0800_0200 },
  },
  {
    name: "vector-pc",
    title: "reset vector outside flash",
    image: { reset: LOOP, resetVector: 0x0C00_0001 },
  },
  {
    name: "old-firmware",
    title: "probe with a firmware of 2013",
    image: running,
    probe: { firmware: "V2J14S4" },
  },
  {
    name: "clone-probe",
    title: "a probe that only looks like an ST-LINK",
    image: running,
    probe: { clone: true },
  },
  {
    name: "pcrop",
    title: "sector 1 may be executed but not read",
    image: running,
    options: { OPTCR2: 2 },
    needs: "pcrop",
  },
  {
    name: "options-mismatch",
    title: "option word 0 does not match its complement: loads as level 1",
    image: running,
    damage: (chip) => chip.options.storage[0] = 0x5500_ABFF,
  },
  {
    name: "options-erased",
    title: "all option words erased, as after a power cut while they were written",
    image: running,
    damage: (chip) => chip.options.storage.fill(0xFFFF_FFFF),
  },
];

/** Whether the scenario makes sense on this chip. */
export function fits(scenario: Scenario, chip: Stm32F7): boolean {
  const { pcrop, dualBank } = chip.config.silicon.options;
  return scenario.needs === undefined || (scenario.needs === "pcrop" ? pcrop : dualBank);
}

/** Puts flash and options into the scenario's state; the chip is off. */
export function prepare(scenario: Scenario, chip: Stm32F7): void {
  const { factory } = chip.config.silicon.options;
  let { OPTCR } = { ...factory, ...scenario.options };
  if (scenario.clearOptcr !== undefined) OPTCR = (OPTCR & ~scenario.clearOptcr) >>> 0;
  if (scenario.rdp !== undefined) OPTCR = ((OPTCR & ~0xFF00) | (scenario.rdp << 8)) >>> 0;
  chip.options.storage.set(chip.options.encode({ ...factory, ...scenario.options, OPTCR }));
  const { image } = scenario;
  if (image !== undefined) {
    chip.cells.bytes.set(image instanceof Uint8Array ? image : smallImage(image));
  }
  scenario.damage?.(chip);
}
