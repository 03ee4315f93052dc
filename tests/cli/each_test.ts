/** One recipe on a panel of units: one run, one lock, one record each; none touches another. */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCsv } from "../../src/cli/csv.ts";
import { readPanel, worstExit } from "../../src/cli/each.ts";
import { takeLock } from "../../src/cli/lock.ts";
import { program } from "../../tasks/probekit.ts";
import { firmware, Folder, probekit, probekitJson, withEnv } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";

/** A panel on virtual boards, by name and scenario; `image` is a column. */
function panel(dir: Folder, units: Readonly<Record<string, string>>): string {
  const image = dir.put("app.bin", firmware(2000));
  const rows = Object.entries(units).map(([name, scenario]) =>
    `${name},${SIM}?scenario=${scenario}&state=${dir.at(name)}.pk,${image},0x08000000`
  );
  return dir.put("panel.csv", ["unit,probe,image,base", ...rows, ""].join("\n"));
}
const args = (dir: Folder, csv: string, ...more: readonly string[]) => [
  ...["run", "flash", "--each", csv, "--runs", dir.at("runs")],
  ...more,
];
const holds = async (dir: Folder, name: string): Promise<boolean> => {
  const probe = `${SIM}?state=${dir.at(name)}.pk`;
  const expect = ["status", "--expect", dir.at("app.bin"), "--base", "0x08000000"];
  return (await probekit([...expect, "--probe", probe])).exit === 0;
};

Deno.test("each: one unit's failure never touches another; the worst exit code; a record for each", async () => {
  using dir = new Folder();
  const csv = panel(dir, { a1: "blank", a2: "no-power", a3: "factory", a4: "wrp" });
  const all = await probekitJson(args(dir, csv, "-j", "3"));
  assertEquals(all.exit, 21);
  assertEquals(
    all.units.map((
      u: { unit: string; outcome: string; exit: number },
    ) => [u.unit, u.outcome, u.exit]),
    [["a1", "PASS", 0], ["a2", "ERROR", 21], ["a3", "PASS", 0], ["a4", "ERROR", 11]],
  );
  assertEquals([await holds(dir, "a1"), await holds(dir, "a3"), await holds(dir, "a4")], [
    true,
    true,
    false,
  ]);
  for (const { run, folder, unit } of all.units) {
    const record = JSON.parse(Deno.readTextFileSync(`${folder}/record.json`));
    assertEquals([record.run, record.unit.name], [run, unit]);
    const junit = Deno.readTextFileSync(`${folder}/junit.xml`);
    assertStringIncludes(junit, `<property name="unit" value="${unit}"/>`);
    assertStringIncludes(Deno.readTextFileSync(`${folder}/report.html`), `<dd>${unit}</dd>`);
  }
  assertEquals(new Set(all.units.map((u: { run: string }) => u.run)).size, 4);
});

Deno.test("each: a table for people, and each fault under its unit's name", async () => {
  using dir = new Folder();
  const csv = panel(dir, { good: "blank", bad: "swd-disabled" });
  const { exit, out, err } = await probekit(args(dir, csv));
  assertEquals(exit, 21);
  assertMatch(out, /^good +PASS +0 +\d\.\d s {2}\S+\/runs\/\w{26}$/m);
  assertMatch(out, /^bad +ERROR +21 /m);
  assertStringIncludes(out, "1 of 2 passed");
  assertMatch(err, /^bad\| error\[E2107 link-no-answer\]/m);
  assertEquals(err.includes("good|"), false);
});

Deno.test("each: a plan with changes is a pass, also with --detailed-exit", async () => {
  using dir = new Folder();
  const csv = panel(dir, { a: "blank", b: "blank" });
  const { exit, out } = await probekit(args(dir, csv, "--dry-run", "--detailed-exit"));
  assertEquals(exit, 3);
  assertMatch(out, /^a +PASS +3 /m);
  assertStringIncludes(out, "2 of 2 passed");
});

