/**
 * The board is lost in the middle of a flash: the program ends with 20, 22 or 40 and tells the truth. A slice of
 * `deno task campaign:cables`, which makes fifty.
 */
import { assert } from "@std/assert";
import { type AfterCut, cutOnce, LAST_PART, randomCuts, transfers } from "./support/cables.ts";
import { toolTest } from "./support/tool.ts";

const SEED = 7;
const COUNT = 10;

toolTest("deno", `${COUNT} cables and emulators, seed ${SEED}`, async (t) => {
  const length = await transfers();
  const seen: AfterCut[] = [];
  for (const cut of randomCuts(COUNT, SEED, length * LAST_PART)) {
    await t.step(`${cut.loss} at transfer ${cut.at} of ${length}`, async () => {
      seen.push(await cutOnce(cut));
    });
  }
  for (const state of ["untouched", "partial"]) {
    assert(seen.some((s) => s.state === state), `no cut of this seed left it ${state}`);
  }
});
