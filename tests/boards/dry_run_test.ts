/** `--dry-run` of every recipe that comes with probekit, on every kind of board: nothing is written that outlives it. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { putFactory } from "../cli/support/factory.ts";
import { firmware, Folder, probekit, probekitJson, ROOT } from "../cli/support/program.ts";
import { lastingWrites, wireWrites } from "../cli/support/wire.ts";

/** How each recipe is called; `{image}` and `{dir}` are filled in. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  "flash": ["--set", "image={image}", "--set", "base=0x08000000"],
  "flash-and-halt": ["--set", "image={image}", "--set", "base=0x08000000"],
  "compare": ["--set", "image={image}", "--set", "base=0x08000000"],
  "erase": ["--set", "sectors=all", "--set", "allow_erase=true"],
  "backup": ["--set", "to={dir}/backup"],
  "backup-option-bytes": ["--set", "to={dir}/backup"],
  "set-option-bytes": ["--set", "backup={dir}/backup", "--set", "allow_erase=true"],
  "recover-option-bytes": ["--set", "backup={dir}/backup", "--set", "allow_erase=true"],
};
const FACTORY = ["factory-program", "revive-and-ship", "seal"] as const;

const BOARDS = [
  "stm32f746g-disco?scenario=factory",
  "stm32f746g-disco?scenario=blank",
  "stm32f746g-disco?scenario=so36160986",
  "stm32f746g-disco?scenario=wrp",
  "stm32f746g-disco?scenario=rdp1",
  "stm32f746g-disco?scenario=iwdg-hw",
  "stm32f746g-disco?scenario=low-voltage",
  "stm32f746g-disco?scenario=options-erased",
  "nucleo-f767zi?scenario=dual-bank",
  "nucleo-f722ze?scenario=pcrop",
];

const shipped = [...Deno.readDirSync(`${ROOT}/recipes`)].map((e) => e.name)
  .filter((name) => name.endsWith(".yaml")).map((name) => name.replace(/\.yaml$/, ""));

Deno.test("dry run: every recipe that comes with probekit is tried here", () => {
  assertEquals(shipped.toSorted(), [...Object.keys(CALLS), ...FACTORY].toSorted());
});

const isFactory = (name: string): name is typeof FACTORY[number] => FACTORY.some((f) => f === name);

for (const recipe of [...Object.keys(CALLS), ...FACTORY]) {
  Deno.test(`dry run: ${recipe} writes nothing that stays, on any board`, async (t) => {
    for (const board of BOARDS) {
      await t.step(board, async () => {
        using dir = new Folder();
        const image = dir.put("app.bin", firmware(40 * 1024));
        const state = dir.at("board.pk");
        const probe = `sim:${board}&state=${state}`;
        const before = await probekitJson(["options", "--probe", probe]);
        const bytes = Deno.readFileSync(state);

        const trace = dir.at("trace.jsonl");
        const words = isFactory(recipe)
          ? putFactory(dir)[recipe]
          : (CALLS[recipe] ?? []).map((w) =>
            w.replace("{image}", image).replace("{dir}", dir.path)
          );
        const files = () => [...Deno.readDirSync(dir.path)].map((e) => e.name).toSorted();
        const there = files();
        const ran = await probekit(
          ["run", recipe, ...words, "--dry-run", "--yes", "--probe", probe, "--trace", trace],
        );
        assert([0, 11, 22].includes(ran.exit), `${ran.exit}: ${ran.err}`);
        if (ran.exit === 0) assert(ran.out.includes("nothing was written"), ran.out);
        else assert(ran.err.includes("board: untouched"), ran.err);

        const wire = Deno.readTextFileSync(trace);
        assertGreater(wireWrites(wire).length, 0); // the trace was understood: attaching writes DHCSR
        assertEquals(lastingWrites(wire), []);
        assertEquals(Deno.readFileSync(state), bytes);
        const after = await probekitJson(["options", "--probe", probe]);
        assertEquals([after.registers, after.fields], [before.registers, before.fields]);
        assertEquals(files(), [...there, "trace.jsonl"].toSorted());
      });
    }
  });
}

Deno.test("dry run: the same calls without --dry-run do write, and are seen to", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(40 * 1024));
  const trace = dir.at("trace.jsonl");
  const probe = `sim:stm32f746g-disco?state=${dir.at("board.pk")}`;
  await probekit(["flash", image, "--base", "0x08000000", "--probe", probe, "--trace", trace]);
  const inFlash = lastingWrites(Deno.readTextFileSync(trace)).filter((w) => w.at < 0x1000_0000);
  assertEquals(inFlash.reduce((n, w) => n + w.length, 0), 40 * 1024);
});
