/** The journal: the note is on the disk before the write, and an interruption is told, finished and closed. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FileJournal, type JournalEntry } from "../../src/cli/mod.ts";
import { firmware, Folder, probekit, probekitJson, ROOT, withEnv } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const AT = "0x08000000";
const board = (dir: Folder, scenario = "factory", more = ""): string =>
  `${SIM}?scenario=${scenario}&state=${dir.at("board.pk")}${more}`;
const journalIn = (dir: Folder): FileJournal => new FileJournal(dir.at("board.pk.journal"));
const kinds = (all: readonly JournalEntry[]): string[] =>
  all.map((e) => e.kind === "intent" ? `intent ${e.what} ${e.effect}` : e.result);

const INTENT = {
  journal: "1.0",
  kind: "intent",
  id: "01TEST-1",
  run: "01TEST",
  at: "2026-11-26T00:00:00.000Z",
  tool: "probekit",
  uid: "AB",
  chip: "",
  probe: "",
  recipe: "flash",
  step: "program",
  what: "flash",
  effect: "reversible",
  text: "writing sector 0",
} as const;

Deno.test("journal: every write has its intent and its outcome; looking writes none", async () => {
  using dir = new Folder();
  const probe = board(dir, "so36160986");
  const backup = dir.at("backup");
  assertEquals((await probekit(["recover", "--backup", backup, "--probe", probe])).exit, 0);
  const entries = await journalIn(dir).entries();
  assertEquals(kinds(entries), ["intent options reversible", "done"]);
  const [intent] = entries;
  assert(intent?.kind === "intent");
  assertEquals(intent.before, { OPTCR: "0x00FFAAED", OPTCR1: "0x00400080" });
  assertEquals(intent.wanted, { OPTCR: "0xC0FFAAFD", OPTCR1: "0x00400080" });
  assertEquals([intent.recipe, intent.step], ["recover-option-bytes", "write"]);
  for (
    const args of [["info"], ["options"], ["backup", "--to", backup], ["recover", "--dry-run"]]
  ) {
    assertEquals((await probekit([...args, "--probe", probe])).exit, 0);
  }
  assertEquals((await journalIn(dir).entries()).length, 2);
});

Deno.test("journal: what flash held is kept before it is erased, byte for byte", async () => {
  using dir = new Folder();
  const probe = board(dir, "blank");
  const [a, b] = [firmware(40_000, 1), firmware(50_000, 2)];
  const flash = (name: string, bytes: Uint8Array) =>
    probekit(["flash", dir.put(name, bytes), "--base", AT, "--probe", probe]);
  assertEquals((await flash("a.bin", a)).exit, 0);
  assertEquals(await journalIn(dir).entries(), []); // nothing was lost
  assertEquals((await flash("b.bin", b)).exit, 0);
  const [intent] = await journalIn(dir).entries();
  assert(intent?.kind === "intent" && intent.kept);
  const [kept] = intent.kept;
  assert(kept);
  assertEquals(kept.at, 0x0800_0000);
  assertEquals(Deno.readFileSync(kept.file).subarray(0, 40_000), a);
  assertEquals(Deno.statSync(kept.file).mode! % 0o1000, 0o600);
});

Deno.test("journal: a note that cannot be written stops the run while the board is untouched", async () => {
  using dir = new Folder();
  const probe = board(dir, "so36160986");
  const file = dir.put("no-folder", "x");
  const args = ["options", "factory", "--journal", `${file}/journal`, "--probe", probe];
  const { exit, err } = await probekit(args);
  assertEquals(exit, 20);
  assertStringIncludes(err, "E2060 journal-not-written");
  assertStringIncludes(err, "untouched: nothing was written");
  const { registers } = await probekitJson(["options", "--probe", probe]);
  assertEquals(registers.OPTCR, "0x00FFAAED");
});

Deno.test("journal: a line that a crash cut short is passed over, and the next stands alone", async () => {
  using dir = new Folder();
  const journal = new FileJournal(dir.at("j"));
  await journal.intent(INTENT);
  Deno.writeTextFileSync(journal.file, '{"journal":"1.0","kind":"outc', { append: true });
  assertEquals((await journal.open("AB")).length, 1);
  await journal.outcome({ ...INTENT, kind: "outcome", result: "done", text: "" });
  assertEquals((await journal.entries()).length, 2);
  assertEquals(await journal.open("AB"), []);
  assertEquals(Deno.readTextFileSync(journal.file).split("\n").length, 4);
});

Deno.test("journal: outcomes by id; unknown leaves it open; other chips' are not told", async () => {
  using dir = new Folder();
  const journal = new FileJournal(dir.at("j"));
  await journal.intent(INTENT);
  await journal.intent({ ...INTENT, id: "01TEST-2", uid: "CD" });
  await journal.outcome({ ...INTENT, kind: "outcome", result: "unknown", text: "" });
  assertEquals((await journal.open("AB")).map((i) => i.id), ["01TEST-1"]);
  assertEquals((await journal.open("CD")).map((i) => i.id), ["01TEST-2"]);
  assertEquals(await journal.open("EF"), []);
});

Deno.test("journal: the oldest kept pieces go, those of open intents stay", async () => {
  using dir = new Folder();
  const journal = new FileJournal(dir.at("j"));
  const first = await journal.keep(Uint8Array.of(1));
  await journal.intent({ ...INTENT, kept: [{ at: 0, length: 1, ...first }] });
  const old = await journal.keep(Uint8Array.of(2));
  Deno.utimeSync(first.file, 1, 1);
  Deno.utimeSync(old.file, 2, 2);
  for (let i = 3; i < 70; i++) await journal.keep(Uint8Array.of(i));
  assert(Deno.statSync(first.file).isFile);
  await assertRejects(() => Deno.stat(old.file), Deno.errors.NotFound);
  assertEquals([...Deno.readDirSync(dir.at("j/flash"))].length, 64);
});

Deno.test("journal: a virtual board without a file has none", async () => {
  using dir = new Folder();
  const call = ["options", "factory", "--probe", `${SIM}?scenario=so36160986`];
  const env = { XDG_STATE_HOME: dir.path };
  assertEquals((await withEnv(env).probekit(call)).exit, 0);
  assertEquals([...Deno.readDirSync(dir.path)], []);
  const named = { ...env, PROBEKIT_JOURNAL: dir.at("named") };
  assertEquals((await withEnv(named).probekit(call)).exit, 0);
  assertEquals((await new FileJournal(dir.at("named")).entries()).length, 2);
});

/** The cable is pulled at every so-manieth transfer; USB is the board's supply, so its power goes too. */
async function cuts(
  scenario: string,
  args: (dir: Folder) => string[],
  every: number,
): Promise<{ open: number; tried: number; mentioned: number }> {
  const seen = { open: 0, tried: 0, mentioned: 0 };
  for (let at = 20;; at += every) {
    using dir = new Folder();
    const cut = await probekit([
      ...args(dir),
      "--probe",
      board(dir, scenario, `&chaos=unplug@${at}`),
    ]);
    const open = (await journalIn(dir).everyOpen()).length;
    if (cut.exit === 0) return seen;
    seen.tried++;
    seen.open += open > 0 ? 1 : 0;
    const again = await probekit([...args(dir), "--yes", "--probe", board(dir, scenario)]);
    assertEquals(again.exit, 0, `cut at ${at}\n${again.err}${again.out}`);
    if (open > 0) {
      assertStringIncludes(again.out, "was interrupted when", `cut at ${at}`);
      seen.mentioned++;
    }
    assertEquals(await journalIn(dir).everyOpen(), [], `cut at ${at}: still open`);
  }
}

