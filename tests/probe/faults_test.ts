/** Every row of the catalogue, produced once; the snapshot is the text that its reader sees. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { diagnose, Fault } from "../../src/base/mod.ts";
import { openProbe, openStlink, type Probe, probeFault } from "../../src/probe/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import { type FakeOptions, FakeStlink } from "../support/fake_stlink.ts";
import { device, ManualClock, ScriptedPipe } from "../support/scripted_pipe.ts";

const BASE = 0x2000_0000;
const memory = (probe: Probe) => probe.fastMemory?.(0) ?? never();
const never = (): never => {
  throw new Error("no memory commands");
};

/** Connects to a fake and does `act`; gives the fault that comes of it. */
async function after(
  act: (probe: Probe, fake: FakeStlink) => Promise<unknown>,
  options: FakeOptions = {},
): Promise<Fault> {
  const fake = new FakeStlink(options);
  await using probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  return await assertRejects(() => act(probe, fake), Fault);
}

/** Fails to connect to a fake. */
async function connecting(prepare: (fake: FakeStlink) => void, hertz = 4e6): Promise<Fault> {
  const fake = new FakeStlink();
  prepare(fake);
  await using probe = await openStlink(fake, fake.clock);
  return await assertRejects(() => probe.connect({ hertz, underReset: false }), Fault);
}

/** Fails to open a fake. */
async function opening(options: FakeOptions): Promise<Fault> {
  const fake = new FakeStlink(options);
  return await assertRejects(() => openStlink(fake, fake.clock), Fault);
}

const READ_FAILS = (answer: string) =>
  new ScriptedPipe(`
    < !usb-timeout
    > f1
    < 29 5a 83 04 4b 37
    > f5
    < 01 00
    > f7
    < ${answer}
    < !usb-timeout
    > f7
    < ${answer}
  `);

async function reading(answer: string): Promise<Fault> {
  const probe = await openStlink(READ_FAILS(answer), new ManualClock());
  return await assertRejects(() => probe.voltage(), Fault);
}

const silent = (op: number) => op === 0x31 ? 0x09 : undefined;
type Slug = keyof typeof probeFault.rows;

const SCENES: Readonly<Record<Slug, () => Promise<Fault>>> = {
  "probe-firmware-too-old": () => opening({ jtag: 21 }),
  "probe-in-loader": async () => {
    const fake = new FakeStlink({ major: 3, jtag: 13 });
    fake.mode = 4;
    return await assertRejects(() => openStlink(fake, fake.clock), Fault);
  },
  "probe-unsupported": () =>
    assertRejects(() => openProbe(null as never, device(0x3744, "")), Fault),
  "probe-unknown-reply": () => reading("80 00 01"),
  "probe-lost": () => reading("!usb-timeout"),
  "probe-firmware-lacks": () => after((p) => memory(p).read(BASE, 2, 2), { jtag: 24 }),
  "probe-status": () =>
    after((p, fake) => {
      fake.onCommand = (op) => op === 0x3A ? 0x42 : undefined;
      return p.fastCore?.readAll() ?? never();
    }),
  "access-impossible": () => after((p) => memory(p).read(BASE + 1, 4, 4)),
  "probe-speed-too-low": () => connecting(() => {}, 1000),
  "link-only-slow": () => {
    let divisor = 0;
    return connecting((fake) => {
      fake.onCommand = (op, p) => {
        if (op === 0x43) divisor = p[2]!;
        return op === 0x31 && divisor !== 40 ? 0x16 : undefined;
      };
    });
  },
  "link-no-power": () =>
    connecting((fake) => {
      fake.onCommand = silent;
      fake.volts = [1500, 20];
    }),
  "link-no-answer": () =>
    connecting((fake) => {
      fake.onCommand = silent;
      fake.volts = [1500, 969];
    }),
  "link-lost": () =>
    after((p, fake) => {
      fake.onAccess = () => 0x16;
      return memory(p).read(BASE, 4);
    }),
  "bus-busy": () =>
    after((p, fake) => {
      fake.onAccess = () => 0x10;
      return memory(p).read(BASE, 64);
    }),
  "bus-refused": () => after((p) => memory(p).read(0x0800_0000, 64)),
  "register-never-changed": () =>
    after((p) =>
      memory(p).batch([{ poll: BASE, mask: 0x10000, want: 0x10000, withinMs: 50, everyMs: 10 }])
    ),
};

for (const [slug, make] of Object.entries(SCENES)) {
  Deno.test(`fault ${slug}`, async (t) => {
    const fault = await make();
    assertEquals(fault.slug, slug);
    const said = diagnose(fault);
    assertEquals(said.exit, Number(said.code.slice(1, 3)));
    const text = renderDiagnostic(said);
    assert(!/\{\w+\}/.test(text), `an unfilled fact in:\n${text}`);
    await t.assertSnapshot(text);
  });
}

Deno.test("no row of the probe's faults is without a scene", () => {
  assertEquals(Object.keys(SCENES).sort(), Object.keys(probeFault.rows).sort());
});
