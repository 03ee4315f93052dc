/** What lint found, for other programs: SARIF 2.1.0, and GitHub's workflow commands. */
import type { Diagnostic } from "../base/mod.ts";

/** A path as a program on another machine understands it: relative to where it was called, with `/`. */
function relative(file: string): string {
  const here = `${Deno.cwd()}/`;
  return file.startsWith(here) ? file.slice(here.length) : file.replace(/^\.\//, "");
}

/** What to do, after what is wrong. */
const message = (d: Diagnostic): string =>
  [d.title, ...d.next.map((n) => n.command ? `${n.text} ${n.command}` : n.text)].join(". ");

const LEVELS = { error: "error", warning: "warning", note: "note" } as const;

function sarifResult(d: Diagnostic, ruleIndex: number): object {
  const w = d.where;
  const marked = w ? w.snippet.slice(w.column - 1, w.endColumn - 1) : "";
  const locations = w
    ? [{
      physicalLocation: {
        artifactLocation: {
          uri: relative(w.file).split("/").map(encodeURIComponent).join("/"),
          ...(w.file.startsWith("/") && relative(w.file) === w.file
            ? {}
            : { uriBaseId: "%SRCROOT%" }),
        },
        region: {
          startLine: w.line,
          startColumn: w.column,
          endColumn: Math.max(w.endColumn, w.column + 1),
          ...(marked === "" ? {} : { snippet: { text: marked } }),
        },
        // the line around it: a snippet is the region itself (§3.30.13)
        ...(w.snippet === ""
          ? {}
          : { contextRegion: { startLine: w.line, snippet: { text: w.snippet } } }),
      },
    }]
    : [];
  return {
    ruleId: d.code,
    ruleIndex,
    level: LEVELS[d.severity],
    message: { text: message(d) },
    ...(locations.length > 0 ? { locations } : {}),
  };
}

/** All findings as one SARIF log (OASIS SARIF 2.1.0); columns count UTF-16 units, from 1. */
export function sarif(found: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(found.map((d) => d.code))].sort();
  const rules = codes.map((id) => {
    const first = found.find((d) => d.code === id);
    return {
      id,
      name: first?.slug ?? id,
      shortDescription: { text: first?.slug.replaceAll("-", " ") ?? id },
      help: { text: `probekit explain ${id}` },
    };
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "probekit", version, rules } },
      columnKind: "utf16CodeUnits",
      results: found.map((d) => sarifResult(d, codes.indexOf(d.code))),
    }],
  };
}

// as actions/toolkit's packages/core/src/command.ts escapes them
const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

/** One finding as a line that GitHub shows beside the code. */
export function githubLine(d: Diagnostic): string {
  const w = d.where;
  const place: readonly (readonly [string, string])[] = w
    ? [
      ["file", relative(w.file)],
      ["line", String(w.line)],
      ["col", String(w.column)],
      // the last column of the mark, where ours is the one after it
      ["endColumn", String(Math.max(w.column, w.endColumn - 1))],
    ]
    : [];
  const all = [...place, ["title", `${d.code} ${d.slug}`] as const];
  const properties = all.map(([k, v]) => `${k}=${property(v)}`).join(",");
  return `::${COMMANDS[d.severity]} ${properties}::${data(message(d))}`;
}
