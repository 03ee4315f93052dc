import { assert, assertEquals } from "@std/assert";
import { openBench } from "../../src/recipe/mod.ts";
import { openSim } from "../../src/sim/mod.ts";

const RAM = 0x2000_0000;
const LOOP = Uint8Array.of(0xFE, 0xE7); // b .
const FLASH_CR = 0x4002_3C10;
const LOCK = 0x8000_0000;
const KEYS = [0x4567_0123, 0xCDEF_89AB];

/** What a RAM loader of any tool does: unlock flash, then run code in RAM for a while. */
async function loader(scenario: string, ms: number) {
  const { board, source } = openSim(`sim:stm32f746g-disco?scenario=${scenario}`);
  await using bench = await openBench({ source, attach: "under-reset" });
  const { core } = bench;
  await core.memory.write(RAM, LOOP);
  await core.memory.batch(KEYS.map((value) => ({ write: 0x4002_3C04, value })));
  const [unlocked = LOCK] = await core.memory.batch([{ read: FLASH_CR }]);
  await core.writeRegisters({ pc: RAM, xpsr: 0x0100_0000 });
  const resets = board.resets.length;
  await core.resume();
  board.run(ms);
  await core.halt();
  const [pc = 0] = await core.readRegisters(["pc"]);
  const [cr = 0] = await core.memory.batch([{ read: FLASH_CR }]);
  return { unlocked, cr, pc, resets: board.resets.slice(resets) };
}

Deno.test("a RAM loader on a factory board runs undisturbed, with flash unlocked", async () => {
  const seen = await loader("factory", 100);
  assertEquals([seen.unlocked, seen.cr, seen.pc, seen.resets], [0, 0, RAM, []]);
});
Deno.test("the hardware window watchdog resets a RAM loader in mid-run and locks flash again", async () => {
  const seen = await loader("so36160986", 100);
  assertEquals(seen.unlocked, 0);
  assertEquals(seen.cr, LOCK);
  assert(seen.pc !== RAM);
  // 64 × 4096 cycles of 16 MHz are 16.384 ms: six times in 100 ms
  assertEquals(seen.resets.length, 6);
  assert(seen.resets.every((cause) => /wwdg/i.test(cause)), seen.resets.join());
});
Deno.test("it does not reset it within its 16.4 ms, nor while the core is halted with the watchdog frozen", async () => {
  assertEquals((await loader("so36160986", 12)).resets, []);
  const { board, source } = openSim("sim:stm32f746g-disco?scenario=so36160986");
  await using _bench = await openBench({ source, attach: "under-reset" });
  const resets = board.resets.length;
  board.run(500);
  assertEquals(board.resets.length, resets);
});
