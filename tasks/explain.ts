import { cliFault, explainText, findRows, type Verb } from "../src/cli/mod.ts";
import { everyRow } from "./rows.ts";

const ALL = { text: "See all of them:", command: "probekit explain" } as const;
const MOST_LIKE = 8;

/** Names that have a word of what was typed. */
function like(typed: string, slugs: readonly string[]): readonly { readonly text: string }[] {
  const words = typed.toLowerCase().split(/[^a-z0-9]+/).filter((w) => w.length > 2);
  const near = slugs.filter((s) => words.some((w) => s.split("-").includes(w)));
  return near.length ? [{ text: `Names like it: ${near.slice(0, MOST_LIKE).join(", ")}` }] : [];
}

/** `probekit explain E2107` */
export const explain: Verb = {
  name: "explain",
  summary: "explain an error code, or list them all",
  args: [{ name: "[code]", summary: "E2107, or its name: link-no-answer" }],
  async run(given, cli) {
    const [code] = given.args;
    const all = await everyRow();
    const rows = code === undefined ? all : findRows(code, all);
    if (rows.length === 0) {
      throw cliFault("bad-usage", { what: `no error is called "${code}"`, verb: "explain" }, {
        next: [...like(code ?? "", all.map((r) => r.slug)), ALL],
      });
    }
    if (code !== undefined) cli.out(rows.map(explainText).join("\n\n") + "\n");
    else {
      const byCode = rows.toSorted((a, b) => a.row.code < b.row.code ? -1 : 1);
      for (const { slug, row } of byCode) {
        cli.out(`${row.code}  ${slug.padEnd(28)} ${row.title}\n`);
      }
    }
    return 0;
  },
};
