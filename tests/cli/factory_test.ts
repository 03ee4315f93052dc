/** A factory's day by the command line: a station, units, records that can be checked, and one that is sealed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type FactoryWords, KEY, putFactory } from "./support/factory.ts";
import { Folder, type How, probekit } from "./support/program.ts";

class Factory implements Disposable {
  readonly dir = new Folder();
  readonly words: FactoryWords = putFactory(this.dir);
  get probe(): readonly string[] {
    return ["--probe", `sim:stm32f746g-disco?state=${this.dir.at("board.pk")}`];
  }
  program(...more: string[]): ReturnType<typeof probekit> {
    return probekit([
      ...["run", "factory-program", ...this.words["factory-program"]],
      ...[...this.probe, ...more],
    ]);
  }
  seal(how?: How): ReturnType<typeof probekit> {
    return probekit(["run", "seal", ...this.words.seal, ...this.probe, "--yes"], how);
  }
  verify(...more: string[]): ReturnType<typeof probekit> {
    return probekit(["journal", "verify", ...this.words.station, ...more]);
  }
  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

Deno.test("factory: a unit is programmed, recorded, and sealed by its word; the records can be checked", async () => {
  using f = new Factory();
  const unasked = await f.program();
  assertEquals(unasked.exit, 30, "closing flash to reading has to be agreed to");
  const run = f.dir.at("run");
  const { exit, out, err } = await f.program("--yes", "--run-folder", run);
  assertEquals(exit, 0, err);
  assertStringIncludes(out, "AB00012345");
  const beside = [...Deno.readDirSync(`${run}/attachments`)].map((e) => e.name).sort();
  assertEquals(beside, [
    "label.txt",
    "option-bytes-after.bin",
    "option-bytes-before.bin",
    "rtt.log",
    "sectors.csv",
  ]);
  assertStringIncludes(Deno.readTextFileSync(`${run}/attachments/rtt.log`), "SELFTEST PASS");
  for (const e of [...Deno.readDirSync(run), ...Deno.readDirSync(`${run}/attachments`)]) {
    if (!e.isFile) continue;
    const folder = beside.includes(e.name) ? `${run}/attachments` : run;
    const text = Deno.readTextFileSync(`${folder}/${e.name}`).toUpperCase();
    assert(!text.includes(KEY.slice(0, 24)), `the key is not in ${e.name}`);
  }
  const refused = await f.seal({ answer: "yes" });
  assertEquals(refused.exit, 30);
  assertStringIncludes(refused.out, "Effect: irreversible");
  const [, word = ""] = /type (SEAL-[0-9A-F]{4})/.exec(refused.err) ?? [];
  const sealed = await f.seal({ answer: word });
  assertEquals(sealed.exit, 0, sealed.err);
  assertStringIncludes(sealed.out, "the debug port does not answer");
  const checked = await f.verify();
  assertEquals(checked.exit, 0, checked.err);
  assertStringIncludes(checked.out, "4 record(s), each signed by this station");
});

Deno.test("journal verify: what was changed, and what was cut off at the end when its hash is known", async () => {
  using f = new Factory();
  await f.program("--yes");
  await f.program("--yes");
  const { out } = await f.verify();
  const [tip = ""] = /sha256:[0-9a-f]{64}/.exec(out) ?? [];
  assertEquals((await f.verify("--tip", tip)).exit, 0);
  const file = f.dir.at("station/records.jsonl");
  const text = Deno.readTextFileSync(file);
  Deno.writeTextFileSync(file, text.split("\n").slice(0, -2).join("\n") + "\n");
  assertEquals((await f.verify()).exit, 0, "nothing in it tells that there was more");
  const cut = await f.verify("--tip", tip);
  assertEquals(cut.exit, 10);
  assertStringIncludes(cut.err, "no record has the hash sha256:");
  Deno.writeTextFileSync(file, text.replace("WO-004711", "WO-004712"));
  const changed = await f.verify();
  assertEquals(changed.exit, 10);
  assertStringIncludes(changed.err, "E1006 records-changed");
  assertStringIncludes(changed.err, "line 1: its content is not what its hash says");
  const key = f.dir.at("station/station.pub");
  Deno.writeTextFileSync(key, Deno.readTextFileSync(key).slice(0, 20));
  const cutKey = await f.verify();
  assertEquals(cutKey.exit, 20);
  assertStringIncludes(cutKey.err, "E2042 station-key-unusable");
  const none = await probekit(["journal", "verify", "--station", f.dir.at("nowhere")]);
  assertEquals(none.exit, 2);
  assertEquals((await probekit(["journal", "verify"])).exit, 2);
});

Deno.test("record: required without a station: the run's folder keeps it, and without one nothing begins", async () => {
  using dir = new Folder();
  const recipe = dir.put(
    "look.yaml",
    "recipe: v1\nname: look\nsummary: s\neffect: read\nrecord: required\n" +
      "steps:\n  - id: who\n    uses: chip.identify\n",
  );
  const call = ["run", recipe, "--probe", "sim:stm32f746g-disco"];
  const bare = await probekit(call);
  assertEquals(bare.exit, 11);
  assertStringIncludes(bare.err, "E1186 record-impossible");
  const kept = await probekit([...call, "--run-folder", dir.at("run")]);
  assertEquals(kept.exit, 0, kept.err);
  assertEquals(JSON.parse(Deno.readTextFileSync(dir.at("run/record.json"))).outcome, "PASS");
  assertEquals((await probekit([...call, "--dry-run"])).exit, 0, "a dry run records nothing");
});

Deno.test("record: required at a station whose records cannot be written: no pass", async () => {
  using f = new Factory();
  Deno.mkdirSync(f.dir.at("station/records.jsonl"));
  const { exit, err } = await f.program("--yes");
  assertEquals(exit, 20);
  assertStringIncludes(err, "E2040 station-not-written");
});
