/** Climbs from this computer to the running program and writes down what it sees. Writes nothing unless told. */
import { type Access, and, type Clock, Fault, has, hex, type Memory } from "../base/mod.ts";
import { FAMILIES, flashRegister } from "../chip/mod.ts";
import { apIdentity, memoryOf, readAp, readDp } from "../coresight/mod.ts";
import { attach, type Attached, explainFault, openCore } from "../cortex/mod.ts";
import { listProbes, openProbe, type Probe, type StlinkOptions } from "../probe/mod.ts";
import { findDevice, usbFault, type UsbSource } from "../usb/mod.ts";
import { losesAtReset } from "./causes_stored.ts";
import { voltsIn } from "./causes_supply.ts";
import { Climb } from "./climb.ts";
import { type Findings, noteOf, type RungName } from "./findings.ts";
import { lookAtChip } from "./look.ts";

/** What an examination may do. Without any flag it only reads. */
export interface ExamineWish {
  /** serial or place of the probe */
  readonly wanted?: string | undefined;
  /** SWD clock; 4 MHz when absent */
  readonly hertz?: number | undefined;
  /** may pull NRST: the board is reset, its RAM and what it was doing are lost */
  readonly underReset?: boolean;
  /** may halt the core for a moment to read its registers */
  readonly halt?: boolean;
  /** may write the flash keys to see whether the controller takes them, and lock it again */
  readonly tryKeys?: boolean;
  /** instead of what the chip's size register says */
  readonly flashKiB?: number;
  readonly stlink?: StlinkOptions;
}

const USUAL_HERTZ = 4_000_000;
const FREEZE = FAMILIES.flatMap((f) => f.debug.freeze.map(({ at, set }) => ({ at, set })));
/** below this nothing in an STM32 lives */
const NO_POWER_V = 1.5;

const isFault = (error: unknown): error is Fault => error instanceof Fault;

/** Findings for a source that could not even be opened: no libusb, no permission to load it. */
export function findingsOf(fault: Fault, source = "libusb"): Findings {
  const climb = new Climb(source);
  climb.broken("usb", fault.message);
  climb.add({ fault: noteOf(fault) });
  return climb.done();
}

/**
 * Examines the board behind the probe that `wish` names. Never throws a Fault: what fails is a finding. The
 * probe is closed again.
 */
export async function examine(source: UsbSource, wish: ExamineWish = {}): Promise<Findings> {
  const climb = new Climb(source.kind);
  const probe = await reachProbe(climb, source, wish);
  if (!probe) return climb.done();
  try {
    await withProbe(climb, probe, source.clock, wish);
  } finally {
    await probe[Symbol.asyncDispose]();
  }
  return climb.done();
}

async function reachProbe(
  climb: Climb,
  source: UsbSource,
  wish: ExamineWish,
): Promise<Probe | undefined> {
  const found = await climb.rung("usb", async () => {
    const probes = await listProbes(source);
    const device = findDevice(probes.map((p) => p.device), wish.wanted);
    if (device.unreadable === "usb-no-permission") {
      throw usbFault("usb-no-permission", {
        place: device.place,
        node: `USB device ${device.place}`,
      });
    }
    return device;
  });
  if (!found) return undefined;
  climb.ok("usb", `${found.product ?? "probe"} at ${found.place}`);
  try {
    const probe = await openProbe(source, found, wish.stlink);
    const { name, serial, firmware, place } = probe.id;
    climb.add({ probe: { name, serial, firmware, place, lacks: probe.lacks } });
    climb.ok("probe", `${name} ${firmware}, serial ${serial}`);
    return probe;
  } catch (error) {
    if (!isFault(error)) throw error;
    const rung: RungName = error.slug.startsWith("usb-") ? "usb" : "probe";
    climb.broken(rung, error.message);
    climb.add({ fault: noteOf(error) });
    return undefined;
  }
}

async function withProbe(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  wish: ExamineWish,
): Promise<void> {
  await climb.rung("voltage", async () => {
    const volts = await probe.voltage() ?? null;
    climb.add({ volts });
    if (volts !== null && volts < NO_POWER_V) {
      climb.broken("voltage", `${voltsIn(volts)} at the probe's VDD pin`);
    } else {
      const text = volts === null ? "the probe measures nothing that can be" : voltsIn(volts);
      climb.ok("voltage", text);
    }
  });
  const attached = await connect(climb, probe, clock, wish);
  if (attached === undefined) return;
  await lookBehind(climb, probe, clock, wish);
  if (climb.found.chip) await whatIsAllowed(climb, probe, clock, wish);
  await lookAtSupplyAgain(climb, probe);
  if (attached !== "plain") await leave(climb, attached);
}

