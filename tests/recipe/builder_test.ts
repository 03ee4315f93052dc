import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  actionsPage,
  diagnosticsOf,
  emitYaml,
  type Expr,
  input,
  lintRecipe,
  recipe,
  recipeSchema,
  schemaText,
} from "../../src/recipe/mod.ts";
import { actions } from "../../src/recipe/actions.ts";

const check = async (document: unknown) => {
  const checked = await lintRecipe({ file: "built.yaml", text: emitYaml(document) });
  assertEquals(diagnosticsOf(checked).map((d) => `${d.code} ${d.title}`), []);
  return checked.document;
};

Deno.test("what the builder makes is a clean recipe", async () => {
  const built = recipe({
    name: "all-of-it",
    summary: "Everything: the builder can do, with a colon.",
    effect: "destructive",
    target: { chips: ["stm32f7*"], attach: "halt", leave: "halted" },
    inputs: {
      image: input.file({ accept: [".hex"] }),
      which: input.enum({ values: ["a", "b"], default: "a" }),
      keep: input.list("region", { default: [] }),
      limit: input.double({ min: 0, max: 5, default: 3 }),
      note: input.string({ pattern: "^[a-z]*$", default: "it" }),
      go: input.bool({ default: true }),
    },
  }, (r, i) => {
    const who = r.step("who", "chip.identify", {}, {
      measure: [{ name: "kib", value: "value.flash_kib", unit: "KiB", min: 64 }],
    });
    r.require("open", who.rdp_level.eq(0).and(i.which.ne("c")).or(i.go.not()), {
      code: "LOCKED",
      message: `level ${who.rdp_level} of ${who.part}`,
    });
    r.require("limit", i.limit.gt(2).or(i.limit.le(1)).and(who.vdd.lt(4)), { message: "limit" });
    const ob = r.stepIf(i.go, "ob", "option-bytes.read", {});
    r.require("word", ob.hw_watchdog.orFalse().not(), { message: "watchdog" });
    r.group("work", (g) => {
      g.step("write", "flash.ensure", {
        image: i.image,
        preserve: i.keep,
        order: "ascending",
      }, { timeout: "5m", retry: { max: 1, on: ["LINK"], after: ["probe.reattach"] } });
    }, {
      rescue: (g, error) =>
        g.require("known", error.class.ne("unit"), { message: `${error.code}: the unit is bad` }),
      finally: (g) => {
        g.step("stop", "core.halt", {});
      },
    });
    return {
      level: who.rdp_level,
      text: `level ${who.rdp_level} ${i.note}`,
      word: ob.word.orElse(0),
    };
  });
  const document = await check(built);
  assertEquals(document?.steps.map((s) => s.id), ["who", "open", "limit", "ob", "word", "work"]);
  assertEquals(
    document?.steps[1]?.require,
    "steps.who.rdp_level == 0 && inputs.which != 'c' || !inputs.go",
  );
  assertEquals(
    document?.steps[2]?.require,
    "(inputs.limit > 2.0 || inputs.limit <= 1.0) && steps.who.vdd < 4.0",
  );
  assertEquals(document?.outputs?.["word"], "${{ steps.ob.ran ? steps.ob.word : 0 }}");
});

