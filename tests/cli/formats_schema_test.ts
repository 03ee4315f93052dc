/**
 * What other programs read: lint as SARIF 2.1.0 and as GitHub's annotations, runs as JUnit XML; each against
 * the essentials of its format, over the whole corpus of wrong recipes and over any text.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Diagnostic } from "../../src/base/mod.ts";
import { githubLine, sarif } from "../../src/cli/lint_formats.ts";
import { diagnosticsOf, junitXml, lintRecipe, type RunResult } from "../../src/recipe/mod.ts";
import { CORPUS } from "../recipe/corpus.ts";

async function corpus(): Promise<readonly Diagnostic[]> {
  const all: Diagnostic[] = [];
  for (const [i, { text }] of CORPUS.entries()) {
    const [main = ""] = text.split(/^--- /m);
    const source = { file: `corpus/${i} a.yaml`, text: main.replace(/[«»]/g, "") };
    all.push(...diagnosticsOf(await lintRecipe(source)));
  }
  return all;
}

// -- SARIF: OASIS sarif-v2.1.0, by section ------------------------------------------------------

type Json = Readonly<Record<string, unknown>>;
type Rule = (value: unknown, path: string) => string[];
const isObject = (x: unknown): x is Json =>
  typeof x === "object" && x !== null && !Array.isArray(x);

const text: Rule = (v, p) => typeof v === "string" && v !== "" ? [] : [`${p} is no text`];
const oneOf = (...words: readonly string[]): Rule => (v, p) =>
  words.includes(String(v)) ? [] : [`${p} is ${v}`];
const whole = (least: number): Rule => (v, p) =>
  Number.isInteger(v) && Number(v) >= least ? [] : [`${p} is ${v}, at least ${least}`];
// RFC 3986 §2.2, §2.3: nothing else stands in a URI reference
const uri: Rule = (v, p) =>
  /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(String(v)) && !/%(?![0-9A-F]{2})/i.test(String(v))
    ? []
    : [`${p} is no URI: ${v}`];
const list = (of: Rule): Rule => (v, p) =>
  Array.isArray(v) ? v.flatMap((x, i) => of(x, `${p}[${i}]`)) : [`${p} is no list`];
/** Only these keys; those that end in `!` must be there. */
const object = (keys: Readonly<Record<string, Rule>>): Rule => (v, p) => {
  if (!isObject(v)) return [`${p} is no object`];
  const names = Object.keys(keys).map((k) => k.replace("!", ""));
  const extra = Object.keys(v).filter((k) => !names.includes(k)).map((k) => `${p}.${k} is unknown`);
  const missing = Object.keys(keys).filter((k) => k.endsWith("!") && !(k.slice(0, -1) in v));
  return [
    ...extra,
    ...missing.map((k) => `${p}.${k.slice(0, -1)} is missing`),
    ...Object.entries(keys).flatMap(([k, rule]) => {
      const name = k.replace("!", "");
      return name in v ? rule(v[name], `${p}.${name}`) : [];
    }),
  ];
};
const said = object({ "text!": text });
const LOG = object({
  "$schema": uri, // §3.13.3
  "version!": oneOf("2.1.0"), // §3.13.2
  "runs!": list(object({ // §3.13.4, §3.14
    "tool!": object({ // §3.18
      "driver!": object({ // §3.19
        "name!": text,
        version: text,
        rules: list(object({ // §3.49
          "id!": text,
          name: text,
          shortDescription: said,
          help: said,
        })),
      }),
    }),
    columnKind: oneOf("utf16CodeUnits", "unicodeCodePoints"), // §3.14.17
    results: list(object({ // §3.27
      "message!": said, // §3.27.11
      ruleId: text,
      ruleIndex: whole(-1),
      level: oneOf("none", "note", "warning", "error"), // §3.27.10
      locations: list(object({ // §3.28
        physicalLocation: object({ // §3.29
          artifactLocation: object({ uri, uriBaseId: text }), // §3.4
          region: object({ // §3.30
            startLine: whole(1),
            startColumn: whole(1),
            endColumn: whole(1),
            snippet: said,
          }),
          contextRegion: object({ startLine: whole(1), snippet: said }), // §3.29.5
        }),
      })),
    })),
  })),
});

