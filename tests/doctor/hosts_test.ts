/** Causes that lie before the board, or that no scenario shows: sources that are not there, findings made by hand. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Fault, hex } from "../../src/base/mod.ts";
import {
  diagnoseFindings,
  diagnosisJson,
  diagnosisLines,
  examine,
  findingsOf,
} from "../../src/doctor/mod.ts";
import { probeFault } from "../../src/probe/mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { type UsbDevice, usbFault, type UsbSource } from "../../src/usb/mod.ts";
import { seen, selectorOf } from "./support.ts";

const FACTORY = "sim:stm32f746g-disco";

/** The virtual bench with another list, or an opening that fails. */
function source(change: { devices?: readonly UsbDevice[]; opens?: Fault }): UsbSource {
  const { source } = openSim(FACTORY);
  return {
    kind: "libusb",
    clock: source.clock,
    list: () => change.devices ? Promise.resolve(change.devices) : source.list(),
    open: (d, e) => change.opens ? Promise.reject(change.opens) : source.open(d, e),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}
/** what was told of each, for the golden text */
const texts: string[] = [];
async function told(s: UsbSource): Promise<string> {
  const f = await examine(s);
  const d = diagnoseFindings(f);
  texts.push(diagnosisLines(f, d).join("\n") + "\n");
  return `${d.exit} ${d.broken} ${d.causes.map((c) => `${c.likelihood}:${c.slug}`).join(" ")}`;
}

Deno.test("no libusb: the ladder stops at its first rung", () => {
  const f = findingsOf(usbFault("no-libusb", { looked: "/usr/lib", install: "apt" }));
  const d = diagnoseFindings(f);
  assertEquals([d.exit, d.broken, d.causes[0]?.slug], [20, "usb", "no-libusb"]);
  const text = diagnosisLines(f, d).join("\n");
  assertStringIncludes(text, "✗ USB         libusb-1.0 is not on this machine");
  assertStringIncludes(text, "– chip        not reached");
});

Deno.test("no permission, said by the list or by opening", async () => {
  const [device] = await openSim(FACTORY).source.list();
  const closed = { ...device!, serial: "", unreadable: "usb-no-permission" };
  assertEquals(await told(source({ devices: [closed] })), "20 usb proven:no-permission");
  const opens = usbFault("usb-no-permission", { place: "1-4", node: "/dev/bus/usb/001/004" });
  assertEquals(await told(source({ opens })), "20 usb proven:no-permission");
});

Deno.test("no driver, no probe, several probes", async () => {
  const opens = usbFault("usb-no-driver", { place: "1-4" });
  assertEquals(await told(source({ opens })), "20 usb proven:no-usb-driver");
  assertEquals(await told(source({ devices: [] })), "20 usb proven:no-probe");
  const two = openSim(`${FACTORY}?boards=2`).source;
  assertEquals(await told(two), "20 usb proven:probe-ambiguous");
  const { findings } = await seen(FACTORY, { wanted: "0123" });
  assertEquals(diagnoseFindings(findings).causes.map((c) => c.slug), ["probe-not-found"]);
});

Deno.test("busy: the other program is named when it is known", async () => {
  const { source: bench } = openSim(FACTORY);
  const [device] = await bench.list();
  await using _held = await bench.open(device!, { interface: 0, out: 1, in: 0x81 });
  assertEquals(await told(bench), "20 usb proven:probe-busy");
  const opens = usbFault("usb-busy", { place: "1-4", holder: "openocd (77)" });
  const d = diagnoseFindings(await examine(source({ opens })));
  assertEquals(d.causes[0]?.because[1], "held by openocd (77)");
});

Deno.test("a probe in its loader, one that is not spoken, one that hangs, one that is pulled", async () => {
  const loader = probeFault("probe-in-loader", { probe: "STLINK-V3 loader" });
  assertEquals(await told(source({ opens: loader })), "20 probe proven:probe-in-loader");
  const v1 = probeFault("probe-unsupported", { probe: "ST-LINK/V1", why: "…" });
  assertEquals(await told(source({ opens: v1 })), "20 probe proven:probe-unsupported");
  for (const chaos of ["unplug@9", "unplug@40", "unplug@90"]) {
    const text = await told(openSim(`${FACTORY}?chaos=${chaos}`).source);
    assertStringIncludes(text, "proven:probe-hangs");
    assertStringIncludes(text, "20 ");
  }
});

Deno.test("old probe firmware that works is a note", async () => {
  const { diagnosis } = await seen(`${FACTORY}?firmware=V2J27M15`);
  assertEquals(diagnosis.exit, 0);
  assertEquals(diagnosis.notes.map((n) => n.slug), ["probe-firmware-old"]);
});

Deno.test("supplies: too low to live, and a brown-out level that may be above", async () => {
  const low = await seen(`${FACTORY}?volts=1.6`);
  assertEquals(low.diagnosis.causes.map((c) => `${c.likelihood}:${c.slug}`), [
    "proven:supply-too-low",
  ]);
  const bor = openSim(`${FACTORY}?volts=2.4`);
  const { storage } = bor.board.chip.options;
  storage[0] = 0x5503_AAFC & 0 | 0x550F_AAF0; // OPTCR low half 0xAAF0: BOR_LEV = 0, level 3
  bor.board.powerCycle();
  const d = diagnoseFindings(await examine(bor.source));
  assertEquals(d.causes.some((c) => c.slug === "bor-above-supply"), true);
  assertEquals(d.exit, 21);
});

Deno.test("a link that breaks, a clock that is too fast, a chip nobody knows", async () => {
  const { findings } = await seen(FACTORY);
  const { chip: _, connected, ...rest } = findings;
  const ended = (fault: Fault) =>
    diagnoseFindings({
      ...rest,
      fault: {
        slug: fault.slug,
        code: fault.code,
        title: fault.message,
        facts: fault.facts,
        seen: [],
      },
      rungs: rest.rungs.map((r) => r.name === "dp" ? { ...r, state: "broken" as const } : r),
    });
  const lost = ended(
    probeFault("link-lost", { command: "READ", means: "no answer", status: "0x10" }),
  );
  assertEquals([lost.exit, lost.causes[0]?.slug], [21, "link-breaks"]);
  const slow = ended(
    probeFault("link-only-slow", { works: "100 kHz", wanted: "4 MHz", flag: "100kHz", hertz: 1e5 }),
  );
  assertEquals([slow.exit, slow.causes[0]?.slug], [21, "link-only-slow"]);
  assertEquals(slow.causes[0]?.next[0]?.command, "probekit doctor --speed 100kHz");
  const { chipFault } = await import("../../src/chip/mod.ts");
  const unknown = ended(chipFault("chip-unknown", { devId: "0x411", idcode: "0x411" }));
  assertEquals([unknown.exit, unknown.causes[0]?.slug, connected?.how], [
    22,
    "chip-unknown",
    "attach",
  ]);
  const strange = ended(probeFault("probe-speed-too-low", { wanted: "1 Hz", slowest: "5 kHz" }));
  assertEquals([strange.exit, strange.causes[0]?.slug], [21, "probe-speed-too-low"]);
});

Deno.test("flash that is busy while somebody looks", async () => {
  const sim = openSim(FACTORY);
  const { chip } = sim.board;
  for (const key of [0x4567_0123, 0xCDEF_89AB]) chip.debugWrite(0x4002_3C04, 4, key);
  chip.debugWrite(0x4002_3C10, 4, 0x0001_003A); // SER, sector 7, STRT, by bytes
  const d = diagnoseFindings(await examine(sim.source));
  assertEquals(d.causes.some((c) => c.slug === "flash-busy" && c.likelihood === "proven"), true);
});

Deno.test("while flash is erased or written, --under-reset pulls no NRST", async () => {
  const sim = openSim(FACTORY);
  const { chip } = sim.board;
  for (const key of [0x4567_0123, 0xCDEF_89AB]) chip.debugWrite(0x4002_3C04, 4, key);
  chip.debugWrite(0x4002_3C10, 4, 0x0001_003A);
  const resets = sim.board.resets.length;
  const f = await examine(sim.source, { underReset: true });
  assertEquals([sim.board.resets.length, f.underReset, f.connected?.how], [
    resets,
    undefined,
    "attach",
  ]);
});

Deno.test("a watchdog reset that is over, and a core that sleeps, are notes", async () => {
  const { findings } = await seen(FACTORY);
  const registers = { ...findings.registers, RCC_CSR: 0x2400_0000 };
  const over = diagnoseFindings({ ...findings, registers });
  assertEquals([over.exit, over.notes[0]?.slug], [0, "watchdog-reset-seen"]);
  const core = { ...findings.core!, sleeping: true };
  const asleep = diagnoseFindings({ ...findings, core });
  assertEquals([asleep.exit, asleep.notes[0]?.slug], [0, "asleep"]);
});

Deno.test("--json holds the ladder, the causes and the registers in hexadecimal", async () => {
  const { findings, diagnosis } = await seen(selectorOf("so36160986"));
  const json = JSON.parse(JSON.stringify(diagnosisJson(findings, diagnosis)));
  assertEquals(json.findings.registers.FLASH_OPTCR, hex(0x00FF_AAED));
  assertEquals(json.causes[0].slug, "optcr-openocd-2015");
  assertEquals(json.ladder.length, 13);
  assertEquals(json.findings.chip.name, "STM32F74x/F75x");
});

Deno.test("golden text of what was told of this computer and its probes", async () => {
  const golden = new URL("golden/hosts.txt", import.meta.url);
  const text = texts.join("\n");
  if (Deno.env.get("GOLDEN") === "write") await Deno.writeTextFile(golden, text);
  assertEquals(text, await Deno.readTextFile(golden));
});
