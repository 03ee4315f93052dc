/** docs/actions.md, from the table of actions. */
import type { ActionRow } from "./action_row.ts";
import { actions } from "./actions.ts";

/** Prose in lines of at most 100 characters, as `deno fmt` has it. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const all = [head, ...rows.map((r) => r.map(cell))];
  const widths = head.map((_, i) => Math.max(...all.map((r) => (r[i] ?? "").length)));
  const line = (r: readonly string[]) =>
    `| ${r.map((c, i) => c.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((w) => "-".repeat(w)).join(" | ")} |`;
  return [line(head), rule, ...all.slice(1).map(line)].join("\n") + "\n";
}

function section(name: string, row: ActionRow): string {
  const takes = Object.entries(row.with).map(([n, p]) => [
    `\`${n}\``,
    p.type,
    p.optional ? "" : "yes",
    [
      p.summary,
      p.values ? `one of: ${p.values.join(", ")}` : "",
      p.absent === undefined ? "" : `absent: ${p.absent}`,
    ].filter((t) => t !== "").join("; "),
  ]);
  const gives = Object.entries(row.out).map(([n, o]) => [
    `\`${n}\``,
    o.type,
    o.summary + (o.optional ? " (ask with has())" : ""),
  ]);
  return [
    `### ${name}\n`,
    wrap(`${row.summary} Effect: **${row.effect}**.`) + "\n",
    table(["Takes", "Type", "Needed", "What"], takes),
    table(["Gives", "Type", "What"], gives),
  ].filter((t) => t !== "").join("\n");
}

/** The whole page. */
export function actionsPage(): string {
  const all: readonly (readonly [string, ActionRow])[] = Object.entries(actions);
  const ready = all.filter(([, r]) => r.ready);
  const later = all.filter(([, r]) => !r.ready);
  return [
    "# Actions\n",
    "Generated from `src/recipe/actions.ts` by `deno run -A tasks/schema.ts`.\n",
    wrap(
      "What a recipe's `uses:` can name. The effect is the most an action may do to a board; a plan says what it really would do: read < volatile (gone after a power cycle) < reversible < destructive (something is lost) < irreversible. A step that may be skipped has only the output `ran` for certain.",
    ) + "\n",
    wrap(
      "Any action that reads compares with what earlier steps of a plan would have written. Files named in a recipe are relative to it and stay below its folder; folders to write to are relative to where probekit was started.",
    ) + "\n",
    "## In this version\n",
    ready.map(([n, r]) => section(n, r)).join("\n"),
    ...(later.length === 0 ? [] : [
      "## Known, and refused by name in this version\n",
      table(
        ["Action", "Effect", "What"],
        later.map(([n, r]) => [`\`${n}\``, r.effect, r.summary]),
      ),
    ]),
  ].join("\n");
}