Deno.test("each: all units get the recipe as it was when the panel began", async () => {
  using dir = new Folder();
  const text = "recipe: v1\nname: x\nsummary: s\neffect: read\nsteps:\n  - uses: chip.identify\n";
  const recipe = dir.put("x.yaml", text);
  const rows = ["a", "b"].map((n) => `${n},${SIM}?state=${dir.at(n)}.pk`);
  const csv = dir.put("panel.csv", `unit,probe\n${rows.join("\n")}\n`);
  let said = "";
  const exit = await program(
    ["run", recipe, "--each", csv, "--runs", dir.at("runs")],
    (signal) => ({
      out(line) {
        said += line;
        if (line.includes("a: PASS")) Deno.writeTextFileSync(recipe, "no recipe any more");
      },
      err: (line) => void (said += line),
      ...{ terminal: false, colour: false, signal, ask: () => undefined },
    }),
  );
  assertEquals(exit, 0, said);
  assertStringIncludes(said, "2 of 2 passed");
});

Deno.test("each: one lock per probe: a unit whose probe is held is busy, the others work", async () => {
  using dir = new Folder();
  const csv = panel(dir, { free: "blank", held: "blank" });
  using _lock = await takeLock(`virtual board ${dir.at("held.pk")}`, { withinMs: 0 });
  const { exit, units } = await probekitJson(args(dir, csv, "-j", "2"));
  assertEquals(exit, 75);
  assertEquals(units[0].exit, 0);
  assertEquals([units[1].error.slug, units[1].folder], ["busy", null]);
});

Deno.test("each: nobody is asked: what would be lost needs --yes for all of them", async () => {
  using dir = new Folder();
  const csv = dir.put("p.csv", `probe,sectors\n${SIM}?state=${dir.at("a.pk")},all\n`);
  const erase = (...more: readonly string[]) =>
    probekitJson(["run", "erase", "--each", csv, "--runs", dir.at("runs"), ...more], {
      answer: "yes",
    });
  const refused = await erase();
  assertEquals(refused.units[0].error.slug, "not-confirmed");
  assertEquals((await erase("--yes")).exit, 0);
});

Deno.test("each: boards by name, and one board's file for all: what is safe is known for each", async () => {
  using dir = new Folder();
  Deno.mkdirSync(dir.at("boards"));
  const image = dir.put("app.bin", firmware(2000));
  const board = (name: string, more: string): string => {
    const probe = `${SIM}?scenario=blank&state=${dir.at(name)}.pk`;
    dir.put(`boards/${name}.yaml`, `board: v1\nname: ${name}\nprobe: ${probe}\n${more}`);
    return probe;
  };
  board("alpha", "safe_state: { leave: running }\n");
  board("beta", "chip: stm32f767*\nsafe_state: { leave: running }\n");
  const safe = ["--set-target", "leave=board-safe", "--set", `image=${image}`];
  const base = ["--set", "base=0x08000000"];
  const boards = withEnv({ PROBEKIT_BOARDS: dir.at("boards") });
  const named = dir.put("boards.csv", "on\nalpha\nbeta\n");
  const { units } = await boards.probekitJson(args(dir, named, ...safe, ...base));
  assertEquals(
    units.map((
      u: { unit: string; probe: string; exit: number },
    ) => [u.unit, u.probe, u.exit]),
    [["alpha", "--on alpha", 0], ["beta", "--on beta", 11]],
  );
  assertEquals([await holds(dir, "alpha"), await holds(dir, "beta")], [true, false]);
  const one = dir.put("one.yaml", "board: v1\nname: one\nsafe_state: { leave: running }\n");
  const csv = panel(dir, { a: "blank", b: "blank" });
  const all = await probekitJson(args(dir, csv, ...safe, "--board", one));
  assertEquals(all.exit, 0, all.err);
});