Deno.test("journal: options factory, cut at every third transfer, run again: done, told and closed", async () => {
  const seen = await cuts("so36160986", () => ["options", "factory", "--yes"], 3);
  assert(seen.open > 5 && seen.tried > 15, JSON.stringify(seen));
  assertEquals(seen.mentioned, seen.open);
});

Deno.test("journal: flash over an old image, cut at every few transfers, run again: done, told and closed", async () => {
  const image = firmware(70_000, 3);
  const args = (dir: Folder) => ["flash", dir.put("new.bin", image), "--base", AT];
  const seen = await cuts("factory", args, 11);
  assert(seen.open > 2 && seen.tried > 6, JSON.stringify(seen));
});

Deno.test("journal: the program is killed in mid-write: the intent is on the disk, the next run ends it", async () => {
  using dir = new Folder();
  const args = ["options", "factory", "--yes", "--probe"];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      "--quiet",
      "--ext=ts",
      `import { program } from "file://${ROOT}/tasks/probekit.ts";
       import { FileJournal } from "file://${ROOT}/src/cli/mod.ts";
       const outcome = FileJournal.prototype.outcome;
       FileJournal.prototype.outcome = function () { Deno.kill(Deno.pid, "SIGKILL"); return outcome.apply(this, arguments); };
       await program(${JSON.stringify([...args, board(dir, "so36160986")])});`,
    ],
    stdout: "null",
    stderr: "piped",
  });
  const { signal, stderr } = await child.output();
  assertEquals(signal, "SIGKILL", new TextDecoder().decode(stderr));
  const [intent] = await journalIn(dir).everyOpen();
  assert(intent, "no intent on the disk");
  const again = await probekit([...args, board(dir, "so36160986")]);
  assertEquals(again.exit, 0, again.err);
  assertStringIncludes(again.out, `run ${intent.run}`);
  assertEquals(await journalIn(dir).everyOpen(), []);
});

