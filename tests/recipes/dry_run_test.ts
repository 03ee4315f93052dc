/** A dry run issues no write that outlives it: for every shipped recipe, on boards of all kinds. */
import { firmwareHex } from "./firmware.ts";
import { FACTORY, factoryEnv, KEY, StationFolder } from "./station.ts";
import { assert, assertEquals, bench, Files, image, lasting, run } from "./support.ts";

const files = () =>
  new Files({
    "app.bin": image(50_000),
    "app.hex": firmwareHex("boot\nSELFTEST PASS fw=1.4.2\n"),
    "unit.key": KEY,
  });
const APP = { image: "app.bin", base: "0x0800_0000" };
const INPUTS: Readonly<Record<string, Record<string, unknown>>> = {
  backup: {},
  "backup-option-bytes": {},
  compare: APP,
  erase: { sectors: "all", allow_erase: true },
  "factory-program": FACTORY,
  flash: { ...APP, hardware_watchdog: "accept" },
  "flash-and-halt": { ...APP, hardware_watchdog: "accept" },
  "recover-option-bytes": { allow_erase: true },
  "revive-and-ship": { images: "main=app.hex", variant: "main" },
  seal: {},
  "set-option-bytes": { allow_erase: true, backup: "old/" },
};
const SCENARIOS = [
  "factory",
  "blank",
  "so36160986",
  "rdp1",
  "rdp1-watchdogs",
  "wrp-all",
  "boot-add-erased",
];

Deno.test("every shipped recipe is tried here", () => {
  const shipped = [...Deno.readDirSync("recipes")].map((e) => e.name)
    .filter((n) => n.endsWith(".yaml")).map((n) => n.replace(".yaml", "")).sort();
  assertEquals(Object.keys(INPUTS).sort(), shipped);
});

for (const [recipe, inputs] of Object.entries(INPUTS)) {
  Deno.test(`dry run of ${recipe}: the board is the same afterwards, and no file is written`, async () => {
    using station = new StationFolder();
    for (const scenario of SCENARIOS) {
      const sim = bench(scenario);
      const before = lasting(sim.board);
      const { result, files: f } = await run(sim, recipe, {
        inputs,
        files: files(),
        options: { dryRun: true },
        env: {
          ...factoryEnv(sim, await station.open()),
          ask: () => Promise.resolve(true),
          typeWord: (_, word) => Promise.resolve(word),
        },
      });
      assert(result.plan, scenario);
      assertEquals(lasting(sim.board), before, `${recipe} on ${scenario}`);
      assertEquals([...f.written.keys()], []);
      assertEquals(station.lines("serials.jsonl"), [], "no number is taken");
      assertEquals(station.lines("records.jsonl"), [], "nothing is recorded");
      assertEquals(result.board.state, "untouched");
      assertEquals(result.left, "as-found");
      assertEquals(result.sectorsErased + result.bytesProgrammed, 0);
    }
  });
}

Deno.test("a plan predicts what later steps find", async () => {
  const sim = bench("factory");
  const recipe = {
    recipe: "v1",
    name: "all-in-one",
    summary: "erase, program, verify, erase again",
    effect: "destructive",
    target: { attach: "halt" },
    inputs: { allow_erase: { type: "bool", default: true } },
    steps: [
      { id: "gone", uses: "flash.erase", with: { sectors: "all" } },
      { id: "twice", uses: "flash.erase", with: { sectors: "0..3" } },
      { id: "put", uses: "flash.ensure", with: { image: "app.bin", base: "0x08000000" } },
      { id: "again", uses: "flash.ensure", with: { image: "app.bin", base: "0x08000000" } },
      { id: "holds", uses: "flash.verify", with: { image: "app.bin", base: "0x08000000" } },
      { id: "same", uses: "flash.compare", with: { image: "app.bin", base: "0x08000000" } },
      { id: "zero", require: "steps.same.differing_bytes == 0", message: "differs" },
    ],
  };
  const planned = await run(sim, recipe, { files: files(), options: { dryRun: true } });
  assertEquals(planned.result.steps.map((s) => [s.id, s.state]), [
    ["gone", "would_change"],
    ["twice", "unchanged"],
    ["put", "would_change"],
    ["again", "unchanged"],
    ["holds", "unchanged"],
    ["same", "unchanged"],
    ["zero", "unchanged"],
  ]);
  assertEquals(planned.result.plan?.changes, 2);
  const done = await run(sim, recipe, { files: files() });
  assertEquals(
    done.result.steps.map((s) => s.state),
    planned.result.steps.map((s) => s.state === "would_change" ? "changed" : s.state),
  );
});
