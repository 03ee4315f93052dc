import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import type { AttachMode, CoreState } from "../../src/cortex/mod.ts";
import { F7_FREEZE, simCore } from "../support/sim_bench.ts";

interface Row {
  readonly scenario: string;
  readonly mode: AttachMode;
  readonly was: CoreState;
  readonly now: CoreState;
  readonly resets: number;
  readonly exchanges: number;
  /** PC, SP, xPSR of a halted core */
  readonly at?: readonly [number, number, number];
}
const START = [0x0800_0200, 0x2001_0000, 0x0100_0000] as const;
const NOWHERE = [0xFFFF_FFFE, 0xFFFF_FFFC, 0x0100_0000] as const;
const row = (
  scenario: string,
  mode: AttachMode,
  was: CoreState,
  now: CoreState,
  resets: number,
  exchanges: number,
  at?: Row["at"],
): Row =>
  at ? { scenario, mode, was, now, resets, exchanges, at } : {
    scenario,
    mode,
    was,
    now,
    resets,
    exchanges,
  };

const ROWS: readonly Row[] = [
  row("factory", "attach", "running", "running", 0, 12),
  row("factory", "halt", "running", "halted", 0, 14, START),
  row("factory", "under-reset", "in-reset", "halted", 1, 17, START),
  // facts/cortex-m.md §11: by vector catch the core stands before the fault, later it is locked up
  row("blank", "attach", "locked-up", "locked-up", 0, 12),
  row("blank", "halt", "locked-up", "halted", 0, 14, [0xFFFF_FFFE, 0xFFFF_FFD8, 0x0100_0003]),
  row("blank", "under-reset", "in-reset", "halted", 1, 17, NOWHERE),
  row("so36160986", "attach", "running", "running", 0, 12),
  row("so36160986", "halt", "running", "halted", 0, 14, START),
  row("so36160986", "under-reset", "in-reset", "halted", 1, 17, START),
  row("rdp1", "attach", "locked-up", "locked-up", 0, 12),
  row("rdp1", "under-reset", "in-reset", "halted", 1, 17, NOWHERE),
  row("nrst-unwired", "attach", "running", "running", 0, 12),
  row("nrst-unwired", "halt", "running", "halted", 0, 14, START),
  row("nrst-unwired", "under-reset", "running", "halted", 1, 20, START),
  row("swd-disabled", "under-reset", "in-reset", "halted", 1, 17, START),
  row("sleeping", "under-reset", "in-reset", "halted", 1, 17, START),
  row("lockup", "halt", "locked-up", "halted", 0, 14),
];

for (const r of ROWS) {
  Deno.test(`${r.scenario}: attach ${r.mode} finds it ${r.was} and leaves it ${r.now}`, async () => {
    await using b = await simCore(`scenario=${r.scenario}`, r.mode);
    assertEquals(b.probe.counters.exchanges, r.exchanges);
    assertEquals(b.attached.report.was, r.was);
    assertEquals(await b.core.state(), r.now);
    assertEquals(b.board.resets.length, r.resets);
    assertEquals(b.core.name, "Cortex-M7 r0p1");
    assertEquals([b.board.peek(0xE004_2004), b.board.peek(0xE004_2008)], [7, 0x1800]);
    if (r.at) assertEquals(await b.core.readRegisters(["pc", "sp", "xpsr"]), r.at);
    const by = b.attached.report.resetBy;
    const nrst = r.scenario === "nrst-unwired" ? "sysresetreq" : "nrst";
    assertEquals(by, r.mode === "under-reset" ? nrst : undefined);
    assertEquals(b.attached.report.notes.length, by === "sysresetreq" ? 1 : 0);
    assertEquals(b.board.warnings, []);
  });
}

for (
  const [scenario, mode, slug] of [
    ["nrst-held", "halt", "core-held-in-reset"],
    ["nrst-held", "under-reset", "core-held-in-reset"],
    ["rdp2", "attach", "link-no-answer"],
    ["rdp2", "under-reset", "link-no-answer"],
    ["no-power", "under-reset", "link-no-power"],
    ["swd-disabled", "attach", "link-no-answer"],
    ["sleeping", "halt", "link-no-answer"],
    ["old-firmware", "attach", "probe-firmware-too-old"],
  ] as const
) {
  Deno.test(`${scenario}: attach ${mode} fails with ${slug}`, async () => {
    const fault = await assertRejects(() => simCore(`scenario=${scenario}`, mode), Fault);
    assertEquals(fault.slug, slug);
  });
}

Deno.test("so36160986: attached under reset with the watchdogs frozen, the chip stands still for seconds", async () => {
  await using b = await simCore("scenario=so36160986");
  b.board.run(3000);
  assertEquals(b.board.resets, ["NRST"]);
  assertEquals(await b.core.state(), "halted");
});

Deno.test("so36160986: without the freeze bits a halted core is reset all the same", async () => {
  await using b = await simCore("scenario=so36160986", "halt", { freeze: [] });
  b.board.run(100);
  assertEquals(b.board.resets.length > 3, true);
});

Deno.test("watchdog-loop and so36160986 with NRST unwired are caught too", async () => {
  for (const scenario of ["so36160986", "watchdog-loop"]) {
    await using b = await simCore(`scenario=${scenario}&chaos=nrst`);
    assertEquals(b.attached.report.resetBy, "sysresetreq");
    assertEquals(await b.core.state(), "halted");
    const resets = b.board.resets.length;
    b.board.run(2000);
    assertEquals(b.board.resets.length, resets);
  }
});

Deno.test("leave() as found, running, halted and reset-held on the virtual board", async () => {
  const states: [
    Parameters<Awaited<ReturnType<typeof simCore>>["attached"]["leave"]>[0],
    string,
  ][] = [
    ["as-found", "running"],
    ["running", "running"],
    ["halted", "halted"],
    ["reset-held", "in-reset"],
  ];
  for (const [how, state] of states) {
    const b = await simCore();
    await b.core.breakpoint(0x0800_0200, true);
    await b.attached.leave(how);
    await b[Symbol.asyncDispose]();
    assertEquals(b.board.core, state, how);
    if (how === "as-found") {
      assertEquals(F7_FREEZE.map((f) => b.board.peek(f.at)), [0, 0]);
      assertEquals(b.board.peek(0xE000_2008), 0);
    }
    assertEquals(b.board.warnings, []);
  }
});

Deno.test("every board attaches, at every speed", async () => {
  for (const board of ["stm32f746g-disco", "nucleo-f722ze", "nucleo-f767zi"]) {
    for (const hertz of [4e6, 100e3]) {
      await using b = await simCore("", "under-reset", { board, hertz });
      assertEquals([await b.core.state(), b.attached.report.hertz], ["halted", hertz]);
      assertEquals(b.board.warnings, []);
    }
  }
});