Deno.test("reconcile: says what flash holds, closes it, and writes nothing", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const { uid } = await probekitJson(["info", "--probe", probe]);
  const journal = journalIn(dir);
  const ranges = [{ at: 0x0800_8000, length: 0x8000 }];
  await journal.intent({ ...INTENT, uid, ranges });
  const { exit, out } = await probekit(["reconcile", "--probe", probe]);
  assertEquals(exit, 0);
  assertStringIncludes(out, "those sectors are empty");
  assertEquals(await journal.everyOpen(), []);
  const none = await probekit(["reconcile", "--probe", probe]);
  assertStringIncludes(none.out, "Nothing is open");
});

Deno.test("journal: fields that a cut write damaged come back too, though the next run does not name them", async () => {
  let damaged = 0;
  for (let at = 20; at < 100; at += 15) {
    using dir = new Folder();
    const set = (more = "") => [
      ...["options", "set", "nRST_STOP=0", "--probe"],
      board(dir, "factory", more),
    ];
    const cut = await probekit(set(`&chaos=brownout@${at}`));
    assertEquals(cut.exit, 40, cut.err);
    const { registers } = await probekitJson(["options", "--probe", board(dir)]);
    if (!["C0FFAAFD", "C0FFAABD"].includes(registers.OPTCR.slice(2))) damaged++;
    const again = await probekit([...set(), "--yes"]);
    assertEquals(again.exit, 0, `cut at ${at}\n${again.err}`);
    const after = await probekitJson(["options", "--probe", board(dir)]);
    assertEquals(after.registers, { OPTCR: "0xC0FFAABD", OPTCR1: "0x00400080" }, `cut at ${at}`);
  }
  assert(damaged > 0, "no cut left a damaged word");
});

Deno.test("reconcile: what a cut write damaged stays open until it is brought back", async () => {
  using dir = new Folder();
  const args = (more = "") => ["set", "nRST_STOP=0", "--probe", board(dir, "factory", more)];
  assertEquals((await probekit(["options", ...args("&chaos=brownout@20")])).exit, 40);
  const told = await probekitJson(["reconcile", "--probe", board(dir)]);
  assertEquals([told.exit, told.found[0].verdict, told.found[0].closed], [0, "neither", false]);
  const { out } = await probekit(["reconcile", "--probe", board(dir)]);
  assertStringIncludes(out, "stays open");
  assertEquals((await probekit(["options", "factory", "--yes", "--probe", board(dir)])).exit, 0);
  assertEquals(await journalIn(dir).everyOpen(), []);
});
