/** RDP level 2 that another tool programmed and no reset has loaded: nothing of ours resets such a chip. */
import { assert, assertEquals } from "@std/assert";
import { openSim } from "../../src/sim/mod.ts";
import { Folder, probekit, probekitJson, ROOT } from "./support/program.ts";

const OPTCR = 0x4002_3C14;
const HELLO = `${ROOT}/tests/fixtures/hello.hex`;

/** A board whose flash holds `stored`, with `register` in OPTCR and no reset since. */
function boardWith(dir: Folder, stored: number, register: number): string {
  const probe = `sim:stm32f746g-disco?state=${dir.at("board.pk")}`;
  const sim = openSim(probe, { writeState: (path, bytes) => Deno.writeFileSync(path, bytes) });
  const { chip } = sim.board;
  chip.debugWrite(0x4002_3C08, 4, 0x0819_2A3B); // FLASH_OPTKEYR
  chip.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
  chip.debugWrite(OPTCR, 4, stored);
  chip.debugWrite(OPTCR, 4, stored + 2);
  chip.time.advance(2e9);
  chip.debugWrite(OPTCR, 4, register);
  chip.debugWrite(OPTCR, 4, register + 1);
  sim.save();
  return probe;
}

const RESETS: readonly (readonly string[])[] = [
  ["recover"],
  ["recover", "--allow-erase", "--yes"],
  ["plan", "recover-option-bytes"],
  ["flash", HELLO],
  ["flash", HELLO, "--dry-run"],
  ["flash", HELLO, "--set-target", "attach=under-reset"],
  ["erase", "--sectors", "0", "--yes"],
  ["options", "set", "WWDG_SW=1", "--yes"],
  ["options", "set", "RDP=level2"],
  ["options", "factory"],
  ["reset"],
  ["reset", "--halt"],
  ["gdb", "--port", "0"],
  ["info", "--attach", "under-reset"],
  ["verify", HELLO, "--set-target", "attach=under-reset"],
  ["reconcile"],
];
const LOOKS: readonly (readonly string[])[] = [
  ["info"],
  ["options"],
  ["read", "0x08000000", "64"],
  ["doctor"],
  ["doctor", "--under-reset"],
  ["doctor", "--under-reset", "--halt", "--try-keys"],
];

const STATES = {
  "the register says so too": [0xC0FF_CCFC, 0xC0FF_CCFC],
  "the register says level 0": [0xC0FF_CCFC, 0xC0FF_AAFC],
} as const;

for (const [what, [stored, register]] of Object.entries(STATES)) {
  Deno.test(`RDP level 2 waits for a reset, ${what}: what resets is refused`, async () => {
    using dir = new Folder();
    const probe = boardWith(dir, stored, register);
    for (const words of RESETS) {
      const { exit, err } = await probekit([...words, "--probe", probe]);
      assertEquals(exit, 11, `${words.join(" ")}: ${err}`);
      assert(err.includes("options-close-at-reset"), `${words.join(" ")}: ${err}`);
      assertEquals((await probekit(["info", "--probe", probe])).exit, 0, words.join(" "));
    }
  });
  Deno.test(`RDP level 2 waits for a reset, ${what}: what looks does not reset`, async () => {
    using dir = new Folder();
    const probe = boardWith(dir, stored, register);
    for (const words of LOOKS) {
      const { exit, err } = await probekit([...words, "--probe", probe]);
      assertEquals(exit, words[0] === "doctor" ? 11 : 0, `${words.join(" ")}: ${err}`);
      assertEquals((await probekit(["info", "--probe", probe])).exit, 0, words.join(" "));
    }
  });
}

Deno.test("RDP level 2 waits for a reset: the doctor's command saves flash", async () => {
  using dir = new Folder();
  const probe = boardWith(dir, 0xC0FF_CCFC, 0xC0FF_AAFC);
  const { causes } = await probekitJson(["doctor", "--probe", probe]);
  assertEquals(causes[0].slug, "rdp2-pending");
  const [, ...words] = causes[0].next[0].command.replace("flash.bin", dir.at("flash.bin")).split(
    " ",
  );
  assertEquals((await probekit([...words, "--probe", probe])).exit, 0);
  assertEquals((await Deno.stat(dir.at("flash.bin"))).size, 1024 * 1024);
});

Deno.test("an OPTCR that asks for level 2, which flash does not hold, is no reason to refuse", async () => {
  using dir = new Folder();
  const probe = `sim:stm32f746g-disco?state=${dir.at("board.pk")}`;
  const sim = openSim(probe, { writeState: (path, bytes) => Deno.writeFileSync(path, bytes) });
  const { chip } = sim.board;
  chip.debugWrite(0x4002_3C08, 4, 0x0819_2A3B);
  chip.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
  chip.debugWrite(OPTCR, 4, 0xC0FF_CCFC);
  sim.save();
  assertEquals((await probekit(["reset", "--probe", probe])).exit, 0);
  assertEquals((await probekitJson(["doctor", "--probe", probe])).healthy, true);
});

Deno.test("RDP level 1 waits for a reset: nothing but recover goes on, and what it held can be saved", async () => {
  using dir = new Folder();
  const probe = boardWith(dir, 0xC0FF_55FC, 0xC0FF_AAFC);
  const refused = RESETS.filter(([verb]) => ["flash", "erase", "reset", "gdb"].includes(verb ?? ""))
    .filter((words) => !words.includes("attach=under-reset"));
  assert(refused.length >= 5);
  for (const words of refused) {
    const { exit, err } = await probekit([...words, "--probe", probe]);
    assertEquals(exit, 11, `${words.join(" ")}: ${err}`);
    assert(err.includes("E1119 options-close-flash-at-reset"), `${words.join(" ")}: ${err}`);
  }
  const { causes } = await probekitJson(["doctor", "--under-reset", "--probe", probe]);
  assertEquals(causes.map((c: { slug: string }) => c.slug), ["rdp1-pending"]);
  const saved = ["backup", "--set", `to=${dir.at("saved")}`];
  const then = ["recover", "--allow-erase", "--backup", dir.at("backup")];
  for (const words of [saved, then, ["flash", HELLO]]) {
    const { exit, err } = await probekit([...words, "--probe", probe]);
    assertEquals(exit, 0, `${words.join(" ")}: ${err}`);
  }
  assertEquals((await probekitJson(["doctor", "--probe", probe])).healthy, true);
});