Deno.test("each: mistakes in a panel are told with their line, and nothing is run", async () => {
  using dir = new Folder();
  const wrong: readonly (readonly [csv: string, says: string])[] = [
    ["unit,image\na,b\n", `a column "probe" is missing`],
    [
      "probe,imagr\na,b\n",
      `:1: no column "imagr" is known; there are probe, on, unit, image, base`,
    ],
    ["probe,image\na,b\n\na,c\n", "two rows name the probe a"],
    ["probe,unit\na,x\nb,x\n", "two rows name the unit x"],
    ["on,image\na,x\na,y\n", "two rows name the board a"],
    ["on,image\n,x\n", ":2: the probe is missing"],
    ["probe,image\n,b\n", ":2: the probe is missing"],
    ["probe\na,b\n", ":2: more cells than columns"],
    ["probe,probe\na,b\n", "a column is there twice"],
    [`probe\n"a\n`, ":2: a quote is wrong or never ends"],
    ["probe\n", "has no rows"],
    ["", "has no rows"],
  ];
  for (const [text, says] of wrong) {
    const csv = dir.put("p.csv", text);
    const { exit, err } = await probekit(args(dir, csv));
    assertEquals(exit, 2, err);
    assertStringIncludes(err, says);
  }
  const csv = panel(dir, { a: "blank" });
  for (const more of [["-j", "0"], ["-j", "two"], ["--trace", "t"], ["--probe", "x"]]) {
    assertEquals((await probekit(args(dir, csv, ...more))).exit, 2, more.join(" "));
  }
  assertEquals((await probekit(args(dir, dir.at("none.csv")))).exit, 2);
});

Deno.test("each: the panel's cells", () => {
  const text = `\uFEFFprobe, unit ,image\r\n"a ""b"", c",1,"two\nlines"\r\n\r\n066,2,\r\n`;
  assertEquals(parseCsv(text), [
    { line: 1, cells: ["probe", "unit", "image"] },
    { line: 2, cells: [`a "b", c`, "1", "two\nlines"] },
    { line: 5, cells: ["066", "2", ""] },
  ]);
  assertEquals(readPanel("probe,image\n066,\n067,x=y.bin\n", "p", ["image"]), [
    { name: "1", probe: "066", sets: [] },
    { name: "2", probe: "067", sets: ["image=x=y.bin"] },
  ]);
  assertEquals(readPanel("on,probe\nalpha,\nbeta,067\n", "p", []), [
    { name: "alpha", probe: "", on: "alpha", sets: [] },
    { name: "beta", probe: "067", on: "beta", sets: [] },
  ]);
  assertThrows(() => readPanel(`probe\na"b\n`, "p", []), Error, "p:2");
  assertEquals(
    [worstExit([0, 10, 21]), worstExit([21, 40, 1]), worstExit([]), worstExit([75, 0])],
    [
      21,
      40,
      0,
      75,
    ],
  );
});

Deno.test("units of a panel that name one file for what they hold: each content is kept", async () => {
  using dir = new Folder();
  const board = (name: string, seed: number) => {
    const image = dir.at(`${name}-image.bin`);
    Deno.writeFileSync(image, new Uint8Array(64).fill(seed));
    return `${SIM}?image=${image}`;
  };
  const rows = [1, 2, 3].map((n) => `${n},${board(`U${n}`, n)}`);
  dir.put("panel.csv", `unit,probe\n${rows.join("\n")}\n`);
  dir.put(
    "save.yaml",
    `recipe: v1\nname: save\nsummary: s\neffect: read\ninputs:\n  to: { type: path }\nsteps:\n  - uses: flash.read\n` +
      `    with: { region: 0x08000000 +64, to: "\${{ inputs.to }}" }\n`,
  );
  const args = [
    "run",
    dir.at("save.yaml"),
    "--each",
    dir.at("panel.csv"),
    "-j",
    "3",
    "--set",
    `to=${dir.at("held.bin")}`,
  ];
  const ran = await probekit([...args, "--runs", dir.at("runs")]);
  assertEquals(ran.exit, 0, ran.err);
  const held = [...Deno.readDirSync(dir.path)].map((f) => f.name).filter((n) => /^held/.test(n));
  assertEquals(held.toSorted(), ["held-2.bin", "held-3.bin", "held.bin"]);
  const bytes = held.map((n) => Deno.readFileSync(dir.at(n))[0]).toSorted();
  assertEquals(bytes, [1, 2, 3]);
});
