/** Climbs from this computer to the running program and writes down what it sees. Writes nothing unless told. */
import { type Clock, Fault, hex } from "../base/mod.ts";
import { apIdentity, memoryOf, readAp, readDp } from "../coresight/mod.ts";
import type { Attached } from "../cortex/mod.ts";
import { listProbes, openProbe, type Probe } from "../probe/mod.ts";
import { findDevice, usbFault, type UsbSource } from "../usb/mod.ts";
import { whatIsAllowed } from "./allowed.ts";
import { voltsIn } from "./causes_supply.ts";
import { Climb } from "./climb.ts";
import { connect, connectAgain, type ExamineWish } from "./connect.ts";
import { type Findings, noteOf, type RungName } from "./findings.ts";
import { lookAtChip } from "./look.ts";

export type { ExamineWish };

/** below this nothing in an STM32 lives */
const NO_POWER_V = 1.5;

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
    if (!(error instanceof Fault)) throw error;
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
  let attached = await connect(climb, probe, clock, wish);
  if (attached === undefined) return;
  await lookBehind(climb, probe, clock, wish);
  await lookAtSupplyAgain(climb, probe);
  if (attached === "plain") {
    const again = await connectAgain(climb, probe, clock, wish);
    if (again) {
      attached = again;
      await lookBehind(climb, probe, clock, wish);
    }
  }
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
    if (!(error instanceof Fault)) throw error; // the probe is gone too: what ended the climb is told
  }
}

/** A program that closes the debug port does so at once: that leaving ends without an answer is no news. */
async function leave(climb: Climb, attached: Attached): Promise<void> {
  try {
    await attached.leave("running");
    climb.effects.push("the program was started again");
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    climb.effects.push("the program was started again, and closed the debug port at once");
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
