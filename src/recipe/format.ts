/** A recipe's text put in order: indents, padding, quotes, ends of lines. What it says stays the same. */
import type * as Yaml from "yaml";
import { canonical } from "./document.ts";
import { fault } from "./faults.ts";
import { Findings } from "./findings.ts";
import { breakFlow, doubleQuotes } from "./format_flow.ts";
import { Lines } from "./text_tree.ts";
import { refuseUnreadable } from "./yaml_text.ts";

/** `[ a, b ]` → `[a, b]`; braces keep their padding. */
function tightLists(lib: typeof Yaml, text: string): string {
  const document = lib.parseDocument(text, { schema: "failsafe" });
  const edits: [from: number, to: number][] = [];
  lib.visit(document, {
    Seq(_, node) {
      if (!node.flow || !node.range) return;
      const [start, end] = node.range;
      const [, inner = ""] = /^\[( *)(?!\s)/.exec(text.slice(start, end)) ?? [];
      const [, last = ""] = /\S( *)\]$/.exec(text.slice(start, end)) ?? [];
      if (inner !== "") edits.push([start + 1, start + 1 + inner.length]);
      if (last !== "") edits.push([end - 1 - last.length, end - 1]);
    },
  });
  let out = text;
  for (const [from, to] of edits.sort(([a], [b]) => b - a)) {
    out = out.slice(0, from) + out.slice(to);
  }
  return out;
}

/** A comment that stood behind `key:` stands there again; the library puts it on a line of its own. */
function besideKeys(before: string, after: string): string {
  const beside = new Set(
    [...before.matchAll(/^\s*(?:- +)*([^\s#][^#\n]*:) +(#.*)$/gm)].map(([, key, comment = ""]) =>
      `${key} ${comment.trimEnd()}`
    ),
  );
  return after.replace(
    /^(\s*(?:- +)*)([^\s#][^#\n]*:)\n\s+(#.*)$/gm,
    (all, indent: string, key: string, comment: string) =>
      beside.has(`${key} ${comment}`) ? `${indent}${key} ${comment}` : all,
  );
}

/**
 * The recipe's text in the house's form; comments stay. Formatting what is formatted changes nothing.
 * Faults: not-a-recipe, for text that is no YAML: lint says where; those of text that was read wrongly, which
 * written back would be lost.
 */
export async function formatRecipe(text: string, file: string): Promise<string> {
  const findings = new Findings(new Lines({ file, text }));
  if (refuseUnreadable(text, findings)) throw findings.all[0]?.fault;
  const lib = await import("yaml");
  const read = (t: string) =>
    lib.parseDocument(t, { schema: "failsafe", strict: true, uniqueKeys: true });
  const document = read(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
  const [error] = document.errors;
  if (error) throw fault("not-a-recipe", { what: `${file}: ${error.message.split("\n")[0]}` });
  const whole = besideKeys(text, document.toString({ lineWidth: 0, indent: 2 }));
  const flat = doubleQuotes(lib, tightLists(lib, whole));
  const out = breakFlow(lib, flat).replace(/\s*$/, "\n");
  // a formatter that changes what is said would be worse than none
  if (canonical(read(out).toJS()) !== canonical(document.toJS())) {
    throw fault("not-a-recipe", { what: `${file} would say something else when formatted` });
  }
  return out;
}
