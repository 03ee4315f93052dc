/** Trouble at every transfer of a session: the data is right, or a Fault says what is known of the board. */
import { assert, assertEquals } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { simCore } from "../support/sim_bench.ts";

/** Attaches under reset, copies flash to RAM and compares; the slug of the fault that stopped it. */
async function session(chaos: string): Promise<{ slug: string; fault?: Fault; ms: number }> {
  let ms = 0;
  try {
    await using b = await simCore(`chaos=${chaos}`);
    const flash = await b.core.uncached.read(0x0800_0000, 7000);
    await b.core.memory.write(0x2001_0000, flash);
    const copy = await b.core.memory.read(0x2001_0000, flash.length);
    assertEquals(copy, flash);
    assertEquals(await b.core.state(), "halted");
    ms = b.clock.now();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { slug: error.slug, fault: error, ms };
  }
  return { slug: "none", ms };
}

/** trouble: at every how many places, and what may come of it */
const TROUBLES: readonly [string, number, readonly string[]][] = [
  ["late", 11, ["none"]],
  ["wait", 7, ["none"]],
  ["lost", 1, ["none", "probe-lost"]],
  ["stall", 5, ["none", "probe-lost"]],
  ["short", 1, ["none", "probe-lost", "probe-unknown-reply"]],
  ["unplug", 3, ["probe-lost", "usb-gone"]],
  ["apfault", 5, ["none", "bus-refused"]],
];
const LAST = 56;
for (const [trouble, step, allowed] of TROUBLES) {
  Deno.test(`${trouble} at every ${step}. place of a session`, async () => {
    const seen = new Set<string>();
    for (let n = 1; n <= LAST; n += step) {
      const { slug, fault } = await session(`${trouble}@${n}`);
      assert(allowed.includes(slug), `${trouble}@${n}: ${slug} ${fault?.message}`);
      seen.add(slug);
      if (slug !== "probe-lost") continue;
      const state = fault?.options.board?.state;
      assert(state === "untouched" || state === "unknown", `${trouble}@${n}: board ${state}`);
    }
    assertEquals([...seen].sort(), [...allowed].sort());
  });
}

Deno.test("a lost answer of a read is asked for again, of a write never", async () => {
  // transfers 14 and 15 are READ_IDCODES and its answer, 16 and 17 INIT_AP
  assertEquals((await session("lost@15")).slug, "none");
  const { fault } = await session("lost@17");
  assertEquals(fault?.facts["command"], "INIT_AP");
  assertEquals(fault?.options.board?.state, "unknown");
});
