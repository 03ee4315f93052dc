/** The JUnit file of a run folder, and the folder itself: what is in it, and what stops a run before it begins. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { junitXml, type RunResult, type StepReport, xmlText } from "../../src/recipe/mod.ts";
import { firmware, Folder, probekit, probekitJson, ROOT } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const FLASH = (
  dir: Folder,
) => ["flash", dir.put("app.bin", firmware(2048)), "--base", "0x08000000"];

/** An element's attributes. */
function attributes(xml: string, element: string): Record<string, string> {
  const [, text = ""] = new RegExp(`<${element} ([^>]*?)/?>`).exec(xml) ?? [];
  return Object.fromEntries([...text.matchAll(/([\w.]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
}

const step = (part: Partial<StepReport>): StepReport => ({
  id: "s",
  uses: "core.reset",
  state: "unchanged",
  effect: "read",
  summary: "did it",
  source: { file: "r.yaml", line: 1, column: 1 },
  ...part,
});
const diagnostic = (exit: number, title = "It broke") => ({
  code: `E${exit}07`,
  slug: "it-broke",
  severity: "error",
  class: "unit",
  title,
  evidence: [{ what: "DHCSR", value: "0x1" }],
  causes: [],
  next: [],
  retryable: false,
  exit,
  chain: [],
} as const);

/** A result with these steps; everything that JUnit does not show is left out. */
const resultOf = (part: Partial<RunResult>): RunResult =>
  ({
    run: "R",
    recipe: { name: "demo", sha256: "ab" },
    steps: [],
    also: [],
    boardTimeMs: 1500,
    record: {
      run: "R",
      tool: "probekit",
      at: "2026-11-26T00:00:00.123Z",
      unit: { uid: "00AA", part: "F7", rev: "Z" },
      probe: { kind: "ST-LINK", serial: "066", firmware: "V2" },
      recipe: { name: "demo", sha256: "ab" },
      files: { "a&b.hex": "cd" },
      outcome: "PASS",
      board: { state: "untouched", text: "" },
    },
    ...part,
  }) as unknown as RunResult;

Deno.test("junit: a case a step and one a measurement; the counts add up", () => {
  const measurement = { unit: "V", min: 3.1, max: 3.5, marginal: false } as const;
  const xml = junitXml(resultOf({
    steps: [
      step({ id: "one", ms: 250 }),
      step({ id: "two", state: "skipped", summary: "condition false" }),
      step({
        id: "three",
        state: "failed",
        measurements: [
          { ...measurement, name: "vdd", value: 3.3, outcome: "PASS" },
          { ...measurement, name: "vbat", value: 2.9, outcome: "FAIL" },
        ],
      }),
    ],
    error: { ...diagnostic(10), step: { id: "three", uses: "x", attempt: 1 } },
  }));
  const { tests, failures, errors, skipped, time } = attributes(xml, "testsuite");
  assertEquals([tests, failures, errors, skipped, time], ["5", "1", "0", "1", "1.500"]);
  assertEquals(xml.match(/<testcase /g)?.length, 5);
  assertStringIncludes(
    xml,
    `<failure message="vbat is 2.9 V, wanted 3.1 … 3.5 V" type="measurement"/>`,
  );
  assertStringIncludes(xml, `name="one" time="0.250"/>`);
  assertStringIncludes(xml, `<property name="sha256 of a&amp;b.hex" value="cd"/>`);
  assertStringIncludes(xml, `timestamp="2026-11-26T00:00:00"`);
});

Deno.test("junit: a bad unit is a failure, a bad station is an error; both are told once", () => {
  for (const [exit, kind] of [[10, "failure"], [21, "error"]] as const) {
    const error = { ...diagnostic(exit), step: { id: "s", uses: "core.reset", attempt: 1 } };
    const inStep = junitXml(resultOf({ steps: [step({ state: "failed" })], error }));
    assertEquals(inStep.match(new RegExp(`<${kind} `, "g"))?.length, 1);
    assertStringIncludes(inStep, "seen: DHCSR 0x1");
    const before = junitXml(resultOf({ error: diagnostic(exit) }));
    assertEquals(attributes(before, "testsuite")[`${kind}s`], "1");
    assertStringIncludes(before, `name="the run itself"`);
  }
});

Deno.test("junit: text that XML cannot hold", () => {
  assertEquals(xmlText(`<a b="c">&\u0000\uD800x`), "&lt;a b=&quot;c&quot;&gt;&amp;\uFFFD\uFFFDx");
  assertEquals(xmlText("smile \u{1F600}"), "smile \u{1F600}");
});

Deno.test("run folder: all of it, and the record names the run", async () => {
  using dir = new Folder();
  const args = [...FLASH(dir), "--probe", SIM, "--runs", dir.at("runs")];
  assertEquals((await probekit(args)).exit, 0);
  const [{ name: run } = { name: "" }] = [...Deno.readDirSync(dir.at("runs"))];
  const files = [...Deno.readDirSync(dir.at(`runs/${run}`))].map((f) => f.name).sort();
  assertEquals(files, [
    "attachments",
    "events.jsonl",
    "junit.xml",
    "plan.json",
    "record.json",
    "report.html",
  ]);
  const read = (name: string) => Deno.readTextFileSync(dir.at(`runs/${run}/${name}`));
  const beside = [...Deno.readDirSync(dir.at(`runs/${run}/attachments`))].map((f) => f.name).sort();
  assertEquals(beside, ["option-bytes-before.bin", "sectors.csv"]);
  const [head, first, ...others] = read("attachments/sectors.csv").trim().split("\r\n");
  assertEquals(head, "sector,from,to,bytes,fate,why");
  assertStringIncludes(first ?? "", "0,0x08000000,0x08007FFF,32768,programmed and read back,");
  assertEquals(others.length, 7);
  // OPTCR 0xC0FFAAFD, OPTCR1 0x00400080
  assertEquals(
    [...Deno.readFileSync(dir.at(`runs/${run}/attachments/option-bytes-before.bin`))],
    [0xFD, 0xAA, 0xFF, 0xC0, 0x80, 0x00, 0x40, 0x00],
  );
  assertEquals(JSON.parse(read("record.json")).run, run);
  const events = read("events.jsonl").trim().split("\n").map((l) => JSON.parse(l));
  assertEquals([events[0].type, events.at(-1).type], ["version", "run.end"]);
  assertStringIncludes(read("junit.xml"), `<property name="run" value="${run}"/>`);
  assertStringIncludes(read("report.html"), run);
});

Deno.test("run folder: a link, a file, or a folder that cannot be written stop the run before the board", async () => {
  using dir = new Folder();
  const state = dir.at("board.pk");
  Deno.mkdirSync(dir.at("real"));
  Deno.symlinkSync(dir.at("real"), dir.at("link"));
  dir.put("file", "x");
  for (
    const [folder, says] of [
      ["link", "symbolic link"],
      ["file", "no folder"],
      ["file/below", "Not a directory"],
    ] as const
  ) {
    const { exit, err } = await probekit([
      ...FLASH(dir),
      "--probe",
      `${SIM}?scenario=blank&state=${state}`,
      "--run-folder",
      dir.at(folder),
    ]);
    assertEquals(exit, 2, err);
    assertStringIncludes(err, "E0202 cannot-write-file");
    assertStringIncludes(err, says);
  }
  assertEquals([...Deno.readDirSync(dir.at("real"))].length, 0);
  const { exit, differs } = await probekitJson([
    ...["read", "0x08000000", "64", "-o", dir.at("out.bin")],
    "--probe",
    `${SIM}?scenario=blank&state=${state}`,
  ]);
  assertEquals([exit, differs], [0, undefined]);
  assert(Deno.readFileSync(dir.at("out.bin")).every((b) => b === 0xFF), "flash was not touched");
});

Deno.test("run folder: a disk without room stops the run before the board", async () => {
  using dir = new Folder();
  const state = dir.at("board.pk");
  const probe = `${SIM}?scenario=blank&state=${state}`;
  const args = [...FLASH(dir), "--probe", probe, "--run-folder", dir.at("run")];
  // no file may grow beyond 64 blocks of 512 bytes: writes fail as they do on a full disk
  const script = `trap "" XFSZ; ulimit -f 64; exec "$@"`;
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", script, "sh", Deno.execPath(), "run", "-q", "--no-check", "-A"],
      ...[`${ROOT}/tasks/probekit.ts`, ...args],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  const err = new TextDecoder().decode(stderr);
  assertStringIncludes(err, "E0202 cannot-write-file");
  assertStringIncludes(err, "board: untouched");
  assertEquals(code, 2);
});
