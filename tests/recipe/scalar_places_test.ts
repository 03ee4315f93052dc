/** Places inside YAML scalars: whatever the style, a word of the value is found where it was written. */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { Findings } from "../../src/recipe/findings.ts";
import { readYaml } from "../../src/recipe/yaml_text.ts";
import { get, Lines } from "../../src/recipe/text_tree.ts";

const word = fc.constantFrom("a", "bc", "x == y", "😀", "(c)", "é", "it", "0x80");
const ends = fc.constantFrom("\n", "\n\n", "\n\n\n");
const lines = fc.array(fc.tuple(word, ends), { minLength: 0, maxLength: 5 });

const STYLES: Readonly<Record<string, (text: string) => string>> = {
  plain: (t) => t,
  single: (t) => `'o''${t}'''`,
  double: (t) => `"\\u00e9\\t${t}\\n"`,
  literal: (t) => `|\n      ${t}`,
  folded: (t) => `>\n      ${t}`,
  stripped: (t) => `>-\n\n      ${t}`,
  kept: (t) => `|+\n      ${t}\n\n`,
};

Deno.test("a word of a scalar is where it was written, in every style", async () => {
  await fc.assert(fc.asyncProperty(
    lines,
    lines,
    fc.constantFrom(...Object.keys(STYLES)),
    fc.constantFrom("\n", "\r\n"),
    fc.constantFrom("", "  "),
    async (before, after, style, end, more) => {
      const join = (parts: typeof before) =>
        parts.map(([w, e]) => `${w}${e}      ${more}`).join("");
      const text = `${join(before)}MARK${after.map(([w, e]) => `${e}      ${w}`).join("")}`;
      const source = `k: ${STYLES[style]!(text)}\nl: 1\n`.replaceAll("\n", end);
      const findings = new Findings(new Lines({ file: "x.yaml", text: source }));
      const node = get(await readYaml(source, findings), "k");
      assert(node?.kind === "text", source);
      assert(node.offset, `no places in ${JSON.stringify(source)}`);
      const at = node.offset(node.text.indexOf("MARK"));
      assertEquals(source.slice(at, at + 4), "MARK", JSON.stringify(source));
    },
  ));
});
