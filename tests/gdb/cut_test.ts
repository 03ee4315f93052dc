/** The probe is pulled anywhere in what gdb asked for: "nothing was written" is said only when that is so. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { concat } from "../../src/base/mod.ts";
import { latin1 } from "../../src/gdb/packet.ts";
import { firmware } from "../cli/support/program.ts";
import { type Visit, visitBoard } from "./support/board_client.ts";

const MOST = 2000;
const EVERY = 7;

/** What a session says of its board, and what the controller was asked to do, when the probe goes at that transfer. */
async function cutAt(transfer: number, act: (v: Visit) => Promise<string | undefined>) {
  let seen: { done: boolean; said: string; asked: number } | undefined;
  const selector = `sim:stm32f746g-disco?scenario=factory&chaos=unplug@${transfer}`;
  await visitBoard(selector, async (v) => {
    const reply = await Promise.race([act(v), v.client.served.then(() => "")]).catch(() => "");
    const { options, erases, programs } = v.asked;
    seen = {
      done: reply === "OK",
      said: v.target.boardState().state,
      asked: options + erases + programs,
    };
  }).catch(() => {}); // a probe that is gone while the server attaches or leaves
  return seen;
}

const ACTS: Readonly<Record<string, (v: Visit) => Promise<string | undefined>>> = {
  "monitor options": async (v) => (await v.client.monitor("options BOR_LEV=1"))[0],
  "load": async (v) => {
    await v.client.ask("vFlashErase:8000000,8000");
    await v.client.ask(concat([latin1("vFlashWrite:8000000:"), firmware(3000, 3)]));
    return await v.client.ask("vFlashDone");
  },
};
for (const [name, act] of Object.entries(ACTS)) {
  Deno.test(`cut: ${name}`, async () => {
    const said: Record<string, number> = {};
    for (let at = 1; at < MOST; at += EVERY) {
      const seen = await cutAt(at, act);
      if (seen === undefined) continue;
      if (seen.done) break;
      said[seen.said] = (said[seen.said] ?? 0) + 1;
      if (seen.said === "untouched") assertEquals(seen.asked, 0, `transfer ${at}`);
    }
    // before the first write and after it: both were cut
    assertGreater(said["untouched"] ?? 0, 1, JSON.stringify(said));
    assert((said["unknown"] ?? 0) + (said["partial"] ?? 0) > 1, JSON.stringify(said));
  });
}
