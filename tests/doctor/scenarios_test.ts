import { assert, assertEquals } from "@std/assert";
import {
  CAUSES,
  contradictions,
  diagnoseFindings,
  diagnosisLines,
  examine,
  type ExamineWish,
} from "../../src/doctor/mod.ts";
import { openSim, SCENARIOS } from "../../src/sim/mod.ts";
import { seen, selectorOf } from "./support.ts";
import { WORLDS } from "./worlds.ts";

/** scenario → exit, causes as `proven:slug`, notes; in the order they are told */
const WANTED: Readonly<
  Record<string, readonly [exit: number, causes: string, wish?: ExamineWish]>
> = {
  factory: [0, ""],
  blank: [22, "proven:flash-blank proven:lockup"],
  so36160986: [22, "proven:optcr-openocd-2015 proven:wwdg-hardware"],
  "optcr-f4-svd": [22, "proven:optcr-openocd-2015 proven:wwdg-hardware"],
  wrp: [11, "proven:wrp"],
  "wrp-all": [11, "proven:wrp"],
  rdp1: [11, "proven:rdp1"],
  rdp2: [21, "likely:rdp2 possible:swd-closed possible:swd-wires", { underReset: true }],
  "rdp1-watchdogs": [11, "proven:rdp1 proven:wwdg-hardware proven:iwdg-hardware"],
  "dual-bank": [0, ""],
  "boot-add-erased": [22, "proven:boot-add-erased"],
  "boot-add-ram": [22, "proven:boot-elsewhere proven:lockup"],
  "boot-add-system": [22, "proven:boot-elsewhere"],
  "iwdg-hw": [22, "proven:iwdg-hardware"],
  "wwdg-hw": [22, "proven:wwdg-hardware"],
  "watchdog-loop": [22, "proven:watchdog-loop"],
  "locked-cr": [22, "proven:flash-locked", { tryKeys: true }],
  "low-voltage": [21, "proven:supply-limits-flash"],
  "no-power": [21, "proven:no-target-voltage"],
  "nrst-held": [21, "proven:nrst-held"],
  "nrst-unwired": [20, "proven:nrst-unwired", { underReset: true }],
  "swd-disabled": [21, "proven:swd-closed", { underReset: true }],
  sleeping: [21, "proven:swd-closed", { underReset: true }],
  hardfault: [22, "proven:hardfault", { halt: true }],
  "itcm-write": [22, "proven:hardfault likely:itcm-write"],
  "self-reset": [22, "likely:reset-loop"],
  "psize-x64": [22, "proven:psize-above-supply"],
  "svd-boot": [
    22,
    "proven:optcr-f4-value proven:wwdg-hardware proven:boot-elsewhere proven:lockup",
  ],
  lockup: [22, "proven:lockup", { halt: true }],
  "vector-sp": [22, "proven:vector-stack"],
  "vector-thumb": [22, "proven:vector-thumb proven:hardfault"],
  "vector-pc": [22, "proven:vector-reset proven:hardfault"],
  "old-firmware": [20, "proven:probe-firmware-too-old"],
  "clone-probe": [20, "likely:probe-clone"],
  pcrop: [11, "proven:pcrop"],
  "options-mismatch": [11, "proven:rdp1 likely:options-mismatch"],
  "options-erased": [11, "proven:options-erased proven:rdp1 proven:boot-add-erased"],
};

for (const { name } of SCENARIOS) {
  Deno.test(`doctor: ${name}`, async (t) => {
    const [exit, causes, wish] = WANTED[name] ?? [];
    assert(exit !== undefined, `a scenario that this test does not know: ${name}`);
    const { findings, diagnosis } = await seen(selectorOf(name), wish);
    assertEquals(diagnosis.causes.map((c) => `${c.likelihood}:${c.slug}`).join(" "), causes);
    assertEquals(diagnosis.exit, exit);
    assertEquals(contradictions(diagnosis.causes), []);
    const golden = new URL(`golden/${name}.txt`, import.meta.url);
    const text = diagnosisLines(findings, diagnosis).join("\n") + "\n";
    if (Deno.env.get("GOLDEN") === "write") await Deno.writeTextFile(golden, text);
    await t.step("golden text", async () => assertEquals(text, await Deno.readTextFile(golden)));
  });
}

