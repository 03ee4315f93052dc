/** The catalogue of faults as a whole, and the rows of the command line itself. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { diagnose } from "../../mod.ts";
import { cliFault, renderDiagnostic } from "../../src/cli/mod.ts";
import { faultProblems, testTexts, unfilled, verbNames } from "../../tasks/check/faults.ts";
import { everyRow } from "../../tasks/rows.ts";
import { Folder, normalised, probekit, ROOT } from "../cli/support/program.ts";

const TESTS = `${ROOT}/tests`;

Deno.test("faults: slugs and codes are unique, texts well-formed, each is produced by a test", async () => {
  const rows = await everyRow();
  assert(rows.length > 150, String(rows.length));
  assertEquals(faultProblems(rows, await verbNames(), testTexts(TESTS)), []);
});

Deno.test("faults: no snapshot shows a text with an open fact", () => {
  assertEquals(unfilled(testTexts(TESTS, /\.snap$/)), []);
});

Deno.test("faults: the check sees what is wrong", () => {
  const row = {
    code: "E9901",
    class: "unit",
    title: "It broke.",
    causes: [{ text: "a { brace", likelihood: "possible" }],
    next: [{ text: "Look", command: "probekit lok" }],
  } as const;
  const rows = [
    { room: "one", slug: "Broken", row },
    { room: "two", slug: "Broken", row: { ...row, next: [] } },
  ];
  const found = faultProblems(rows, new Set(["look"]), "").join("\n");
  for (
    const what of [
      "slug Broken is in one/ (Broken) and two/ (Broken)",
      "code E9901 is in one/",
      "its slug is not in kebab-case",
      "99 is no exit code",
      'title "It broke." ends like a sentence',
      'cause "a { brace" has a brace that is no fact',
      '"probekit lok": there is no such verb',
      "it does not say what to do next",
      "no test produces it",
    ]
  ) assertStringIncludes(found, what);
  assertEquals(unfilled("error[E1 x]: y\n  = next:  Run {command}\n").length, 1);
});

Deno.test("faults: explain lists every code once, and tells each at length", async () => {
  const rows = await everyRow();
  const list = (await probekit(["explain"])).out.trim().split("\n");
  assertEquals(list.map((l) => l.split(" ")[0]), rows.map((r) => r.row.code).toSorted());
  for (const { slug, row } of rows) {
    const { exit, out } = await probekit(["explain", row.code.toLowerCase()]);
    assertEquals(exit, 0);
    assertMatch(out, new RegExp(`^${row.code} ${slug}  \\(`));
    assertStringIncludes(out, "What to do:");
  }
});

Deno.test("faults: rows of the command line", async (t) => {
  using dir = new Folder();
  await t.step("cannot-write-file", async (t) => {
    dir.put("folder", "");
    const to = dir.at("folder/a.bin");
    const { exit, err } = await probekit(
      ["read", "0x08000000", "16", "-o", to, "--probe", "sim:stm32f746g-disco"],
    );
    assertEquals(exit, 2);
    await t.assertSnapshot(normalised(err, dir));
  });
  await t.step("cannot-read-file", async (t) => {
    const { exit, err } = await probekit(["run", dir.at("none.yaml")]);
    assertEquals(exit, 2);
    await t.assertSnapshot(normalised(err, dir));
  });
  await t.step("bug", async (t) => {
    const { asFault } = await import("../../src/cli/main.ts");
    const fault = asFault(new TypeError("x is not a function"), ["flash", "a.hex"], "0.1.0");
    assertEquals(fault.exit, 1);
    const text = renderDiagnostic(diagnose(fault));
    const file = /together with (\S+)/.exec(text)?.[1] ?? "";
    assertMatch(
      Deno.readTextFileSync(file),
      /^probekit 0\.1\.0\ndeno .*\narguments: \["flash","a\.hex"\]\nTypeError/,
    );
    Deno.removeSync(file);
    await t.assertSnapshot(text.replace(file, "FILE"));
  });
  await t.step("demo-went-wrong", async (t) => {
    const fault = cliFault("demo-went-wrong", { command: "flash hello.hex", got: 22, exit: 0 });
    await t.assertSnapshot(renderDiagnostic(diagnose(fault)));
  });
});
