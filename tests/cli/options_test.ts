/** `probekit options` from end to end on virtual boards. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder, type How, probekit, probekitJson } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const board = (dir: Folder, scenario = "factory", more = ""): string =>
  `${SIM}?scenario=${scenario}&state=${dir.at("board.pk")}${more}`;
const registers = async (probe: string): Promise<Record<string, string>> =>
  (await probekitJson(["options", "show", "--probe", probe])).registers;
const options = (args: string[], probe: string, how?: How) =>
  probekit(["options", ...args, "--probe", probe], how);

Deno.test("options diff: against factory, with both texts and what it means", async () => {
  const { exit, out } = await options(["diff"], `${SIM}?scenario=so36160986`);
  assertEquals(exit, 0);
  assertStringIncludes(out, "OPTCR.WWDG_SW");
  assertStringIncludes(out, "hardware -> software   who starts the window watchdog");
  assertStringIncludes(out, "3 fields differ from factory");
  assertEquals((await options(["diff", "--detailed-exit"], SIM)).exit, 0);
  const detailed = await options(["diff", "--detailed-exit"], `${SIM}?scenario=so36160986`);
  assertEquals(detailed.exit, 3);
});

Deno.test("options backup, diff with it, factory, restore: the same words come back", async () => {
  using dir = new Folder();
  const probe = board(dir, "so36160986");
  const file = dir.at("before.ob.yaml");
  assertEquals((await options(["backup", "-o", file], probe)).exit, 0);
  const same = await probekitJson(["options", "diff", file, "--probe", probe]);
  assertEquals([same.exit, same.same], [0, true]);

  const factory = await options(["factory"], probe);
  assertEquals(factory.exit, 0, factory.err);
  assertEquals(await registers(probe), { OPTCR: "0xC0FFAAFD", OPTCR1: "0x00400080" });
  const differs = await probekitJson(["options", "diff", file, "--probe", probe]);
  assertEquals(differs.differences.map((d: { field: string }) => d.field), [
    "WWDG_SW",
    "IWDG_STDBY",
    "IWDG_STOP",
  ]);

  assertEquals((await options(["restore", file], probe)).exit, 0);
  assertEquals((await registers(probe))["OPTCR"], "0x00FFAAED");
  const again = await options(["restore", file], probe);
  assertStringIncludes(again.out, "nothing differs");
});

Deno.test("options set: only what is named changes; the plan comes before the deed", async () => {
  using dir = new Folder();
  const probe = board(dir, "so36160986");
  const dry = await options(["set", "WWDG_SW=software", "--dry-run"], probe);
  assertStringIncludes(dry.out, "OPTCR.WWDG_SW      0x0 (hardware) -> 0x1 (software)");
  assertEquals((await registers(probe))["OPTCR"], "0x00FFAAED");

  const set = await options(["set", "wwdg_sw=software", "BOOT_ADD0=0x08000000"], probe);
  assertEquals(set.exit, 0, set.err);
  assertEquals(await registers(probe), { OPTCR: "0x00FFAAFD", OPTCR1: "0x00402000" });
  const plan = set.out.indexOf("would change");
  assert(plan > 0 && plan < set.out.indexOf("option bytes are as planned"), set.out);
});

Deno.test("options set: addresses and coded values of BOOT_ADDx", async () => {
  using dir = new Folder();
  const probe = board(dir);
  for (
    const [text, word] of [
      ["0x00100000", "0x00400040"],
      ["0x80", "0x00400080"],
      ["0x2000_0000", "0x00408000"],
      ["0x0000_4000", "0x00400001"],
      ["128", "0x00400080"],
    ] as const
  ) {
    assertEquals((await options(["set", `BOOT_ADD0=${text}`], probe)).exit, 0, text);
    assertEquals((await registers(probe))["OPTCR1"], word, text);
  }
});

Deno.test("options set: what cannot be is refused before any board is looked for", async () => {
  const wrong: readonly (readonly [string[], string])[] = [
    [["set"], "options set needs NAME=VALUE"],
    [["set", "WWDG"], '"WWDG" is no NAME=VALUE'],
    [["set", "WWDG=1"], '"WWDG" is no option byte: there are'],
    [
      ["set", "WWDG_SW=maybe"],
      "WWDG_SW = maybe is neither a number nor one of: hardware, software",
    ],
    [["set", "WWDG_SW=2"], "WWDG_SW = 2 does not fit: it is 0 to 0x1"],
    [["set", "nWRP=-1"], "nWRP = -1 is no number"],
    [["set", "nRST_STOP=1.5"], "nRST_STOP = 1.5 is no number"],
    [["set", "WWDG_SW=1", "WWDG_SW=0"], "WWDG_SW is given twice"],
    [["set", "RDP=0xCC"], "RDP is given by name, one of: level0, level1, level2"],
    [["set", "RDP=204"], "RDP is given by name"],
    [["set", "RDP=constructor"], "RDP is given by name"],
    [["set", "BOOT_ADD0=0x08000001"], "BOOT_ADD0 = 0x08000001 is no multiple of 16 KiB"],
    [["set", "RDP=level2", "WWDG_SW=1"], "RDP stands alone: set WWDG_SW in a command of its own"],
    [["set", "OTP_LOCK=1"], '"OTP_LOCK" is no option byte'],
    [["backup"], "options backup needs -o FILE.ob.yaml"],
    [["backup", "-o", "x.txt"], '"x.txt" is no name for option bytes'],
    [["restore"], "options restore needs the file"],
    [["factory", "x"], 'options factory takes no "x"'],
    [["show", "x"], 'options show takes no "x"'],
  ];
  for (const [args, text] of wrong) {
    const { exit, err } = await options(args, "no-such-probe");
    assertEquals(exit, 2, args.join(" "));
    assertStringIncludes(err, text);
  }
  assertEquals((await options(["explode"], "no-such-probe")).exit, 2);
});

Deno.test("options set: a field that other parts have is refused by this part's name for it", async () => {
  const { exit, err } = await options(["set", "nDBANK=0"], SIM);
  assertEquals(exit, 2);
  assertStringIncludes(err, "OPTCR has no field nDBANK");
});

Deno.test("options set: a brown-out level above the supply is refused", async () => {
  using dir = new Folder();
  const probe = board(dir, "factory", "&volts=2.3");
  const { exit, err } = await options(["set", "BOR_LEV=level3"], probe);
  assertEquals(exit, 11, err);
  assertStringIncludes(err, "options-above-supply");
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAAFD");
});

Deno.test("options set RDP=level1 asks; --yes and a typed yes answer, nobody does not", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const nobody = await options(["set", "RDP=level1"], probe);
  assertEquals(nobody.exit, 30);
  assertStringIncludes(nobody.err, "opening it again will erase the whole flash");
  assertEquals((await options(["set", "RDP=level1"], probe, { answer: "no" })).exit, 30);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAAFD");

  const yes = await options(["set", "RDP=level1"], probe, { answer: "yes" });
  assertEquals(yes.exit, 0, yes.err);
  assertEquals((await registers(probe))["OPTCR"], "0xC0FF55FD");

  assertEquals((await options(["set", "RDP=level0"], probe)).exit, 30);
  const open = await options(["set", "RDP=level0", "--yes"], probe);
  assertEquals(open.exit, 0, open.err);
  assertStringIncludes(open.out, "ERASES 1024 KiB");
  assertEquals((await registers(probe))["OPTCR"], "0xC0FFAAFD");
});

Deno.test("options factory at level 1 with both hardware watchdogs", async () => {
  using dir = new Folder();
  const probe = board(dir, "rdp1-watchdogs");
  const { exit, err } = await options(["factory", "--yes"], probe);
  assertEquals(exit, 0, err);
  assertEquals(await registers(probe), { OPTCR: "0xC0FFAAFD", OPTCR1: "0x00400080" });
});

Deno.test("options diff, restore: a file that no board can have is told before the board is touched", async () => {
  using dir = new Folder();
  const wide = "ob: v1\nvariants:\n  - chips: [stm32f7*]\n    OPTCR: { WWDG_SW: sometimes }\n";
  for (
    const [name, text] of Object.entries({ empty: "", note: "# nothing\n", list: "[]\n", wide })
  ) {
    const file = dir.put(`${name}.ob.yaml`, text);
    for (const words of [["diff", file], ["restore", file, "--yes"]]) {
      const { exit, out, err } = await options(words, `${SIM}?scenario=so36160986`);
      assertEquals([exit, out], [2, ""], `${words.join(" ")}: ${err}`);
      assertStringIncludes(err, "E0299 bad-option-profile");
    }
  }
});
