import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { FakeStlink } from "../support/fake_stlink.ts";
import { device, ManualClock, ScriptedPipe } from "../support/scripted_pipe.ts";

const OPEN = `
  < !usb-timeout                     # nothing stale
  > f1
  < 29 5a 83 04 4b 37                # V2J37M26
  > f5
  < 01 00                            # mass storage: idle
`;
const CONNECT = `
  > f2 43 00 00                      # 4 MHz, before entering
  < 80 00
  > f2 30 a3
  < 80 00
  > f2 31
  < 80 00 00 00 77 24 a0 5b 00 00 00 00
  > f2 4b 00
  < 80 00
`;
const EXIT = "> f2 21";

const open = async (script: string, pid = 0x374B) => {
  const pipe = new ScriptedPipe(script, device(pid));
  const clock = new ManualClock();
  return { pipe, clock, probe: await openStlink(pipe, clock) };
};
const end = (pipe: ScriptedPipe) => {
  assertEquals(pipe.left, []);
  assert(pipe.closed);
};

Deno.test("openStlink() asks for version and mode, and touches no chip", async () => {
  const { pipe, probe } = await open(OPEN);
  assertEquals(probe.id, {
    name: "ST-LINK/V2-1",
    serial: "066BFF515254667867154021",
    firmware: "V2J37M26",
    place: "1-4",
  });
  assertEquals(probe.lacks, []);
  assertEquals(probe.counters, { exchanges: 2, bytesOut: 32, bytesIn: 8 });
  await probe[Symbol.asyncDispose]();
  end(pipe); // no EXIT: debug mode was never entered
});

