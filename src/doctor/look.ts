/** Looks at a chip that answers: reads only, each group by itself, so that one refusal hides nothing else. */
import {
  and,
  bits,
  bytesToWords,
  type Clock,
  Deadline,
  decode,
  describe,
  Fault,
  hex,
  type Memory,
} from "../base/mod.ts";
import {
  type Chip,
  coreName,
  FAMILIES,
  flashRegister,
  identify,
  isDualBank,
  type Layout,
  layoutOf,
  optionRegisters,
  unalias,
} from "../chip/mod.ts";
import { exceptionName, faultSentences } from "../cortex/mod.ts";
import { decodeOptions, type OptionBytes } from "../flash/mod.ts";
import type { Climb } from "./climb.ts";
import type { CoreFindings, VectorFindings } from "./findings.ts";

/** Addresses of the core's own registers: Armv7-M ARM B3.2.2, C1.6; ABFSR: Cortex-M7 TRM 3.3.8. */
const CORE = {
  CPUID: 0xE000_ED00,
  ICSR: 0xE000_ED04,
  VTOR: 0xE000_ED08,
  CFSR: 0xE000_ED28,
  HFSR: 0xE000_ED2C,
  MMFAR: 0xE000_ED34,
  BFAR: 0xE000_ED38,
  DHCSR: 0xE000_EDF0,
  DEMCR: 0xE000_EDFC,
  ABFSR: 0xE000_EFA8,
} as const;
const DHCSR = { S_HALT: 17, S_SLEEP: 18, S_LOCKUP: 19, S_RESET_ST: 25 } as const;
/** a window watchdog at 16 MHz bites every 16.4 ms: three times in this */
const WATCH_MS = 60;
/** an independent watchdog that only its option started bites after 512 ms */
const LONG_WATCH_MS = 1200;
const LOOK_EVERY_MS = 2;
/** a core that is in reset at so many looks is held there */
const HELD_LOOKS = 5;

const flag = (word: number, field: keyof typeof DHCSR): boolean =>
  bits(word, DHCSR[field], DHCSR[field]) === 1;

/** Reads one word; undefined where the bus refuses it. */
async function word(memory: Memory, at: number): Promise<number | undefined> {
  try {
    return (await memory.batch([{ read: at }]))[0];
  } catch (error) {
    if (error instanceof Fault && error.slug === "bus-refused") return undefined;
    throw error;
  }
}

/** Counts resets without touching the core; S_RESET_ST is cleared by looking. */
async function watch(climb: Climb, memory: Memory, clock: Clock, ms: number): Promise<void> {
  await memory.batch([{ read: CORE.DHCSR }]); // what happened before does not count
  const deadline = new Deadline(clock, ms);
  let looks = 0;
  let resets = 0;
  while (!deadline.over) {
    await clock.sleep(Math.min(LOOK_EVERY_MS, deadline.leftMs));
    const [state = 0] = await memory.batch([{ read: CORE.DHCSR }]);
    looks++;
    if (flag(state, "S_RESET_ST")) resets++;
  }
  const held = looks >= HELD_LOOKS && resets === looks;
  climb.add({ resets: { resets: held ? 0 : resets, looks, ms }, heldInReset: held });
}

async function lookAtCore(climb: Climb, memory: Memory): Promise<void> {
  const [cpuid = 0, state = 0] = await memory.batch([{ read: CORE.CPUID }, { read: CORE.DHCSR }]);
  climb.registers["CPUID"] = cpuid;
  climb.registers["DHCSR"] = state;
  const name = coreName(cpuid);
  climb.add({
    core: {
      name,
      halted: flag(state, "S_HALT"),
      sleeping: flag(state, "S_SLEEP"),
      lockedUp: flag(state, "S_LOCKUP"),
    },
  });
  climb.ok("core", `${name}, CPUID ${hex(cpuid)}`);
}

async function lookAtOptions(
  climb: Climb,
  memory: Memory,
  chip: Chip,
): Promise<OptionBytes> {
  const names = optionRegisters(chip.family, chip.sub);
  const at = names.map((n) => flashRegister(chip.family, chip.sub, n).at);
  const words = await memory.batch(at.map((read) => ({ read })));
  const registers = Object.fromEntries(names.map((n, i) => [n, words[i] ?? 0]));
  const options = decodeOptions(chip, registers);
  climb.add({ options, layout: layoutOf(chip.sub, chip.flashKiB, registers) });
  const values = Object.entries(registers).map(([n, v]) => `${n} ${hex(v)}`).join(", ");
  const differs = options.notFactory.length === 0
    ? "as on a new part"
    : `not as on a new part: ${options.notFactory.join(", ")}`;
  climb.ok("options", `${values}, RDP level ${options.rdpLevel}; ${differs}`);
  return options;
}

async function lookAtFlash(climb: Climb, memory: Memory, chip: Chip): Promise<void> {
  const names = ["ACR", "SR", "CR"];
  const all = names.map((n) => flashRegister(chip.family, chip.sub, n));
  const words = await memory.batch(all.map(({ at }) => ({ read: at })));
  const text = all.map(({ name, fields }, i) => {
    climb.registers[`FLASH_${name}`] = words[i] ?? 0;
    return name === "ACR" ? "" : describe(name, fields, words[i] ?? 0);
  }).filter((t) => t !== "");
  climb.ok("flash", `${text.join(", ")}; ${chip.flashKiB} KiB`);
}

/** Where the chip starts with BOOT0 low, and whether that is flash. */
export function bootAddress(chip: Chip, options: OptionBytes): number {
  const field = chip.sub.options["BOOT_ADD0"];
  return (options.fields["BOOT_ADD0"]?.value ?? 0) * 2 ** (field?.shift ?? 14);
}

