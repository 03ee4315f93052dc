/** What an examination does to a board beyond reading, each only when it is allowed. */
import { type Access, and, type Clock, Fault, has, type Memory, or } from "../base/mod.ts";
import { flashRegister } from "../chip/mod.ts";
import { memoryOf } from "../coresight/mod.ts";
import { explainFault, openCore } from "../cortex/mod.ts";
import type { Probe } from "../probe/mod.ts";
import { seenBusy } from "./causes_flash.ts";
import { losesAtReset } from "./causes_stored.ts";
import type { Climb } from "./climb.ts";
import { type ExamineWish, FREEZE, NRST_DEAD, NRST_WORKS } from "./connect.ts";

/** What disturbs the board, each only when it is allowed. */
export async function whatIsAllowed(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  wish: ExamineWish,
): Promise<void> {
  const memory = memoryOf(probe, 0, clock);
  if (wish.halt) await climb.rung("running", () => halted(climb, probe, clock));
  if (wish.tryKeys) await climb.rung("flash", () => tryKeys(climb, memory));
  else if (climb.registers["FLASH_CR"] !== undefined) {
    climb.more("flash", "whether it takes its keys was not tried (--try-keys)");
  }
  const lost = climb.found.underReset !== undefined; // NRST was pulled already
  if (wish.underReset && climb.found.connected?.how === "attach" && !lost) {
    const seen = climb.done();
    if (losesAtReset(seen)) climb.more("nrst", "not pulled: a reset would close the chip");
    else if (seenBusy(seen)) climb.more("nrst", "not pulled: flash is being written");
    else await climb.rung("nrst", () => tryNrst(climb, probe, memory, clock));
  }
}

/** Sets these bits; gives what puts the registers back. */
async function freezeWatchdogs(memory: Memory): Promise<readonly Access[]> {
  const before = await memory.batch(FREEZE.map(({ at }) => ({ read: at })));
  await memory.batch(
    FREEZE.map(({ at, set }, i) => ({ write: at, value: or(before[i] ?? 0, set) })),
  );
  return FREEZE.map(({ at }, i) => ({ write: at, value: before[i] ?? 0 }));
}

/** Halts, reads, and lets the core go on as it was, also when reading fails. */
async function halted(climb: Climb, probe: Probe, clock: Clock): Promise<void> {
  const { core: before } = climb.found;
  const core = await openCore(probe, clock);
  const was = await core.state();
  // a watchdog that bites meanwhile starts the core again
  const thaw = await freezeWatchdogs(core.uncached);
  // DHCSR: run, then as it was without a debugger
  const go: readonly Access[] = was === "halted" ? [] : [
    { write: 0xE000_EDF0, value: 0xA05F_0001 },
    { write: 0xE000_EDF0, value: 0xA05F_0000 },
  ];
  try {
    if (was !== "halted") await core.halt();
    climb.effects.push("the core was halted for a moment to read its registers");
    const story = await explainFault(core);
    const [pc = 0] = await core.readRegisters(["pc"]);
    if (before) climb.add({ core: { ...before, story, pc } });
  } finally {
    await core.uncached.batch([...thaw, ...go]);
  }
}

/** The keys, and the lock shut again: the only proof that a controller is not locked until reset. */
async function tryKeys(climb: Climb, memory: Memory): Promise<void> {
  const { chip } = climb.found;
  if (!chip) return;
  const at = (name: string): number => flashRegister(chip.family, chip.sub, name).at;
  const lock = 2 ** 31; // FLASH_CR.LOCK
  const [before = 0] = await memory.batch([{ read: at("CR") }]);
  if (!has(before, lock)) {
    climb.add({ flashKeys: "taken" }); // open already: keys now would lock it until the next reset
    return;
  }
  const [first, second] = chip.family.flash.keys;
  let after = before;
  try {
    [after = before] = await memory.batch([
      { write: at("KEYR"), value: first },
      { write: at("KEYR"), value: second },
      { read: at("CR") },
    ]);
  } catch (error) {
    if (!(error instanceof Fault) || error.slug !== "bus-refused") throw error;
    [after = before] = await memory.batch([{ read: at("CR") }]);
  }
  const taken = !has(after, lock);
  if (taken) await memory.batch([{ write: at("CR"), value: lock }]);
  climb.add({ flashKeys: taken ? "taken" : "refused" });
  climb.effects.push("the flash keys were written, and the controller locked again");
  if (!taken) climb.broken("flash", "FLASH_CR.LOCK stays 1 after both keys");
}

const RESET_MS = 20;
const S_RESET_ST = 2 ** 25;

/** Pulls NRST and looks whether the core is in reset meanwhile. */
async function tryNrst(climb: Climb, probe: Probe, memory: Memory, clock: Clock): Promise<void> {
  await probe.holdReset(true);
  let held = false;
  try {
    await clock.sleep(RESET_MS);
    await memory.batch([{ read: 0xE000_EDF0 }]); // DHCSR: what was before does not count
    const [state = 0] = await memory.batch([{ read: 0xE000_EDF0 }]);
    held = and(state, S_RESET_ST) !== 0;
  } finally {
    await probe.holdReset(false);
  }
  climb.add({ nrst: held ? "works" : "no-effect" });
  climb.effects.push("NRST was pulled low for a moment: the board was reset and runs again");
  if (held) climb.ok("nrst", NRST_WORKS);
  else climb.broken("nrst", NRST_DEAD);
}
