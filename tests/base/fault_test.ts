import { assertEquals, assertInstanceOf } from "@std/assert";
import { catalogue, diagnose, Fault } from "../../src/base/mod.ts";

const fault = catalogue({
  "no-answer": {
    code: "E2107",
    class: "station",
    title: "The chip on {place} does not answer",
    causes: [
      { text: "the board has {volts} V", likelihood: "likely", because: ["VDD = {volts} V"] },
      { text: "the cable is loose", likelihood: "possible" },
    ],
    next: [{ text: "look at {place}", command: "probekit doctor --probe {place}", effect: "read" }],
    retryable: true,
  },
});

Deno.test("fault: title, exit and texts are filled from the facts", () => {
  const f = fault("no-answer", { place: "1-4", volts: 1.5 });
  assertInstanceOf(f, Fault);
  assertEquals([f.message, f.exit, f.slug, f.code], [
    "The chip on 1-4 does not answer",
    21,
    "no-answer",
    "E2107",
  ]);
  const d = diagnose(f);
  assertEquals(d.causes[0], {
    text: "the board has 1.5 V",
    likelihood: "likely",
    because: ["VDD = 1.5 V"],
  });
  assertEquals(d.next[0]?.command, "probekit doctor --probe 1-4");
  assertEquals(d.retryable, true);
});

Deno.test("diagnose: a cause whose facts are unknown does not show", () => {
  assertEquals(diagnose(fault("no-answer", { place: "1-4" })).causes.map((c) => c.text), [
    "the cable is loose",
  ]);
});

Deno.test("within: rooms above add; what was said first stays", () => {
  const below = fault("no-answer", { place: "1-4" }, {
    evidence: [{ what: "DHCSR", value: "0x0" }],
    cause: new Error("status 0x09"),
  });
  const above = below
    .within({ doing: "reading", evidence: [{ what: "VDD", value: "3.2 V" }] })
    .within({ doing: "flashing", board: { state: "untouched", text: "nothing was written" } });
  const d = diagnose(above);
  assertEquals(d.doing, "reading");
  assertEquals(d.board?.state, "untouched");
  assertEquals(d.evidence.map((e) => e.what), ["DHCSR", "VDD"]);
  assertEquals(d.chain, ["status 0x09"]);
});