async function lookAtVectors(
  climb: Climb,
  memory: Memory,
  chip: Chip,
  layout: Layout,
  options: OptionBytes,
): Promise<void> {
  const bootAt = bootAddress(chip, options);
  const at = unalias(chip, layout, bootAt);
  const inFlash = at >= layout.at && at < layout.at + layout.size;
  let found: VectorFindings = { bootAt };
  if (options.rdpLevel !== 0) {
    climb.add({ vectors: found });
    climb.ok("vectors", `the chip starts at ${hex(bootAt)}; RDP keeps flash from being read`);
    return;
  }
  const readAt = inFlash ? at : layout.at;
  const [stack = 0, reset = 0] = bytesToWords(await memory.read(readAt, 8, 4));
  found = { bootAt, readAt, words: [stack, reset] };
  climb.add({ vectors: found });
  climb.ok(
    "vectors",
    `the chip starts at ${hex(bootAt)}; at ${hex(readAt)}: SP ${hex(stack)}, PC ${hex(reset)}`,
  );
}

async function lookAtProgram(climb: Climb, memory: Memory, chip: Chip): Promise<void> {
  const names = ["ICSR", "VTOR", "CFSR", "HFSR", "MMFAR", "BFAR", "DEMCR", "ABFSR"] as const;
  const words = await memory.batch(names.map((n) => ({ read: CORE[n] })));
  names.forEach((n, i) => climb.registers[n] = words[i] ?? 0);
  const csr = await word(memory, chip.family.resetCauses.at);
  if (csr !== undefined) climb.registers["RCC_CSR"] = csr;
  const r = climb.registers;
  const exception = and(r["ICSR"] ?? 0, 0x1FF);
  const faults = faultSentences({
    cfsr: r["CFSR"] ?? 0,
    hfsr: r["HFSR"] ?? 0,
    mmfar: r["MMFAR"] ?? 0,
    bfar: r["BFAR"] ?? 0,
    abfsr: r["ABFSR"] ?? 0,
  });
  const core = climb.found.core;
  if (core) climb.add({ core: { ...core, exception, faults } });
  climb.ok("running", runningText(core, exception, csr, chip));
}

function runningText(
  core: CoreFindings | undefined,
  exception: number,
  csr: number | undefined,
  chip: Chip,
): string {
  const state = core?.lockedUp
    ? "locked up"
    : core?.halted
    ? "halted"
    : core?.sleeping
    ? "sleeping"
    : "running";
  const flags = csr === undefined ? [] : Object.entries(decode(chip.family.resetCauses.fields, csr))
    .filter(([, v]) => v === 1).map(([name]) => name);
  const last = flags.length === 0
    ? ""
    : `; resets since the flags were cleared: ${flags.join(", ")}`;
  return `${state}, in ${exceptionName(exception)}${last}`;
}

/** Whether an independent watchdog may run, so that it is worth to wait for it. */
function slowWatchdog(climb: Climb, chip: Chip, options: OptionBytes): boolean {
  const csr = climb.registers["RCC_CSR"] ?? 0;
  const bit = decode(chip.family.resetCauses.fields, csr);
  return options.fields["IWDG_SW"]?.value === 0 || bit["IWDGRSTF"] === 1;
}

/** Before anything in flash is read: such a read waits until flash is no longer busy. */
async function lookWhetherBusy(climb: Climb, memory: Memory): Promise<void> {
  for (const { flash } of FAMILIES) {
    const [offset] = flash.registers["SR"] ?? [0];
    const sr = await word(memory, flash.base + offset);
    if (sr !== undefined) climb.registers["FLASH_SR_BEFORE"] = sr;
  }
}

/** Everything above the access port. The core is neither halted nor reset; nothing is written. */
export async function lookAtChip(climb: Climb, memory: Memory, clock: Clock): Promise<void> {
  const core = await climb.rung("core", async () => {
    await lookAtCore(climb, memory);
    await watch(climb, memory, clock, WATCH_MS);
    return true;
  });
  if (!core) return;
  if (climb.found.heldInReset) {
    climb.broken("nrst", "the core is in reset at every look, and the probe does not drive NRST");
    return;
  }
  const { resets } = climb.found;
  if (resets && climb.found.nrst === undefined) {
    climb.ok(
      "nrst",
      resets.resets === 0
        ? "high: the core is not in reset"
        : `high, but the chip was reset ${resets.resets} times in ${resets.ms} ms`,
    );
  }
  await lookWhetherBusy(climb, memory);
  const chip = await climb.rung("chip", () => identify(memory));
  if (!chip) return;
  climb.add({ chip });
  const size = chip.flashSizeDoubt === undefined
    ? `${chip.flashKiB} KiB`
    : `flash size in doubt: ${chip.flashSizeDoubt}`;
  climb.ok(
    "chip",
    `${chip.sub.name}, IDCODE ${hex(chip.idcode)}, revision ${chip.revision}, ${size}`,
  );
  const options = await climb.rung("options", () => lookAtOptions(climb, memory, chip));
  await climb.rung("flash", () => lookAtFlash(climb, memory, chip));
  const { layout } = climb.found;
  if (options && layout) {
    await climb.rung("vectors", () => lookAtVectors(climb, memory, chip, layout, options));
  }
  await climb.rung("running", async () => {
    await lookAtProgram(climb, memory, chip);
    if (options && climb.found.resets?.resets === 0 && slowWatchdog(climb, chip, options)) {
      await watch(climb, memory, clock, LONG_WATCH_MS);
      await lookAtProgram(climb, memory, chip);
    }
  });
}

/** `two banks` when the option bytes split the flash. */
export const dualBank = (chip: Chip, options: OptionBytes): boolean =>
  isDualBank(chip.sub, options.registers);
