import { allRows, cliFault, explainText, findRows, type Verb } from "../src/cli/mod.ts";

/** `probekit explain E2107` */
export const explain: Verb = {
  name: "explain",
  summary: "explain an error code, or list them all",
  args: [{ name: "[code]", summary: "E2107, or its name: link-no-answer" }],
  run(given, cli) {
    const [code] = given.args;
    const rows = code === undefined ? allRows() : findRows(code);
    if (rows.length === 0) {
      throw cliFault("bad-usage", { what: `no error is called "${code}"`, verb: "explain" });
    }
    if (code !== undefined) cli.out(rows.map(explainText).join("\n\n") + "\n");
    else {for (const { slug, row } of rows) {
        cli.out(`${row.code}  ${slug.padEnd(28)} ${row.title}\n`);
      }}
    return Promise.resolve(0);
  },
};