/** A chip that answered and then did not: whether its supply is still there. */
async function lookAtSupplyAgain(climb: Climb, probe: Probe): Promise<void> {
  if (climb.found.fault?.slug !== "link-lost") return;
  try {
    const volts = await probe.voltage();
    if (volts !== undefined) climb.add({ voltsLater: volts });
  } catch (error) {
    if (!isFault(error)) throw error; // the probe is gone too: what ended the climb is told
  }
}

/** A program that closes the debug port does so at once: that leaving ends without an answer is no news. */
async function leave(climb: Climb, attached: Attached): Promise<void> {
  try {
    await attached.leave("running");
    climb.effects.push("the program was started again");
  } catch (error) {
    if (!isFault(error)) throw error;
    climb.effects.push("the program was started again, and closed the debug port at once");
  }
}

/** Without a reset first; under reset only when that failed and is allowed. */
async function connect(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  wish: ExamineWish,
): Promise<"plain" | Attached | undefined> {
  const hertz = wish.hertz ?? USUAL_HERTZ;
  try {
    const { dpidr, hertz: chosen } = await probe.connect({ hertz, underReset: false });
    climb.add({ connected: { how: "attach", hertz: chosen, dpidr } });
    climb.ok("swd", `answers at ${chosen / 1e6} MHz`);
    climb.effects.push("the debug port was switched on; the program was neither stopped nor reset");
    return "plain";
  } catch (error) {
    if (!isFault(error)) throw error;
    climb.add({ plain: noteOf(error) });
    if (!wish.underReset) {
      climb.broken("swd", error.message);
      climb.add({ fault: noteOf(error) });
      return undefined;
    }
  }
  try {
    const attached = await attach(probe, clock, { mode: "under-reset", hertz, freeze: FREEZE });
    const { report } = attached;
    climb.add({
      connected: { how: "under-reset", hertz: report.hertz, dpidr: report.dpidr },
      nrst: report.resetBy === "nrst" ? "works" : "no-effect",
    });
    climb.broken("swd", "answers only while the chip is held in reset");
    climb.ok("nrst", "driven by the probe, and it reaches the chip");
    climb.effects.push("the board was reset and its core stopped before its first instruction");
    return attached;
  } catch (error) {
    if (!isFault(error)) throw error;
    climb.broken("swd", `${error.message}, also while NRST is pulled`);
    climb.effects.push(
      "NRST was pulled low for a moment: if its wire is connected, the board was reset",
    );
    climb.add({ underReset: noteOf(error), fault: noteOf(error) });
    return undefined;
  }
}

async function lookBehind(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  { flashKiB }: ExamineWish,
): Promise<void> {
  await climb.rung("dp", async () => {
    const [dpidr, stat] = [climb.found.connected?.dpidr ?? 0, await readDp(probe, "CTRL/STAT")];
    climb.registers["DP_CTRL_STAT"] = stat;
    climb.ok("dp", `DPIDR ${hex(dpidr)}, CTRL/STAT ${hex(stat)}`);
  });
  await climb.rung("ap", async () => {
    const { idr, name, memory } = apIdentity(await readAp(probe, 0, "IDR"));
    climb.registers["AP_IDR"] = idr;
    if (memory) climb.ok("ap", `${name}, IDR ${hex(idr)}`);
    else climb.broken("ap", `access port 0 is no memory port: IDR ${hex(idr)}`);
  });
  const size = flashKiB === undefined ? {} : { flashKiB };
  await lookAtChip(climb, memoryOf(probe, 0, clock), clock, size);
  if (climb.found.options?.rdpLevel === 1) {
    climb.effects.push(
      "at RDP level 1 a debugger cuts the program off from flash: it runs again after a power cycle",
    );
  }
}

/** What disturbs the board, each only when it is allowed. */
async function whatIsAllowed(
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
  if (wish.underReset && climb.found.connected?.how === "attach") {
    if (losesAtReset(climb.done())) climb.more("nrst", "not pulled: a reset would close the chip");
    else await climb.rung("nrst", () => tryNrst(climb, probe, memory, clock));
  }
}

async function halted(climb: Climb, probe: Probe, clock: Clock): Promise<void> {
  const { core: before } = climb.found;
  const core = await openCore(probe, clock);
  const was = await core.state();
  if (was !== "halted") await core.halt();
  const story = await explainFault(core);
  const [pc = 0] = await core.readRegisters(["pc"]);
  if (before) climb.add({ core: { ...before, story, pc } });
  climb.effects.push("the core was halted for a moment to read its registers");
  if (was === "halted") return;
  await core.resume();
  const debugOff: Access = { write: 0xE000_EDF0, value: 0xA05F_0000 }; // DHCSR, as it was
  await core.uncached.batch([debugOff]);
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
    if (!isFault(error) || error.slug !== "bus-refused") throw error;
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
  if (held) climb.ok("nrst", "driven by the probe, and it reaches the chip");
  else climb.broken("nrst", "driven by the probe, and the core goes on: the wire is not connected");
}
