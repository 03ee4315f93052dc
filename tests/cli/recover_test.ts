/** `probekit recover`: one command, and whether a program runs afterwards. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openSim } from "../../src/sim/mod.ts";
import { Folder, probekit, probekitJson } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";

Deno.test("recover: the story's board runs its program after one command", async () => {
  using dir = new Folder();
  const probe = `${SIM}?scenario=so36160986&state=${dir.at("board.pk")}`;
  const ran = await probekit(["recover", "--backup", dir.at("backup"), "--probe", probe]);
  assertEquals(ran.exit, 0, ran.err);
  assertStringIncludes(ran.out, "the option bytes are as planned: OPTCR 0xC0FFAAFD");
  assert(ran.out.trimEnd().endsWith("program: runs; no reset in 60 ms"), ran.out);
  const { board } = openSim(probe, { readState: (path) => Deno.readFileSync(path) });
  assertEquals([board.core, board.options.loaded.OPTCR], ["running", 0xC0FF_AAFC]);
  assertEquals((await probekit(["doctor", "--probe", probe])).exit, 0);
});

/** selector → what is said of the program, the command that helps, and what is told of it */
const SEEN: readonly (readonly [string, string, string, string?, string?])[] = [
  ["scenario=factory", "runs", "runs; no reset in 60 ms"],
  ["scenario=boot-add-ram", "runs", "runs; no reset in 60 ms"],
  ["scenario=rdp1", "does-not-run", "the vector table is blank", "probekit flash IMAGE"],
  ["scenario=hardfault", "does-not-run", "HardFault handler", "probekit doctor --halt"],
  ["scenario=watchdog-loop", "does-not-run", "does not feed it in time"],
  ["boot0=1", "does-not-run", "ST's boot loader runs", "probekit reset", "next: Set BOOT0 low"],
  [
    "scenario=swd-disabled",
    "not-seen",
    "The chip does not answer",
    "probekit doctor --under-reset",
    "next: See whether it answers under reset: probekit doctor --under-reset",
  ],
];

for (const [query, state, text, next, line] of SEEN) {
  Deno.test(`recover says whether a program runs: ${query}`, async () => {
    using dir = new Folder();
    const args = ["recover", "--allow-erase", "--backup", dir.at("backup"), "--probe"];
    const json = await probekitJson([...args, `${SIM}?${query}`]);
    assertEquals([json.exit, json.program.state], [0, state], json.err);
    assertStringIncludes(json.program.text, text);
    if (next !== undefined) assertEquals(json.program.next, next);
    const { out } = await probekit([...args, `${SIM}?${query}`]);
    assertStringIncludes(out, `program: ${json.program.text}`);
    if (line !== undefined) assertStringIncludes(out, `  ${line}`);
  });
}

Deno.test("recover says nothing of the program when nothing was done", async () => {
  const dry = await probekitJson(["recover", "--dry-run", "--probe", `${SIM}?scenario=so36160986`]);
  assertEquals([dry.exit, dry.program], [0, undefined]);
  const refused = await probekitJson(["recover", "--probe", `${SIM}?scenario=rdp1`]);
  assert(refused.exit !== 0);
  assertEquals(refused.program, undefined);
});

Deno.test("recover: what an earlier recovery has saved is not written over by other content", async () => {
  using dir = new Folder();
  const probe = `sim:stm32f746g-disco?scenario=so36160986&state=${dir.at("board.pk")}`;
  const to = dir.at("backup");
  const recover = () =>
    probekit(["run", "recover-option-bytes", "--set", `backup=${to}`, "--probe", probe]);
  const saved = () =>
    [...Deno.readDirSync(to)].map((f) => f.name).toSorted()
      .map((name) => [name, Deno.readFileSync(`${to}/${name}`)] as const);
  assertEquals((await recover()).exit, 0);
  const [[name, first] = ["", new Uint8Array()]] = saved();
  assert(first.some((b) => b !== 0xFF));
  assertEquals((await recover()).exit, 0); // the same content: the same file
  assertEquals(saved().length, 1);
  const erase = await probekit(["erase", "--sectors", "all", "--yes", "--probe", probe]);
  assertEquals(erase.exit, 0, erase.err);
  const again = await recover();
  assertEquals(again.exit, 0, again.err);
  const other = name.replace(".bin", "-2.bin");
  assertStringIncludes(again.out, `written to ${to}/${other}`);
  assertEquals(saved().map(([n]) => n), [other, name].toSorted());
  assertEquals(Deno.readFileSync(`${to}/${name}`), first);
  assert(Deno.readFileSync(`${to}/${other}`).every((b) => b === 0xFF));
});
