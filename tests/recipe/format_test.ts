/** `probekit fmt` and `deno fmt` agree: what the one has formatted, the other leaves alone. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as yaml from "yaml";
import { formatRecipe } from "../../src/recipe/mod.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,24}$/);
const scalar = fc.oneof(
  word,
  fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,6}$/).map((t) => `"${t}"`),
  fc.stringMatching(/^[a-z^$(){}*+?|]{1,20}$/).map((t) => `'${t}'`),
  fc.constantFrom("0x0800_0000", "64KiB", "true", "'it''s'", `'say "no"'`, "'a\\d'"),
);
interface Flows {
  readonly flow: string;
}
const { flow } = fc.letrec<Flows>((tie) => ({
  flow: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("flow"), { maxLength: 4 }).map((a) => `[ ${a.join(",  ")} ]`),
    fc.uniqueArray(fc.tuple(word, tie("flow")), { maxLength: 4, selector: ([k]) => k })
      .map((e) => `{${e.map(([k, v]) => `${k}: ${v}`).join(", ")}}`),
  ),
}));
const comment = fc.option(fc.stringMatching(/^[a-z][a-z ]{0,40}$/).map((t) => ` # ${t.trim()}`), {
  nil: "",
});
/** Keys with values, lists of values, lists of mappings, at several depths, with comments behind some. */
const document = fc.uniqueArray(
  fc.tuple(
    word,
    fc.array(fc.tuple(word, flow, comment), { minLength: 1, maxLength: 3 }),
    fc.nat(3),
  ),
  { minLength: 1, maxLength: 5, selector: ([k]) => k },
).map((entries) =>
  entries.map(([key, values, kind]) => {
    const [[name, first, note] = ["a", "b", ""]] = values;
    if (kind === 0) return `${key}: ${first}${note}\n`;
    if (kind === 1) return `${key}:\n${values.map(([, v, c]) => `  - ${v}${c}\n`).join("")}`;
    if (kind === 2) {
      return `${key}:\n${values.map(([k, v, c]) => `  - ${k}: ${v}${c}\n    z0: 1\n`).join("")}`;
    }
    return `${key}:\n  ${name}:\n    deeper:\n      - ${first}${note}\n`;
  }).join("")
);

const plain = (text: string): unknown =>
  yaml.parse(text, { schema: "failsafe", uniqueKeys: false });

Deno.test("fmt: deno fmt leaves it alone, it says the same, and twice is once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "probekit-fmt-" });
  try {
    const texts = fc.sample(document, { numRuns: 150, seed: 46 }).filter((t) => {
      try {
        return plain(t) !== undefined;
      } catch {
        return false; // words that are no YAML at that place
      }
    });
    assert(texts.length > 90, `${texts.length}`);
    for (const e of Deno.readDirSync("recipes")) {
      if (e.name.endsWith(".yaml")) texts.push(Deno.readTextFileSync(`recipes/${e.name}`));
    }
    let broken = 0;
    for (const [i, text] of texts.entries()) {
      const out = await formatRecipe(text, "x.yaml");
      assertEquals(plain(out), plain(text), text);
      assertEquals(await formatRecipe(out, "x.yaml"), out, text);
      if (/[{[]\n/.test(out)) broken++;
      await Deno.writeTextFile(`${folder}/${i}.yaml`, out);
    }
    assert(broken > 10, `${broken} had something to break`);
    await Deno.copyFile("deno.json", `${folder}/deno.json`);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", "--config", `${folder}/deno.json`, folder],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr).slice(0, 3000));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fmt: the shipped recipes are formatted", async () => {
  for (const e of Deno.readDirSync("recipes")) {
    if (!e.name.endsWith(".yaml")) continue;
    const text = await Deno.readTextFile(`recipes/${e.name}`);
    assertEquals(await formatRecipe(text, e.name), text, e.name);
  }
});
