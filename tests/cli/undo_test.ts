/** `probekit undo`: what a run overwrote comes back, and what cannot is said. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FileJournal } from "../../src/cli/mod.ts";
import { firmware, Folder, noise, probekit, probekitJson } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const AT = "0x08000000";
const board = (dir: Folder, scenario = "factory"): string =>
  `${SIM}?scenario=${scenario}&state=${dir.at("board.pk")}`;
const registers = async (probe: string): Promise<Record<string, string>> =>
  (await probekitJson(["options", "--probe", probe])).registers;
async function flashOf(dir: Folder, probe: string, length: number): Promise<Uint8Array> {
  const out = dir.at("read.bin");
  const ran = await probekit(["read", AT, String(length), "-o", out, "--probe", probe]);
  assertEquals(ran.exit, 0, ran.err);
  return Deno.readFileSync(out);
}
const undo = (probe: string, ...more: string[]) => probekit(["undo", ...more, "--probe", probe]);

Deno.test("undo: option bytes, only the fields that the run changed; undone twice is done again", async () => {
  using dir = new Folder();
  const probe = board(dir, "so36160986");
  const set = (text: string) => probekit(["options", "set", text, "--probe", probe]);
  assertEquals((await probekit(["options", "factory", "--probe", probe])).exit, 0);
  const { run } = (await new FileJournal(dir.at("board.pk.journal")).entries())[0]!;
  assertEquals((await set("nRST_STOP=0")).exit, 0);

  const back = await undo(probe, "--run", run);
  assertEquals(back.exit, 0, back.err);
  assertStringIncludes(back.out, `Undoes run ${run}, set-option-bytes of`);
  assertStringIncludes(back.out, "OPTCR.WWDG_SW      0x1 (software) -> 0x0 (hardware)");
  // nRST_STOP is bit 6, and was changed by another run
  assertEquals((await registers(probe))["OPTCR"], "0x00FFAAAD");

  assertEquals((await undo(probe)).exit, 0);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAABD");
});

Deno.test("undo: flash that was programmed over comes back byte for byte", async () => {
  using dir = new Folder();
  const probe = board(dir, "blank");
  const old = firmware(90_000, 4);
  for (const [name, bytes] of [["old.bin", old], ["new.bin", firmware(60_000, 5)]] as const) {
    const image = dir.put(name, bytes);
    assertEquals((await probekit(["flash", image, "--base", AT, "--probe", probe])).exit, 0);
  }
  assert((await flashOf(dir, probe, 90_000)).some((b, i) => b !== old[i]));
  const dry = await undo(probe, "--dry-run");
  assertEquals(dry.exit, 0, dry.err);
  assertStringIncludes(dry.out, "nothing was written: this was a dry run");
  assert((await flashOf(dir, probe, 90_000)).some((b, i) => b !== old[i]));

  const back = await probekitJson(["undo", "--probe", probe]);
  assertEquals([back.exit, back.outcome, back.notBroughtBack], [0, "PASS", []], back.err);
  assertEquals(await flashOf(dir, probe, 90_000), old);
});

Deno.test("undo: erased sectors come back", async () => {
  using dir = new Folder();
  const probe = board(dir, "blank");
  const old = noise(300_000, 6);
  const image = dir.put("old.bin", old);
  assertEquals((await probekit(["flash", image, "--base", AT, "--probe", probe])).exit, 0);
  const erase = await probekit(["erase", "--sectors", "0..4", "--yes", "--probe", probe]);
  assertEquals(erase.exit, 0, erase.err);
  assert((await flashOf(dir, probe, 1000)).every((b) => b === 0xFF));
  assertEquals((await undo(probe)).exit, 0);
  assertEquals(await flashOf(dir, probe, 300_000), old);
});

Deno.test("undo: a regression from level 1 gives no flash back, and says so", async () => {
  using dir = new Folder();
  const probe = board(dir, "rdp1");
  assertEquals(
    (await probekit(["options", "set", "RDP=level0", "--yes", "--probe", probe])).exit,
    0,
  );
  const { exit, err } = await undo(probe);
  assertEquals(exit, 11);
  assertStringIncludes(err, "E1171 cannot-undo");
  assertStringIncludes(err, "going to RDP level 0 erased it");
});

Deno.test("undo: a regression that changed other fields too brings those back, and warns", async () => {
  using dir = new Folder();
  const probe = board(dir, "rdp1-watchdogs");
  assertEquals((await probekit(["options", "factory", "--yes", "--probe", probe])).exit, 0);
  const back = await undo(probe);
  assertEquals(back.exit, 0, back.err);
  assertStringIncludes(back.err, "not brought back: the flash: going to RDP level 0 erased it");
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAACD");
});

Deno.test("undo: level 1 that a run has set goes only with a yes, for it erases", async () => {
  using dir = new Folder();
  const probe = board(dir);
  assertEquals(
    (await probekit(["options", "set", "RDP=level1", "--yes", "--probe", probe])).exit,
    0,
  );
  const asked = await undo(probe);
  assertEquals(asked.exit, 30);
  assertStringIncludes(asked.err, "erase the whole flash (1024 KiB)");
  assertEquals((await registers(probe))["OPTCR"], "0xC0FF55FD");
  assertEquals((await undo(probe, "--yes")).exit, 0);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAAFD");
});

Deno.test("undo: kept flash that is gone or was changed is not written", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const image = dir.put("new.bin", firmware(20_000, 7));
  assertEquals((await probekit(["flash", image, "--base", AT, "--probe", probe])).exit, 0);
  const [intent] = await new FileJournal(dir.at("board.pk.journal")).entries();
  assert(intent?.kind === "intent" && intent.kept?.[0]);
  const before = await flashOf(dir, probe, 20_000);
  Deno.writeFileSync(intent.kept[0].file, noise(32 * 1024));
  const changed = await undo(probe);
  assertEquals(changed.exit, 11);
  assertStringIncludes(changed.err, "was changed");
  Deno.removeSync(intent.kept[0].file);
  assertStringIncludes((await undo(probe)).err, "is gone");
  assertEquals(await flashOf(dir, probe, 20_000), before);
});

Deno.test("undo: nothing to undo, and runs that are not there", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const none = await undo(probe);
  assertEquals(none.exit, 11);
  assertStringIncludes(none.err, "E1170 nothing-to-undo");
  assertStringIncludes(none.err, "no run has overwritten anything on this chip");
  assertEquals((await probekit(["options", "set", "nRST_STOP=0", "--probe", probe])).exit, 0);
  const other = await undo(probe, "--run", "01NOSUCH");
  assertStringIncludes(
    other.err,
    "run 01NOSUCH has overwritten nothing on this chip; these have: 01",
  );
  const ephemeral = await undo(SIM);
  assertStringIncludes(ephemeral.err, "one with state=FILE has a journal");
});

Deno.test("undo: cut at every few transfers, run again: it goes on, and does not undo itself", async () => {
  let open = 0;
  for (let at = 60; at < 400; at += 13) {
    using dir = new Folder();
    const probe = board(dir, "so36160986");
    assertEquals((await probekit(["options", "factory", "--probe", probe])).exit, 0);
    const cut = await probekit(["undo", "--yes", "--probe", `${probe}&chaos=unplug@${at}`]);
    if (cut.exit === 0) break;
    const journal = new FileJournal(dir.at("board.pk.journal"));
    if ((await journal.everyOpen()).length === 0) continue;
    open++;
    const again = await undo(probe, "--yes");
    assertEquals(again.exit, 0, `cut at ${at}\n${again.err}`);
    assertEquals((await registers(probe))["OPTCR"], "0x00FFAAED", `cut at ${at}`);
    assertEquals(await journal.everyOpen(), [], `cut at ${at}`);
  }
  assert(open > 1, `${open}`);
});

const UNPROTECT_AND_FLASH = `recipe: v1
name: unprotect-and-flash
summary: Take write protection away and program an image.
effect: destructive
target: { chips: [stm32f7*], attach: under-reset, leave: as-found }
steps:
  - id: open
    uses: option-bytes.ensure
    with: { profile: open.ob.yaml }
  - id: write
    uses: flash.ensure
    with: { image: new.bin, base: 0x08000000 }
`;
const OPEN = `ob: v1
variants:
  - chips: [stm32f74*]
    OPTCR: { nWRP: 0xFF }
`;

Deno.test("undo: one run took write protection away and wrote flash: one undo brings both back", async () => {
  using dir = new Folder();
  const probe = board(dir, "wrp");
  const before = await flashOf(dir, probe, 40_000);
  dir.put("new.bin", firmware(40_000, 8));
  dir.put("open.ob.yaml", OPEN);
  const recipe = dir.put("both.yaml", UNPROTECT_AND_FLASH);
  const ran = await probekit(["run", recipe, "--yes", "--probe", probe]);
  assertEquals(ran.exit, 0, ran.err + ran.out);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAAFD");

  const back = await probekitJson(["undo", "--yes", "--probe", probe]);
  assertEquals([back.exit, back.outcome, back.notBroughtBack], [0, "PASS", []], back.err);
  assertEquals(await flashOf(dir, probe, 40_000), before);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FCAAFD");
});

Deno.test("undo: flash under a write protection that came later is opened for it, and closed again", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const before = await flashOf(dir, probe, 40_000);
  const image = dir.put("new.bin", firmware(40_000, 8));
  assertEquals((await probekit(["flash", image, "--base", AT, "--probe", probe])).exit, 0);
  const { run } = (await new FileJournal(dir.at("board.pk.journal")).entries())[0]!;
  assertEquals((await probekit(["options", "set", "nWRP=0xFE", "--probe", probe])).exit, 0);

  const back = await undo(probe, "--run", run, "--yes");
  assertEquals(back.exit, 0, back.err);
  assertStringIncludes(back.out, "OPTCR.nWRP");
  assertEquals(await flashOf(dir, probe, 40_000), before);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FEAAFD");
});

Deno.test("undo: cut while a later protection is open for it: the next undo closes it again", async () => {
  let opened = 0;
  for (let at = 150; at < 700; at += 60) {
    using dir = new Folder();
    const probe = board(dir);
    const image = dir.put("new.bin", firmware(20_000, 8));
    assertEquals((await probekit(["flash", image, "--base", AT, "--probe", probe])).exit, 0);
    const { run } = (await new FileJournal(dir.at("board.pk.journal")).entries())[0]!;
    assertEquals((await probekit(["options", "set", "nWRP=0xFE", "--probe", probe])).exit, 0);
    const args = ["undo", "--run", run, "--yes", "--probe"];
    const cut = await probekit([...args, `${probe}&chaos=unplug@${at}`]);
    if (cut.exit === 0) break;
    if ((await registers(probe))["OPTCR"] === "0xC0FFAAFD") opened++;
    assertEquals((await probekit([...args, probe])).exit, 0, `cut at ${at}`);
    assertEquals((await registers(probe))["OPTCR"], "0xC0FEAAFD", `cut at ${at}`);
  }
  assert(opened > 1, `${opened}`);
});
