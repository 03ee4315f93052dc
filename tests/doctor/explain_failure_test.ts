import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { diagnose, type Fault } from "../../src/base/mod.ts";
import { explainDiagnostic, explainFailure } from "../../src/doctor/mod.ts";
import { flashFault } from "../../src/flash/mod.ts";
import { openBench } from "../../src/recipe/mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { usbFault } from "../../src/usb/mod.ts";
import { selectorOf } from "./support.ts";

const wrong = flashFault("flash-content-wrong", { at: "0x08000000", wants: "0x00", is: "0xFF" });
const proven = (f: Fault): string[] =>
  diagnose(f).causes.filter((c) => c.likelihood === "proven").map((c) => c.text);

Deno.test("a failed write on the story's board gets the watchdog and recover", async () => {
  const { source } = openSim(selectorOf("so36160986"));
  await using bench = await openBench({ source, attach: "under-reset" });
  const told = await explainFailure(bench, wrong);
  assertEquals(told.slug, wrong.slug);
  assert(proven(told).some((t) => t.includes("window watchdog starts by hardware")));
  assertEquals(diagnose(told).next[0]?.command, "probekit recover");
});

Deno.test("the same from a source whose probe nobody has open, and for a fault that is data", async () => {
  const { source } = openSim(selectorOf("wrp"));
  const told = await explainFailure(source, wrong);
  assert(proven(told)[0]?.startsWith("Write protection: sectors 0..1"));
  const data = await explainDiagnostic(source, diagnose(wrong));
  assertEquals(data.causes[0]?.text, proven(told)[0]);
});

Deno.test("a lost link: the supply is gone", async () => {
  const sim = openSim(selectorOf("factory"));
  sim.board.volts = 0;
  const told = await explainFailure(
    sim.source,
    flashFault("resets-by-itself", { doing: "erasing" }),
  );
  assertEquals(proven(told), ["The board has no power"]);
});

Deno.test("keys refused: the controller is locked until reset", async () => {
  const { source } = openSim(selectorOf("locked-cr"));
  const told = await explainFailure(source, flashFault("flash-locked-until-reset"));
  assert(
    proven(told).some((t) => t.startsWith("The flash controller is locked until the next reset")),
  );
});

Deno.test("a healthy board, a fault that has its proof, and one of no board: all as they were", async () => {
  const { source } = openSim(selectorOf("factory"));
  assertStrictEquals(await explainFailure(source, wrong), wrong);
  const sure = wrong.within({ causes: [{ text: "known", likelihood: "proven" }] });
  assertStrictEquals(await explainFailure(source, sure), sure);
  const { source: other } = openSim(selectorOf("so36160986"));
  const usage = usbFault("bad-trace", { file: "x", why: "y" });
  assertStrictEquals(await explainFailure(other, usage), usage);
});

Deno.test("explaining leaves an attached board halted as it was", async () => {
  const sim = openSim(selectorOf("iwdg-hw"));
  await using bench = await openBench({ source: sim.source, attach: "under-reset" });
  await explainFailure(bench, wrong);
  assertEquals([sim.board.core, sim.board.resets.includes("IWDG")], ["halted", false]);
});