Deno.test("mistakes of the builder do not compile", () => {
  const never = (): void => {
    recipe({
      name: "x",
      summary: "s",
      effect: "destructive",
      inputs: {
        p: input.file(),
        b: input.bool(),
        s: input.secret({ from: ["file"] }),
        l: input.list("file"),
      },
    }, (r, i) => {
      // @ts-expect-error a secret where a text is wanted
      r.step("i", "option-bytes.read", { to: i.s });
      // @ts-expect-error a secret where a file is wanted
      r.step("j", "flash.verify", { image: i.s });
      // @ts-expect-error a secret in a condition
      r.require("k", i.s.eq("x"), { message: "m" });
      // @ts-expect-error a secret is no condition
      r.stepIf(i.s, "l", "chip.identify", {});
      // @ts-expect-error a secret as an output
      const out: Expr<unknown> = i.s;
      // @ts-expect-error pkcs11 is not in this version
      input.secret({ from: ["pkcs11"] });
      // @ts-expect-error a secret has no default
      input.secret({ default: "x" });
      // @ts-expect-error what is for ever in a loop
      r.stepEach("m", i.l, "f", "protect.seal", () => ({ how: "rdp2" }), { confirm: "typed" });
      // @ts-expect-error a loop over what is no list
      r.stepEach("n", i.p, "f", "flash.verify", (image) => ({ image }));
      // @ts-expect-error what is not always there is in no list
      r.stepEach("o", i.l, "f", "flash.compare", (image) => ({ image })).first_difference;
      void out;
      // @ts-expect-error unknown parameter
      r.step("a", "flash.ensure", { image: i.p, adress: 0x0800_0000 });
      // @ts-expect-error wrong type
      r.step("b", "flash.verify", { image: i.b });
      // @ts-expect-error a word that is none
      r.step("c", "core.reset", { then: "stop" });
      // @ts-expect-error missing parameter
      r.step("d", "core.reset", {});
      // @ts-expect-error irreversible without confirm
      r.step("e", "protect.seal", { how: "rdp2" });
      // @ts-expect-error going on without what is for ever
      r.step("w", "protect.seal", { how: "rdp2" }, { confirm: "typed", on_error: "warn" });
      // @ts-expect-error retry of irreversible
      r.step("f", "protect.seal", { how: "rdp2" }, { confirm: "typed", retry: { max: 1, on: [] } });
      // @ts-expect-error unknown action
      r.step("g", "chip.identfy", {});
      const m = r.stepIf(i.b, "h", "option-bytes.ensure", { profile: i.p });
      // @ts-expect-error the output of a step that may be skipped
      const changed: Expr<boolean> = m.changed;
      return { changed };
    });
  };
  assert(typeof never === "function");
});

Deno.test("YAML that is written reads as what was written", async () => {
  const texts = [
    "yes",
    "a: b",
    "# x",
    " lead",
    "it's",
    '"',
    "a\nb",
    "0012",
    "1e5",
    "",
    "${{ x }}",
    "*",
  ];
  for (const text of texts) {
    const document = {
      recipe: "v1",
      name: "x",
      summary: text,
      effect: "read",
      "x-list": [text, text],
      steps: [{ id: "a", uses: "chip.identify" }],
    };
    const checked = await lintRecipe({ file: "a.yaml", text: emitYaml(document) });
    if (text === "") continue; // an empty value is none
    assertEquals(checked.document?.summary, text, emitYaml(document));
  }
});

Deno.test("the recipe in TypeScript and the one in YAML are the same document", async () => {
  const file = "recipes/recover-option-bytes.yaml";
  const yaml = await lintRecipe({ file, text: await Deno.readTextFile(file) });
  const { default: built } = await import("../../recipes/recover.ts");
  const typed = await lintRecipe({ file: "recipes/recover.ts", text: emitYaml(built) });
  assertEquals(diagnosticsOf(yaml), []);
  assertEquals(diagnosticsOf(typed), []);
  assertEquals(typed.document, yaml.document);
  assertEquals(typed.sha256, yaml.sha256);
});

Deno.test("every shipped recipe is clean", async () => {
  for (const e of Deno.readDirSync("recipes")) {
    if (!e.name.endsWith(".yaml")) continue;
    const file = `recipes/${e.name}`;
    const files = { text: (path: string) => Deno.readTextFile(path) };
    const checked = await lintRecipe({ file, text: Deno.readTextFileSync(file) }, { files });
    assertEquals(diagnosticsOf(checked).map((d) => `${d.code} ${d.title}`), [], file);
    assertStringIncludes(checked.source.text, "$schema=./recipe.v1.schema.json");
    assertEquals(checked.document?.name, e.name.replace(".yaml", ""));
  }
});

Deno.test("the schema and the page of actions are fresh: deno run -A tasks/schema.ts", async () => {
  assertEquals(await Deno.readTextFile("recipes/recipe.v1.schema.json"), schemaText());
  assertEquals(await Deno.readTextFile("docs/actions.md"), actionsPage());
});

Deno.test("no value in the schema has several types at once", () => {
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look);
    if (value === null || typeof value !== "object") return;
    const { type } = value as { type?: unknown };
    assert(!Array.isArray(type), JSON.stringify(value));
    Object.values(value).forEach(look);
  };
  look(recipeSchema());
  const text = schemaText();
  for (const name of Object.keys(actions)) assertStringIncludes(text, `"const": "${name}"`);
});
