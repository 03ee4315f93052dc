/**
 * A run as JUnit XML: one `testsuite` a run, one `testcase` a step and one a measurement. The names follow
 * the schema that Jenkins' xUnit plug-in publishes; GitLab and GitHub's reporters read the same.
 */
import type { Diagnostic } from "../base/mod.ts";
import type { Measurement } from "./measure.ts";
import type { StepReport } from "./report.ts";
import type { RunResult } from "./run.ts";

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};
// what XML 1.0 may not hold in any form (§2.2), lone surrogates included
const FORBIDDEN =
  // deno-lint-ignore no-control-regex -- they are what is taken out
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Text for an attribute or an element of XML. */
export const xmlText = (text: string): string =>
  text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"\n\t]/g, (c) => NAMED[c] ?? c);

const attributes = (all: Readonly<Record<string, string | number>>): string =>
  Object.entries(all).map(([name, value]) => ` ${name}="${xmlText(String(value))}"`).join("");

type Verdict = "pass" | "failure" | "error" | "skipped";

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly verdict: Verdict;
  readonly message?: string;
  readonly type?: string;
  readonly text?: string;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** What a diagnostic says, as lines. */
function told(d: Diagnostic): string {
  return [
    `${d.code} ${d.slug}: ${d.title}`,
    ...(d.where ? [`at ${d.where.file}:${d.where.line}:${d.where.column}`] : []),
    ...d.evidence.map((e) => `seen: ${e.what}${e.addr ? ` (${e.addr})` : ""} ${e.value}`),
    ...(d.board ? [`board: ${d.board.state}: ${d.board.text}`] : []),
    ...d.causes.map((c) => `cause: ${c.text} (${c.likelihood})`),
    ...d.next.map((n) => `next: ${n.text}${n.command ? `  ${n.command}` : ""}`),
  ].join("\n");
}

/** The unit is bad: a failure. Anything else that stops a run says nothing of the unit: an error. */
const wrong = (d: Diagnostic): Pick<Case, "verdict" | "message" | "type" | "text"> => ({
  verdict: d.exit === 10 ? "failure" : "error",
  message: d.title,
  type: `${d.code} ${d.slug}`,
  text: told(d),
});

function measured(step: string, m: Measurement): Case {
  const unit = m.unit ? ` ${m.unit}` : "";
  const wanted = m.equals === undefined
    ? `${m.min ?? "-∞"} … ${m.max ?? "∞"}${unit}`
    : String(m.equals);
  const name = `${step}: ${m.name}`;
  if (m.outcome === "PASS") return { name, seconds: 0, verdict: "pass" };
  const value = m.value === null ? "could not be measured" : `is ${m.value}${unit}`;
  const message = `${m.name} ${value}, wanted ${wanted}`;
  return { name, seconds: 0, verdict: "failure", message, type: "measurement" };
}

function stepCases(step: StepReport, error: Diagnostic | undefined): readonly Case[] {
  const measurements = (step.measurements ?? []).map((m) => measured(step.id, m));
  const base = { name: step.id, seconds: step.ms ?? 0 };
  const diagnostic = step.diagnostic ?? error;
  // the step did its work; it is the measurement that failed, and it is counted once
  const judged = measurements.some((m) => m.verdict === "failure");
  const one: Case = step.state === "skipped"
    ? { ...base, verdict: "skipped", message: step.summary }
    : (step.state === "failed" || step.state === "blocked") && !judged
    ? { ...base, ...(diagnostic ? wrong(diagnostic) : { verdict: "error", message: step.summary }) }
    : { ...base, verdict: "pass" };
  return [one, ...measurements];
}

function casesOf(result: RunResult): readonly Case[] {
  const { error, steps } = result;
  const cases = steps.flatMap((s) =>
    stepCases(s, error && error.step?.id === s.id ? error : undefined)
  );
  const shown = cases.some((c) => c.verdict === "failure" || c.verdict === "error");
  const asides = result.also.map((d): Case => ({
    name: `beside: ${d.slug}`,
    seconds: 0,
    ...wrong(d),
  }));
  if (!error || shown) return [...cases, ...asides];
  return [...cases, { name: "the run itself", seconds: 0, ...wrong(error) }, ...asides];
}

function caseXml(suite: string, c: Case): string {
  const head = `    <testcase${
    attributes({ classname: suite, name: c.name, time: seconds(c.seconds) })
  }`;
  if (c.verdict === "pass") return `${head}/>`;
  const about = attributes({
    ...(c.message === undefined ? {} : { message: c.message }),
    ...(c.type === undefined ? {} : { type: c.type }),
  });
  const inner = c.text === undefined
    ? `<${c.verdict}${about}/>`
    : `<${c.verdict}${about}>${xmlText(c.text).replaceAll("&#10;", "\n")}</${c.verdict}>`;
  return `${head}>\n      ${inner}\n    </testcase>`;
}

function propertiesOf({ record, plan }: RunResult): Readonly<Record<string, string>> {
  return {
    run: record.run,
    tool: record.tool,
    unit: record.unit.name ?? "",
    uid: record.unit.uid,
    part: record.unit.part,
    probe: `${record.probe.kind} ${record.probe.firmware}`.trim(),
    "probe.serial": record.probe.serial,
    "recipe.sha256": record.recipe.sha256,
    ...(plan ? { plan: plan.plan_id } : {}),
    ...Object.fromEntries(
      Object.entries(record.files).map(([file, digest]) => [`sha256 of ${file}`, digest]),
    ),
    outcome: record.outcome,
    board: record.board.state,
  };
}

/** The run as one JUnit XML document. */
export function junitXml(result: RunResult): string {
  const cases = casesOf(result);
  const count = (v: Verdict) => cases.filter((c) => c.verdict === v).length;
  const name = `probekit ${result.recipe.name}`;
  const counts = {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds(result.boardTimeMs),
  };
  const properties = Object.entries(propertiesOf(result)).filter(([, v]) => v !== "");
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites${attributes({ name, ...counts })}>`,
    `  <testsuite${
      attributes({ name, ...counts, timestamp: result.record.at.replace(/\.\d+Z$/, "") })
    }>`,
    `    <properties>`,
    ...properties.map(([n, value]) => `      <property${attributes({ name: n, value })}/>`),
    `    </properties>`,
    ...cases.map((c) => caseXml(name, c)),
    `  </testsuite>`,
    `</testsuites>`,
    ``,
  ].join("\n");
}