Deno.test("openStlink() throws stale packets away first", async () => {
  const { pipe, probe } = await open(`
    < 80 00
    < 00 11 22 33
    < !usb-stall
    clear in
    < !usb-timeout
    > f1
    < 29 5a 83 04 4b 37
    > f5
    < 01 00
  `);
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("openStlink() leaves DFU, SWIM, and another program's debug mode", async () => {
  const cases: [string, string][] = [
    ["00", "> f3 07\n > f5\n < 01 00"],
    ["03", "> f4 01"],
    ["02", "> f2 21"],
  ];
  for (const [mode, rest] of cases) {
    const script = `${OPEN.replace("< 01 00 ", `< ${mode} 00`)}${rest}`;
    const { pipe, probe } = await open(script);
    await probe[Symbol.asyncDispose]();
    end(pipe);
  }
});

Deno.test("openStlink() on a V3 enters again instead of leaving, with trace stopped", async () => {
  const { pipe, probe } = await open(
    `
    < !usb-timeout
    > f1
    < 30 00 83 04 4e 37
    > fb
    < 03 00 0d 04 02 00 00 00 83 04 4e 37
    > f5
    < 02 00
    > f2 41
    < 80 00
    > f2 3c 01
    < 80 00
    > f2 62
    < 80 00 00 00 e8 03 00 00 02 00 00 00 40 1f 00 00 e8 03 00 00 ${"00 ".repeat(32)}
    > f2 61 00 00 40 1f 00 00
    < 80 00 00 00 40 1f 00 00
    > f2 30 a3
    < 80 00
    > f2 31
    < 80 00 00 00 77 24 a0 5b 00 00 00 00
    > f2 4b 00
    < 80 00
    ${EXIT}
  `,
    0x374E,
  );
  assertEquals(probe.id.firmware, "V3J13M4B2");
  assertEquals(await probe.connect({ hertz: 10e6, underReset: false }), {
    hertz: 8_000_000,
    dpidr: 0x5BA02477,
  });
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("openStlink() resets a probe that does not answer, once", async () => {
  const { pipe, clock, probe } = await open(`
    < !usb-timeout
    > f1
    < !usb-timeout
    < !usb-timeout                   # drained
    > f1                             # a pure read is asked once more
    < !usb-timeout
    reset
    < !usb-timeout
    > f1
    < 29 5a 83 04 4b 37
    > f5
    < 01 00
  `);
  assertEquals(clock.slept, [1000]);
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("openStlink() closes the pipe when it gives up", async () => {
  const pipe = new ScriptedPipe("< !usb-timeout\n > !usb-gone f1");
  const fault = await assertRejects(() => openStlink(pipe, new ManualClock()), Fault);
  assertEquals(fault.slug, "probe-lost");
  end(pipe);
});

Deno.test("openStlink() refuses a writeChunk that the length field cannot hold", async () => {
  for (const writeChunk of [0, 6, 32772]) {
    const pipe = new ScriptedPipe("");
    const fault = await assertRejects(
      () => openStlink(pipe, new ManualClock(), { writeChunk }),
      Fault,
    );
    assertEquals(fault.slug, "access-impossible");
  }
});

Deno.test("connect() sets the speed, enters SWD, reads DPIDR, opens the access port: 4 exchanges", async () => {
  const { pipe, probe } = await open(OPEN + CONNECT + EXIT);
  const before = probe.counters.exchanges;
  assertEquals(await probe.connect({ hertz: 4e6, underReset: false }), {
    hertz: 4_000_000,
    dpidr: 0x5BA02477,
  });
  assertEquals(probe.counters.exchanges - before, 4);
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("connect() under reset pulls NRST before entering and again after", async () => {
  const { pipe, probe } = await open(`${OPEN}
    > f2 43 01 00
    < 80 00
    > f2 3c 00
    < 09 00                          # the firmware may not know the pin yet: not heeded
    > f2 30 a3
    < 80 00
    > f2 3c 00
    < 80 00
    > f2 31
    < 80 00 00 00 77 24 a0 5b 00 00 00 00
    > f2 4b 00
    < 80 00
    > f2 3c 01
    < 80 00
    ${EXIT}`);
  await probe.connect({ hertz: 1_800_000, underReset: true });
  await probe.holdReset(false);
  await probe.disconnect();
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("connect() again leaves debug mode first and sets everything again", async () => {
  const { pipe, probe } = await open(`${OPEN}${CONNECT}
    > f2 21
    > f2 43 00 00
    < 80 00
    > f2 30 a3
    < 80 00
    > f2 31
    < 80 00 00 00 77 24 a0 5b 00 00 00 00
    > f2 4b 00                       # leaving has closed it
    < 80 00
    ${EXIT}`);
  await probe.connect({ hertz: 4e6, underReset: false });
  await probe.connect({ hertz: 4e6, underReset: false });
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("disconnect() with keepReset sends no EXIT, neither does disposing", async () => {
  const { pipe, probe } = await open(`${OPEN}${CONNECT}
    > f2 3c 00
    < 80 00`);
  await probe.connect({ hertz: 4e6, underReset: false });
  await probe.holdReset(true);
  await probe.disconnect({ keepReset: true });
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("disposing a probe that is gone closes the pipe all the same", async () => {
  const { pipe, probe } = await open(`${OPEN}${CONNECT}
    > !usb-gone f2 21`);
  await probe.connect({ hertz: 4e6, underReset: false });
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("voltage() computes volts, and says nothing when they are nonsense", async () => {
  const fake = new FakeStlink();
  await using probe = await openStlink(fake, fake.clock);
  const read = async (reference: number, measured: number) => {
    fake.volts = [reference, measured];
    return await probe.voltage();
  };
  assertEquals((await read(1490, 2040))?.toFixed(3), "3.286");
  assertEquals(await read(0, 2040), undefined);
  assertEquals(await read(100, 4000), undefined, "96 V");
  assertEquals(await read(1490, 0), 0);
});

Deno.test("transfer() reads and writes DP and AP registers, and shows the error of the last write", async () => {
  const { pipe, probe } = await open(`${OPEN}${CONNECT}
    > f2 45 ff ff 04 00
    < 80 00 00 00 40 00 00 f0
    > f2 46 ff ff 08 00 f0 00 00 00
    < 80 00
    > f2 4b 01                       # the second port is opened once
    < 80 00
    > f2 45 01 00 fc 00
    < 80 00 00 00 01 00 77 24
    > f2 46 01 00 04 00 00 00 00 20
    < 80 00
    > f2 45 ff ff 0c 00              # RDBUFF
    < 80 00 00 00 00 00 00 00
    ${EXIT}`);
  await probe.connect({ hertz: 4e6, underReset: false });
  const words = await probe.transfer([
    { port: "dp", register: 0x04 },
    { port: "dp", register: 0x08, write: 0xF0 },
    { port: 1, register: 0xFC },
    { port: 1, register: 0x04, write: 0x2000_0000 },
  ]);
  assertEquals([...words], [0xF000_0040, 0x2477_0001]);
  await probe[Symbol.asyncDispose]();
  end(pipe);
});

Deno.test("transfer() refuses what the firmware cannot do", async () => {
  const fake = new FakeStlink({ jtag: 27 });
  await using probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const banked = await assertRejects(() => probe.transfer([{ port: "dp", register: 0x24 }]), Fault);
  assertEquals(banked.slug, "probe-firmware-lacks");
  const second = await assertRejects(() => probe.transfer([{ port: 1, register: 0 }]), Fault);
  assertEquals(second.facts["needed"], "V2J28");
});

Deno.test("fastCore.readAll() gives 19 registers in one exchange", async () => {
  const fake = new FakeStlink();
  await using probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const before = probe.counters.exchanges;
  assertEquals(await probe.fastCore?.readAll(), fake.registers);
  assertEquals(probe.counters.exchanges - before, 1);
});
