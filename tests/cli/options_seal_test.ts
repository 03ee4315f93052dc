/** RDP level 2 is entered by the typed word of this very chip, and by nothing else. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FileJournal } from "../../src/cli/mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { Folder, type How, probekit, probekitJson } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const SEAL = ["options", "set", "RDP=level2"];
const board = (dir: Folder, scenario = "factory", more = ""): string =>
  `${SIM}?scenario=${scenario}&state=${dir.at("board.pk")}${more}`;

async function rdpByte(probe: string): Promise<string> {
  const { registers, err } = await probekitJson(["options", "--probe", probe]);
  assert(registers, err);
  return registers.OPTCR.slice(6, 8);
}

/** Switches a board in a file off and on. */
function offAndOn(probe: string): void {
  const sim = openSim(probe, {
    readState: (path) => Deno.readFileSync(path),
    writeState: (path, bytes) => Deno.writeFileSync(path, bytes),
  });
  sim.board.powerCycle();
  sim.save();
}

/** The word, as the program asks for it. */
async function wordOf(probe: string): Promise<string> {
  const { err } = await probekit([...SEAL, "--probe", probe], { answer: "?" });
  const [, word] = /type (SEAL-[0-9A-F]{4}):/.exec(err) ?? [];
  assert(word, err);
  return word;
}

Deno.test("seal: the word is made from the unique id, and asked for after the plan", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const { uid } = await probekitJson([...SEAL, "--dry-run", "--probe", probe]);
  assertEquals(await wordOf(probe), `SEAL-${uid.slice(-4).toUpperCase()}`);
  const { out, err, exit } = await probekit([...SEAL, "--probe", probe], { answer: "yes" });
  assertEquals(exit, 30);
  assertStringIncludes(out, "level 0 (open) -> level 2 (closed for ever)");
  assertStringIncludes(
    out,
    "No debugger, no boot loader and no tool will ever reach this chip again",
  );
  assertStringIncludes(err, "E3003 seal-word-missing");
  assertEquals(await rdpByte(probe), "AA");
});

Deno.test("seal: nothing but the word does it", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const word = await wordOf(probe);
  const tries: readonly (readonly [string[], How?])[] = [
    [[]],
    [["--yes"]],
    [["--yes"], { answer: "yes" }],
    [["--yes"], { answer: "y" }],
    [["--set", `word=${word}`]],
    [["--set", "allow_erase=true", "--yes"]],
    [[], { answer: "" }],
    [[], { answer: word.toLowerCase() }],
    [[], { answer: `${word}0` }],
    [[], { answer: "SEAL-0000" }],
    [["--dry-run"], { answer: word }],
  ];
  for (const [args, how] of tries) {
    const { exit } = await probekit([...SEAL, ...args, "--probe", probe], how);
    const expected = args.includes("--dry-run") ? 0 : args.includes("--set") ? 2 : 30;
    assertEquals(exit, expected, args.join(" "));
    assertEquals(await rdpByte(probe), "AA", `${args.join(" ")} ${how?.answer}`);
  }
  for (const name of ["PROBEKIT_YES", "PROBEKIT_WORD", "PROBEKIT_SEAL"]) Deno.env.set(name, word);
  try {
    assertEquals((await probekit([...SEAL, "--probe", probe])).exit, 30);
  } finally {
    for (const n of ["PROBEKIT_YES", "PROBEKIT_WORD", "PROBEKIT_SEAL"]) Deno.env.delete(n);
  }
  assertEquals(await rdpByte(probe), "AA");
  assertEquals(await new FileJournal(dir.at("board.pk.journal")).entries(), []);
});

Deno.test("seal: no profile and no recipe asks for it, whatever is typed", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const word = await wordOf(probe);
  const profile = (body: string) =>
    `ob: v1\nvariants:\n  - chips: [stm32f74*]\n    OPTCR: ${body}\n`;
  for (const body of ["{ RDP: level2 }", "{ RDP: 0xCC }", "{ RDP: 204 }", "0xC0FFCCFD"]) {
    const file = dir.put("evil.ob.yaml", profile(body));
    for (const verb of [["options", "restore", file], ["recover", "--profile", file]]) {
      const { exit } = await probekit([...verb, "--yes", "--probe", probe], { answer: word });
      assertEquals(exit, 2, `${verb[0]} ${body}`);
      assertEquals(await rdpByte(probe), "AA");
    }
  }
});

Deno.test("seal: the word closes the chip, and the journal has both the intent and the outcome", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const answer = await wordOf(probe);
  const { exit, out, err } = await probekit([...SEAL, "--probe", probe], { answer });
  assertEquals(exit, 0, err);
  assertStringIncludes(out, "the debug port does not answer any more");
  const entries = await new FileJournal(dir.at("board.pk.journal")).entries();
  assertEquals(entries.map((e) => e.kind === "outcome" ? e.result : e.effect), [
    "irreversible",
    "done",
  ]);
  assertEquals((await probekit(["info", "--probe", probe])).exit, 21);
});