Deno.test("doctor: without a flag nothing is written, halted or reset", async () => {
  for (const { name } of SCENARIOS) {
    const sim = openSim(selectorOf(name));
    const { board } = sim;
    const writes: string[] = [];
    const { chip } = board;
    const real = chip.debugWrite.bind(chip);
    chip.debugWrite = (at, width, value) => {
      writes.push(`${at.toString(16)} = ${value.toString(16)}`);
      real(at, width, value);
    };
    const resets: string[] = [];
    const before = chip.onReset;
    chip.onReset = (cause) => {
      resets.push(cause);
      before(cause);
    };
    await examine(sim.source);
    assertEquals(writes, [], name);
    assertEquals(resets.filter((c) => c === "NRST"), [], name);
    assert(board.core !== "halted", name);
  }
});

Deno.test("doctor: keys are tried only when asked, and the lock is shut again", async () => {
  const sim = openSim(selectorOf("factory"));
  const f = await examine(sim.source, { tryKeys: true });
  assertEquals(f.flashKeys, "taken");
  assertEquals(sim.board.peek(0x4002_3C10), 0x8000_0000);
  assertEquals(diagnoseFindings(f).exit, 0);
});

Deno.test("doctor: after --halt the program runs on as before", async () => {
  const sim = openSim(selectorOf("factory"));
  const f = await examine(sim.source, { halt: true });
  assertEquals([f.core?.halted, sim.board.core], [false, "running"]);
  assertEquals(f.core?.story?.sentences, ["No fault is recorded"]);
});

Deno.test("doctor: --halt on a board that a watchdog resets gives the registers, and all is as before", async () => {
  const sim = openSim(selectorOf("so36160986"));
  const frozen = () => [0xE004_2008, 0xE004_200C].map((at) => sim.board.peek(at)); // DBGMCU_APBx_FZ
  const before = frozen();
  const f = await examine(sim.source, { halt: true });
  assertEquals(f.rungs.filter((r) => r.state !== "ok").map((r) => r.name), []);
  assertEquals(f.fault, undefined);
  assertEquals(f.core?.story?.sentences, ["No fault is recorded"]);
  assertEquals(frozen(), before);
});

Deno.test("doctor: a supply between 2.1 and 2.7 V is a note, below 1.5 V with an answer the VDD wire", async () => {
  const low = await seen(selectorOf("factory", "&volts=2.4"));
  assertEquals([low.diagnosis.exit, low.diagnosis.notes[0]?.slug], [0, "supply-narrows-flash"]);
  const { findings } = await seen(selectorOf("factory"));
  const wire = diagnoseFindings({ ...findings, volts: 0.1 });
  assertEquals(wire.causes.map((c) => c.slug), ["vdd-wire-missing"]);
});

Deno.test("doctor: every row has a test here, in hosts_test.ts or in worlds_test.ts", () => {
  const here = new Set(
    Object.values(WANTED).flatMap(([, c]) => c.split(" ").map((x) => x.split(":")[1])),
  );
  const others = [
    "vdd-wire-missing",
    "supply-narrows-flash",
    "dual-bank", // above and golden
    "no-libusb",
    "no-permission",
    "no-usb-driver",
    "probe-busy",
    "no-probe",
    "probe-not-found",
    "probe-ambiguous",
    "probe-hangs",
    "probe-in-loader",
    "probe-unsupported",
    "probe-firmware-old",
    "supply-too-low",
    "link-only-slow",
    "bor-above-supply",
    "link-breaks",
    "chip-unknown",
    "flash-busy",
    "watchdog-reset-seen",
    "asleep",
  ];
  const worlds = Object.values(WORLDS).flatMap((w) => w.wants[1].split(/[^\w-]+/));
  const tested = new Set([...here, ...others, ...worlds]);
  assertEquals(CAUSES.map((r) => r.slug).filter((s) => !tested.has(s)), []);
  const known = new Set(CAUSES.map((r) => r.slug));
  assertEquals(CAUSES.flatMap((r) => r.excludes ?? []).filter((s) => !known.has(s)), []);
});
