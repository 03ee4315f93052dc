import { assert, assertEquals, assertRejects } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { FakeStlink } from "../support/fake_stlink.ts";

async function failing(prepare: (fake: FakeStlink) => void, hertz = 4e6, underReset = false) {
  const fake = new FakeStlink();
  prepare(fake);
  await using probe = await openStlink(fake, fake.clock);
  const fault = await assertRejects(() => probe.connect({ hertz, underReset }), Fault);
  assertEquals(fake.mode, 1, "debug mode was left");
  assertEquals(fake.nrstLow, false, "NRST was let go");
  return { fake, said: diagnose(fault), fault };
}
const silent = (op: number) => op === 0x31 ? 0x09 : undefined;

Deno.test("a chip that does not answer: voltage, NRST and IDCODE at several speeds are shown", async () => {
  const { said } = await failing((fake) => {
    fake.onCommand = silent;
    fake.volts = [1500, 969]; // 1.55 V
  });
  assertEquals([said.code, said.slug, said.exit], ["E2107", "link-no-answer", 21]);
  assertEquals(said.title, "The chip does not answer");
  assertEquals(said.evidence.map((e) => `${e.what}: ${e.value}`), [
    "probe: ST-LINK/V2-1 066BFF515254667867154021 V2J37M26",
    "target voltage: 1.55 V",
    "NRST: not driven; this probe cannot read its level",
    "DP IDCODE: no response at 4 MHz (GET_IDCODE_ERROR), no response at 950 kHz (GET_IDCODE_ERROR), no response at 100 kHz (GET_IDCODE_ERROR)",
  ]);
  assertEquals(said.board?.state, "untouched");
  assertEquals(said.causes[0], {
    text: "the board is not powered properly",
    likelihood: "likely",
    because: ["target voltage 1.55 V; an STM32 needs 1.7 V or more"],
  });
  assert(said.retryable);
});

Deno.test("a chip that does not answer under reset", async () => {
  const { said } = await failing(
    (fake) => {
      fake.onCommand = (op) => op === 0x30 ? 0x16 : undefined;
      fake.volts = [0, 0];
    },
    100e3,
    true,
  );
  assertEquals(said.slug, "link-no-answer");
  assertEquals(said.evidence.slice(1).map((e) => e.value), [
    "not measurable",
    "driven low by the probe",
    "no response at 100 kHz (0x16 SWD_DP_ERROR)",
  ]);
});

Deno.test("an IDCODE of all zeros or ones is no answer", async () => {
  for (const dpidr of [0, 0xFFFF_FFFF]) {
    const { said } = await failing((fake) => fake.dpidr = dpidr, 100e3);
    assertEquals(said.slug, "link-no-answer");
    assert(said.evidence.at(-1)?.value.includes("an empty IDCODE"));
  }
});

Deno.test("a board without power is told apart", async () => {
  const { said } = await failing((fake) => {
    fake.onCommand = silent;
    fake.volts = [1500, 20];
  });
  assertEquals([said.code, said.slug], ["E2106", "link-no-power"]);
  assertEquals(said.title, "The board has no power: the probe measures 0.03 V at its VDD pin");
});

Deno.test("a chip that answers slowly only is told apart, with the speed to use", async () => {
  let divisor = 0;
  const { said, fake } = await failing((fake) => {
    fake.onCommand = (op, p) => {
      if (op === 0x43) divisor = p[2]!;
      return op === 0x31 && divisor !== 40 ? 0x16 : undefined;
    };
  });
  assertEquals([said.code, said.slug], ["E2105", "link-only-slow"]);
  assertEquals(said.title, "The chip answers at 100 kHz, but not at 4 MHz");
  assertEquals(said.next[0]?.text, "Connect slower: --speed 100kHz");
  assertEquals(fake.log.filter((l) => l === "F2 31").length, 3);
});

Deno.test("a speed below the slowest is refused", async () => {
  const fake = new FakeStlink();
  await using probe = await openStlink(fake, fake.clock);
  const fault = await assertRejects(() => probe.connect({ hertz: 4000, underReset: false }), Fault);
  assertEquals(fault.slug, "probe-speed-too-low");
  assertEquals(
    fault.message,
    "The probe cannot clock SWD at 4 kHz or slower: its slowest speed is 5 kHz",
  );
});

Deno.test("a V3 before J10 is kept at 8 MHz", async () => {
  const fake = new FakeStlink({ major: 3, jtag: 9 });
  await using probe = await openStlink(fake, fake.clock);
  assertEquals((await probe.connect({ hertz: 24e6, underReset: false })).hertz, 8e6);
  const newer = new FakeStlink({ major: 3, jtag: 13 });
  await using second = await openStlink(newer, newer.clock);
  assertEquals((await second.connect({ hertz: 24e6, underReset: false })).hertz, 24e6);
});