Deno.test("seal: another chip's word does not do", async () => {
  using dir = new Folder();
  const answer = await wordOf(board(dir));
  const other = `sim:nucleo-f767zi?state=${dir.at("other.pk")}`;
  assert(await wordOf(other) !== answer);
  assertEquals((await probekit([...SEAL, "--probe", other], { answer })).exit, 30);
  assertEquals(await rdpByte(other), "AA");
});

Deno.test("seal: PCROP asks for the word too; at a wrong one nothing is written", async () => {
  using dir = new Folder();
  const nucleo = `sim:nucleo-f722ze?state=${dir.at("board.pk")}`;
  const args = ["options", "set", "PCROP=1", "--probe", nucleo];
  assertEquals((await probekit([...args, "--yes"])).exit, 30);
  const asked = await probekit(args, { answer: "yes" });
  assertEquals(asked.exit, 30, asked.err);
  const [, word = ""] = /type (SEAL-[0-9A-F]{4}):/.exec(asked.err) ?? [];
  const done = await probekit(args, { answer: word });
  assertEquals(done.exit, 0, done.err);
  const { fields } = await probekitJson(["options", "--probe", nucleo]);
  assertEquals(fields.PCROP.value, 1);
});

Deno.test("seal: cut in the middle, at every place: the word again is refused until it is reconciled", async () => {
  let open = 0;
  let waiting = 0;
  for (let at = 40; at < 120; at += 3) {
    using dir = new Folder();
    const answer = await wordOf(board(dir));
    const cut = board(dir, "factory", `&chaos=unplug@${at}`);
    const { exit } = await probekit([...SEAL, "--probe", cut], { answer });
    const journal = new FileJournal(dir.at("board.pk.journal"));
    const [intent] = await journal.everyOpen();
    if (exit === 0) break;
    if (!intent) continue;
    open++;
    assertEquals(intent.effect, "irreversible");
    const probe = board(dir);
    const twice = await probekit([...SEAL, "--probe", probe], { answer });
    assert([40, 21, 11].includes(twice.exit), twice.err);
    let reconciled = await probekit(["reconcile", "--probe", probe]);
    assertEquals(reconciled.exit === 11, twice.exit === 11);
    if (reconciled.exit === 11) {
      waiting++;
      assertStringIncludes(reconciled.err, "E1118 options-close-at-reset");
      assertStringIncludes(reconciled.err, "it was done, and waits for a reset");
      offAndOn(probe);
      reconciled = await probekit(["reconcile", "--probe", probe]);
      assertEquals(reconciled.exit, 21, reconciled.err);
    }
    if (reconciled.exit === 21) {
      assertStringIncludes(reconciled.err, "a chip at RDP level 2 answers no debugger");
      continue;
    }
    assertEquals(reconciled.exit, 0, reconciled.err);
    assertEquals(await journal.everyOpen(), []);
    // a power cut between erasing and programming leaves level 1, which the verdict says
    const byte = await rdpByte(probe);
    assert(byte === "AA" || byte === "FF", byte);
    assertStringIncludes(
      reconciled.out,
      byte === "AA" ? "as they were before: it was not done" : "neither as before nor",
    );
  }
  assert(open > 0, "no cut hit the write");
  assert(waiting > 0, "no cut came between the write and its reset");
});

Deno.test("E4003: while the outcome is unknown every write is refused, reading is not", async () => {
  using dir = new Folder();
  const probe = board(dir);
  const { uid } = await probekitJson([...SEAL, "--dry-run", "--probe", probe]);
  const journal = new FileJournal(dir.at("board.pk.journal"));
  await journal.intent({
    journal: "1.0",
    kind: "intent",
    id: "01TEST-1",
    run: "01TEST",
    at: "2026-11-26T00:00:00.000Z",
    tool: "probekit",
    uid,
    chip: "STM32F74x/F75x",
    probe: "",
    recipe: "seal-option-bytes",
    step: "seal",
    what: "options",
    effect: "irreversible",
    text: "option bytes were being written: RDP level 0 (open) -> level 2 (closed for ever)",
    before: { OPTCR: "0xC0FFAAFD" },
    wanted: { OPTCR: "0xC0FFCCFD" },
  });
  for (
    const args of [["options", "set", "WWDG_SW=0"], ["recover"], SEAL]
  ) {
    const { exit, err } = await probekit([...args, "--probe", probe], { answer: "yes" });
    assertEquals(exit, 40, args.join(" "));
    assertStringIncludes(err, "E4003 unknown-outcome");
    assertStringIncludes(err, "probekit reconcile");
  }
  assertEquals((await probekit(["options", "--probe", probe])).exit, 0);
  const { exit, out } = await probekit(["reconcile", "--probe", probe]);
  assertEquals(exit, 0);
  assertStringIncludes(out, "the option bytes are as they were before: it was not done");
  assertEquals((await probekit(["options", "set", "WWDG_SW=1", "--probe", probe])).exit, 0);
});
