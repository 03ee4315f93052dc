/** A fault as a card: what happened, what was seen, what may be the cause, what to do. */
import type { Diagnostic } from "../../base/mod.ts";
import { all, type Child, el, type Markup } from "./html.ts";

const EFFECTS: Readonly<Record<string, string>> = {
  read: "only reads",
  volatile: "gone after a power cycle",
  reversible: "can be undone",
  destructive: "loses what is on the chip",
  irreversible: "for ever",
};

const part = (title: string, items: readonly Child[]): Markup | false =>
  items.length > 0 && all(el("h4", {}, title), el("ul", {}, items.map((i) => el("li", {}, i))));

function place(d: Diagnostic): Markup | false {
  if (!d.where) return false;
  const { file, line, column, endColumn, snippet } = d.where;
  const under = " ".repeat(Math.max(0, column - 1)) + "^".repeat(Math.max(1, endColumn - column));
  return all(
    el("p", { class: "dim" }, el("code", {}, `${file}:${line}:${column}`)),
    snippet !== "" && el("pre", { tabindex: 0 }, `${snippet}\n${under}`),
  );
}

/** One diagnostic. */
export function diagnosticCard(d: Diagnostic): Markup {
  const evidence = d.evidence.map((e) =>
    all(
      el("strong", {}, e.what),
      e.addr === undefined ? " " : all(" ", el("code", {}, e.addr), " "),
      el("code", {}, e.value),
      Object.entries(e.decoded ?? {}).map(([k, v]) => ` ${k}: ${v};`).join("").replace(/;$/, ""),
    )
  );
  const causes = d.causes.map((c) =>
    all(
      c.text,
      " ",
      el(
        "span",
        { class: "dim" },
        `(${c.likelihood}${c.because.length ? `: ${c.because.join("; ")}` : ""})`,
      ),
    )
  );
  const next = d.next.map((n) =>
    all(
      n.text,
      n.command !== undefined && all(" ", el("code", {}, n.command)),
      n.effect !== undefined &&
        el("span", { class: "dim" }, ` (${EFFECTS[n.effect] ?? n.effect})`),
    )
  );
  return el(
    "article",
    { class: `card ${d.severity}` },
    el("h3", {}, el("code", {}, `${d.code} ${d.slug}`), " ", d.title),
    d.step && el("p", { class: "dim" }, "In step ", el("code", {}, d.step.id), ` (${d.step.uses})`),
    place(d),
    part("Seen", evidence),
    d.board && part("The board", [all(el("strong", {}, d.board.state), `: ${d.board.text}`)]),
    part("Why it may have happened", causes),
    part("Below it", d.chain),
    part("What to do next", next),
    el(
      "p",
      { class: "dim" },
      `exit ${d.exit}; ${d.retryable ? "the same command may be repeated; " : ""}more: `,
      el("code", {}, `probekit explain ${d.code}`),
    ),
  );
}