Deno.test("sarif: the whole corpus is a log as OASIS has it", async () => {
  const found = await corpus();
  assert(found.length > CORPUS.length / 2);
  const log = sarif(found, "0.1.0") as { runs: readonly Json[] };
  assertEquals(LOG(log, "log"), []);
  const [run] = log.runs as readonly [{
    tool: { driver: { rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      locations?: {
        physicalLocation: {
          region: { startColumn: number; endColumn: number; snippet?: { text: string } };
          contextRegion?: { snippet: { text: string } };
        };
      }[];
    }[];
  }];
  const ids = run.tool.driver.rules.map((r) => r.id);
  assertEquals(new Set(ids).size, ids.length, "§3.19.23: each rule once");
  assertEquals(run.results.length, found.length);
  let withText = 0;
  for (const r of run.results) {
    assertEquals(ids[r.ruleIndex], r.ruleId, "§3.27.6");
    for (const { physicalLocation: { region, contextRegion } } of r.locations ?? []) {
      assert(region.endColumn >= region.startColumn, "§3.30.8");
      const line = contextRegion?.snippet.text ?? "";
      const marked = line.slice(region.startColumn - 1, region.endColumn - 1);
      assertEquals(region.snippet?.text ?? "", marked, "§3.30.13");
      if (marked !== "") withText++;
    }
  }
  assert(withText > found.length / 2);
  assertEquals(LOG(sarif([], "0.1.0"), "log"), []);
});

Deno.test("sarif: the check itself sees what is wrong", () => {
  const log = sarif([], "0.1.0") as Json;
  const run = (log["runs"] as Json[])[0] as Json;
  for (
    const [wrong, why] of [
      [{ ...log, version: "2.0.0" }, "log.version is 2.0.0"],
      [{ ...log, more: 1 }, "log.more is unknown"],
      [{ ...log, runs: [{ ...run, tool: {} }] }, "log.runs[0].tool.driver is missing"],
      [{ ...log, runs: [{ ...run, results: [{}] }] }, "log.runs[0].results[0].message is missing"],
    ] as const
  ) assertEquals(LOG(wrong, "log"), [why]);
});

// -- GitHub -------------------------------------------------------------------------------------

const any = fc.string({ unit: "grapheme", maxLength: 40 });
const diagnostic = (part: Partial<Diagnostic>): Diagnostic => ({
  code: "E0210",
  slug: "unknown-parameter",
  severity: "error",
  class: "recipe",
  title: "No key",
  evidence: [],
  causes: [],
  next: [],
  retryable: false,
  exit: 2,
  chain: [],
  ...part,
});

/** As the runner reads a command (actions/runner, ActionCommand.cs): back to what was meant. */
function readCommand(line: string) {
  const m = /^::(\w+) ([^]*?)::([^]*)$/.exec(line);
  const back = (t: string) =>
    t.replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%0A", "\n").replaceAll("%0D", "\r")
      .replaceAll("%25", "%");
  const properties = (m?.[2] ?? "").split(",").map((p) => p.split(/=([^]*)/).slice(0, 2).map(back));
  return { command: m?.[1], properties: Object.fromEntries(properties), text: back(m?.[3] ?? "") };
}

Deno.test("github: any text comes back as it was, on one line", () => {
  fc.assert(fc.property(any, any.filter((f) => f !== ""), (title, file) => {
    const where = { file, line: 3, column: 5, endColumn: 9, snippet: "" };
    const line = githubLine(diagnostic({ title, where }));
    assert(!/[\r\n]/.test(line));
    const { command, properties, text } = readCommand(line);
    assertEquals([command, text], ["error", title]);
    assertEquals(properties["file"], file.replace(/^\.\//, ""));
    assertEquals([properties["line"], properties["col"]], ["3", "5"]);
  }));
});

Deno.test("github: the whole corpus, a command each", async () => {
  for (const d of await corpus()) {
    const { command, properties, text } = readCommand(githubLine(d));
    assertEquals(command, { error: "error", warning: "warning", note: "notice" }[d.severity]);
    assert(text.startsWith(d.title));
    assertEquals(properties["line"], String(d.where?.line));
  }
});

// -- JUnit: the schema of Jenkins' xUnit plug-in, its essentials ---------------------------------

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

/** Reads XML without entities of its own; throws at what is not well-formed. */
function parseXml(xml: string): Element {
  const root: Element = { name: "", attributes: {}, children: [] };
  const stack = [root];
  const token = /<\?xml[^>]*\?>|<(\/?)([\w.-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const m = token.exec(xml);
    if (!m) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    const [all, closes, name, given = "", alone, plain] = m;
    if (/&(?!(amp|lt|gt|quot|#9|#10);)/.test(all)) throw new Error(`a bare & in ${all}`);
    if (plain !== undefined || name === undefined) continue;
    if (closes) {
      const open = stack.pop();
      if (open?.name !== name) throw new Error(`</${name}> closes <${open?.name}>`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...given.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v] as [string, string]),
    );
    const element: Element = { name, attributes, children: [] };
    stack.at(-1)?.children.push(element);
    if (!alone) stack.push(element);
  }
  const [only] = root.children;
  if (stack.length !== 1 || !only || root.children.length !== 1) throw new Error("not one root");
  return only;
}

const resultOf = (title: string, exit: number, name: string): RunResult =>
  ({
    run: "R",
    recipe: { name: "demo", sha256: "ab" },
    steps: [
      { id: name, uses: "core.reset", state: "unchanged", effect: "read", summary: title, ms: 12 },
      { id: "b", uses: "core.halt", state: "skipped", effect: "read", summary: title },
      { id: "c", uses: "core.halt", state: "failed", effect: "read", summary: title },
    ],
    also: [diagnostic({ title })],
    error: diagnostic({ title, exit, step: { id: "c", uses: "core.halt", attempt: 1 } }),
    boardTimeMs: 1500,
    record: {
      run: "R",
      tool: "probekit",
      at: "2026-11-26T00:00:00.123Z",
      unit: { uid: "00AA", part: "F7", rev: "Z" },
      probe: { kind: title, serial: "066", firmware: "V2" },
      recipe: { name: "demo", sha256: "ab" },
      files: { [name]: "cd" },
      outcome: "FAIL",
      board: { state: "untouched", text: "" },
    },
  }) as unknown as RunResult;

function requireJunit(xml: string): void {
  const suites = parseXml(xml);
  assertEquals(suites.name, "testsuites");
  const decimal = /^\d+(\.\d+)?$/;
  for (const suite of suites.children) {
    assertEquals(suite.name, "testsuite");
    const { name, tests, failures, errors, skipped, time, timestamp } = suite.attributes;
    assert(name);
    assertMatch(time ?? "", decimal);
    assertMatch(timestamp ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, "ISO 8601 without a zone");
    const [properties, ...cases] = suite.children;
    assertEquals(properties?.name, "properties", "it comes first");
    for (const p of properties?.children ?? []) {
      assertEquals([p.name, Object.keys(p.attributes)], ["property", ["name", "value"]]);
    }
    const kinds = cases.map((c) => {
      assertEquals(c.name, "testcase");
      assert(c.attributes["name"] !== undefined && c.attributes["classname"]);
      assertMatch(c.attributes["time"] ?? "", decimal);
      assert(c.children.length <= 1, "a case has one verdict");
      return c.children[0]?.name ?? "pass";
    });
    const count = (kind: string) => String(kinds.filter((k) => k === kind).length);
    assertEquals(
      [tests, failures, errors, skipped],
      [String(cases.length), count("failure"), count("error"), count("skipped")],
    );
    for (const k of kinds) assert(["pass", "failure", "error", "skipped"].includes(k), k);
  }
}

Deno.test("junit: any text in any place gives a document as the schema has it", () => {
  fc.assert(fc.property(any, any, fc.constantFrom(10, 21), (title, name, exit) => {
    requireJunit(junitXml(resultOf(title, exit, name)));
  }));
  requireJunit(junitXml(resultOf(`]]><a b="c">&amp;\u0000\uD800 </testsuite>`, 10, "<x>")));
});
