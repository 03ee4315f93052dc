/** The cable is pulled in the middle, or the emulator dies; the same in every place. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { noise } from "../../tools/support/noise.ts";
import type { Case } from "./cases.ts";
import { startDoomed } from "./doomed.ts";
import { type Bench, BOARD, type Place, type Ran } from "./place.ts";

const KIB_16 = 0x4000;
const FLASH = ["flash", "image.bin", "--base", "0x08000000"];
/** how often it is pulled in each place; tests/faults/unplugged_test.ts pulls it at every exchange, in process */
const PULLS = 17;

/** A run that was cut short says so in its own words: exit 20, 22 or 40. */
export function endsCleanly({ code, out, err }: Ran, what: string): void {
  assert([20, 22, 40].includes(code), `${what}: exit ${code}\n${out}${err}`);
  assertMatch(err, /^error\[E(20|22|40)\d\d [a-z-]+\]: .+/m, what);
  assertMatch(err, /= next: /, what);
}

/** Runs a flash with the cable pulled instead of exchange `n`; undefined when it had no more exchanges. */
async function pulled(b: Bench, n: number): Promise<Ran | undefined> {
  let count = 0;
  b.board.usb.meddler = (urb, deliver) => ++count === n ? b.board.unplug() : deliver(urb);
  const ran = await b.cli(...FLASH);
  b.board.usb.meddler = (urb, deliver) => deliver(urb);
  return count < n ? undefined : ran;
}

async function unplugged(b: Bench): Promise<void> {
  b.put("image.bin", noise(KIB_16));
  const erased = new Uint8Array(KIB_16).fill(0xFF);
  let total = 0;
  b.board.usb.meddler = (urb, deliver) => (total++, deliver(urb));
  await b.ends(0, ...FLASH);
  const places = noise(PULLS, 42); // the same places each time, all over the run
  for (let i = 0; i < PULLS; i++) {
    b.board.putFlash(0x0800_0000, i % 2 === 0 ? noise(KIB_16, 2) : erased);
    const n = 1 + Math.floor(total * (i + places[i]! / 256) / PULLS);
    const ran = await pulled(b, n);
    if (ran === undefined) continue; // erased flash takes fewer exchanges
    endsCleanly(ran, `unplugged at exchange ${n} of ${total}`);
    await b.replug();
  }
  await b.ends(0, ...FLASH);
  assertEquals(b.board.flash.slice(0, KIB_16), noise(KIB_16));
}

/** exchanges at which the emulator dies: on attaching, before and while it programs */
const DEATHS = [3, 40, 70];

/** The emulator is killed in the middle of a flash: the program ends, and says that the probe has gone. */
export async function killed(place: Place): Promise<void> {
  for (const n of DEATHS) {
    await using emulator = await startDoomed(n);
    await using shell = await place.remote(emulator.port);
    Deno.writeFileSync(`${shell.folder}/image.bin`, noise(KIB_16));
    const ran = await shell.cli(...FLASH);
    assertEquals(await emulator.died, "SIGKILL");
    endsCleanly(ran, `killed at exchange ${n}`);
    assertMatch(ran.err, /unplugged|no longer there|closed the connection|gone/, ran.err);
  }
  await using bench = await place.bench(BOARD); // nothing of it is left
  bench.put("image.bin", noise(KIB_16));
  await bench.ends(0, ...FLASH);
}

export const TROUBLE_CASES: readonly Case[] = [
  { name: "unplugged in the middle, plugged in again", selector: BOARD, run: unplugged },
];
