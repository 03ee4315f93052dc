/** A diagnostic as a person reads it: the shape of a compiler's error, the words of the catalogue. */
import type { Diagnostic, Effect, Evidence } from "../base/mod.ts";
import { type Style, style } from "./style.ts";
import { excerpt, visibleIn } from "./visible.ts";

const EFFECT_NOTE: Readonly<Record<Effect, string>> = {
  read: "[reads only]",
  volatile: "[gone after a power cycle]",
  reversible: "[reversible]",
  destructive: "[DESTRUCTIVE: something is lost]",
  irreversible: "[FOR EVER]",
};

const evidence = (e: Evidence): string => {
  const decoded = Object.entries(e.decoded ?? {}).map(([k, v]) => `${k} = ${v}`).join(", ");
  return `${e.what} ${e.value}${decoded ? `: ${decoded}` : ""}`;
};

/** Lines under one label, the later ones indented to the first. */
function block(label: string, lines: readonly string[], s: Style): string[] {
  return lines.map((line, i) => `  ${s.dim(i ? "        " : `= ${label.padEnd(6)}`)} ${line}`);
}

function place(d: Diagnostic, s: Style): string[] {
  const w = d.where;
  const step = d.step ? `step ${d.step.id}, ${d.step.uses}` : "";
  if (!w) return step ? [` ${s.cyan("-->")} ${step}`] : [];
  const head = ` ${s.cyan("-->")} ${w.file}:${w.line}:${w.column}${step ? `  (${step})` : ""}`;
  const via = (w.via ?? []).map((v) => `     used by ${v}`);
  if (w.snippet === "") return [head, ...via];
  const gutter = " ".repeat(String(w.line).length);
  const { line, pad, width } = excerpt(w.snippet, w.column, w.endColumn);
  const marks = pad + s.red("^".repeat(width));
  return [head, ...via, `${gutter} |`, `${w.line} | ${line}`, `${gutter} | ${marks}`];
}

function causes(d: Diagnostic): string[] {
  return d.causes.map((c) =>
    `${c.text} (${c.likelihood}${c.because.length ? `: ${c.because.join("; ")}` : ""})`
  );
}

function next(d: Diagnostic): string[] {
  return d.next.flatMap((n) => {
    const note = n.effect ? `   ${EFFECT_NOTE[n.effect]}` : "";
    return n.command ? [n.text, `  ${n.command}${note}`] : [n.text + note];
  });
}

/** The whole diagnostic, without a line end. Colours only with `colour`. */
export function renderDiagnostic(diagnostic: Diagnostic, colour = false): string {
  const d = visibleIn(diagnostic);
  const s = style(colour);
  const tint = d.severity === "error" ? s.red : s.yellow;
  const lines = [
    `${tint(s.bold(`${d.severity}[${d.code} ${d.slug}]`))}: ${s.bold(d.title)}`,
    ...place(d, s),
    ...block("while:", d.doing ? [d.doing] : [], s),
    ...block("seen:", d.evidence.map(evidence), s),
    ...block("board:", d.board ? [`${d.board.state}: ${d.board.text}`] : [], s),
    ...block("cause:", causes(d), s),
    ...block("below:", d.chain.length ? [d.chain.join(" <- ")] : [], s),
    ...block("next:", next(d), s),
  ];
  // a warning stands beside what decides how the program ends
  const exit = d.severity === "error" ? `exit ${d.exit}; ` : "";
  const repeat = d.retryable ? "may be repeated; " : "";
  lines.push(`  ${s.dim(`= ${exit}${repeat}more: probekit explain ${d.code}`)}`);
  return lines.join("\n");
}
