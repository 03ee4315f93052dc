/** What the core is doing, told from registers that can be read while it runs. */
import { and, bits, type Clock, Deadline, decode, Fault, hex, type Memory } from "../base/mod.ts";
import { type Chip, coreName } from "../chip/mod.ts";
import { exceptionName, faultSentences } from "../cortex/mod.ts";
import type { Climb } from "./climb.ts";
import type { CoreFindings } from "./findings.ts";

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
const DHCSR = {
  S_HALT: 17,
  S_SLEEP: 18,
  S_LOCKUP: 19,
  S_RETIRE_ST: 24,
  S_RESET_ST: 25,
} as const;
/** a window watchdog at 16 MHz bites every 16.4 ms: three times in this */
const WATCH_MS = 60;
/** an independent watchdog that only its option started bites after 512 ms */
const LONG_WATCH_MS = 1200;
const LOOK_EVERY_MS = 2;
/** a core that is in reset at so many looks, and executes nothing meanwhile, is held there */
const HELD_LOOKS = 5;
/** VECTACTIVE of ICSR */
const exceptionOf = (icsr: number): number => and(icsr, 0x1FF);

const flag = (word: number, field: keyof typeof DHCSR): boolean =>
  bits(word, DHCSR[field], DHCSR[field]) === 1;

/** Reads one word; undefined where the bus refuses it. */
export async function word(memory: Memory, at: number): Promise<number | undefined> {
  try {
    return (await memory.batch([{ read: at }]))[0];
  } catch (error) {
    if (error instanceof Fault && error.slug === "bus-refused") return undefined;
    throw error;
  }
}

/**
 * Counts resets without touching the core: S_RESET_ST and S_RETIRE_ST are cleared by looking. A core that
 * restarts between any two looks executes something; one that is held in reset does not.
 */
async function watch(climb: Climb, memory: Memory, clock: Clock, ms: number): Promise<void> {
  await memory.batch([{ read: CORE.DHCSR }]); // what happened before does not count
  const deadline = new Deadline(clock, ms);
  let [looks, resets, executed] = [0, 0, false];
  const exceptions = new Set<number>();
  while (!deadline.over) {
    await clock.sleep(Math.min(LOOK_EVERY_MS, deadline.leftMs));
    const [state = 0, icsr = 0] = await memory.batch([{ read: CORE.DHCSR }, { read: CORE.ICSR }]);
    looks++;
    if (flag(state, "S_RESET_ST")) resets++;
    executed ||= flag(state, "S_RETIRE_ST");
    exceptions.add(exceptionOf(icsr));
  }
  const held = looks >= HELD_LOOKS && resets === looks && !executed;
  climb.add({ resets: { resets: held ? 0 : resets, looks, ms }, heldInReset: held });
  const [only] = exceptions;
  const { core } = climb.found;
  if (core && exceptions.size === 1 && only !== undefined && looks >= HELD_LOOKS) {
    climb.add({ core: { ...core, steady: only } });
  }
}

/** Which core, whether it stands, and how often it is reset in a while. */
export async function lookAtCore(climb: Climb, memory: Memory, clock: Clock): Promise<void> {
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
  await watch(climb, memory, clock, WATCH_MS);
}

/** Flags of what may come again, but not within the short look: watchdogs, software, low power. */
function slowResets(climb: Climb, chip: Chip): boolean {
  const { options, resets } = climb.found;
  if (resets?.resets !== 0) return false;
  const flags = decode(chip.family.resetCauses.fields, climb.registers["RCC_CSR"] ?? 0);
  const some = ["IWDGRSTF", "WWDGRSTF", "SFTRSTF", "LPWRRSTF"].some((name) => flags[name] === 1);
  return some || options?.fields["IWDG_SW"]?.value === 0;
}

/** What runs, and what the last faults and resets were. Looks longer where a slow reset may come again. */
export async function lookAtProgram(
  climb: Climb,
  memory: Memory,
  clock: Clock,
  chip: Chip,
): Promise<void> {
  await readProgram(climb, memory, chip);
  if (!slowResets(climb, chip)) return;
  await watch(climb, memory, clock, LONG_WATCH_MS);
  await readProgram(climb, memory, chip);
}

async function readProgram(climb: Climb, memory: Memory, chip: Chip): Promise<void> {
  const names = ["ICSR", "VTOR", "CFSR", "HFSR", "MMFAR", "BFAR", "DEMCR", "ABFSR"] as const;
  const words = await memory.batch(names.map((n) => ({ read: CORE[n] })));
  names.forEach((n, i) => climb.registers[n] = words[i] ?? 0);
  const csr = await word(memory, chip.family.resetCauses.at);
  if (csr !== undefined) climb.registers["RCC_CSR"] = csr;
  const r = climb.registers;
  const exception = exceptionOf(r["ICSR"] ?? 0);
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
