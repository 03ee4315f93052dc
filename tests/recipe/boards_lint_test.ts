/** Wrong board files; «…» marks what lint has to point at. */
import { assert, assertEquals } from "@std/assert";
import { boardSchemaText, lintBoard } from "../../src/recipe/mod.ts";

const head = (rest: string): string => `board: v1\nname: alpha\n${rest}`;
const WRONG: readonly (readonly [code: string, text: string])[] = [
  ["E0210", head("«prob»: 1-4\n")],
  ["E0212", "«board»: v1\nsummary: s\n"],
  ["E0212", "«- a»\n"],
  ["E0261", "board: «v2»\nname: a\n"],
  ["E0218", "board: v1\nname: «Alpha»\n"],
  ["E0217", head("chip: «stm32f799*»\n")],
  ["E0224", head("halt: «never»\n")],
  ["E0224", head("freeze: [«TIM99»]\n")],
  ["E0211", head("freeze: «TIM1»\n")],
  ["E0211", head("inputs: «[a]»\n")],
  ["E0218", head("inputs: { «a-b»: 1 }\n")],
  ["E0212", head("safe_state: «{ steps»: [{ uses: core.halt }] }\n")],
  ["E0224", head("safe_state: { leave: «as-found» }\n")],
  ["E0210", head("safe_state: { leave: running, «then»: 1 }\n")],
  [
    "E0252",
    head(
      "safe_state:\n  leave: running\n  steps:\n    - uses: «flash.erase»\n      with: { sectors: all }\n",
    ),
  ],
  ["E0216", head("safe_state:\n  leave: running\n  steps:\n    - uses: «core.rest»\n")],
  ["E0230", head("safe_state:\n  leave: running\n  steps:\n    - require: inputs.«x»\n")],
  ["E0263", head("summary: «!safe»\n")],
  ["E0265", head("«name»: beta\n")],
  ["E0269", head("summary: a«\u202e»b\n")],
];

for (const [i, [code, marked]] of WRONG.entries()) {
  Deno.test(`board file ${i + 1}: ${code}`, async () => {
    const [before = "", inside = ""] = marked.split(/[«»]/);
    const line = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    const text = marked.replace("«", "").replace("»", "");
    const checked = await lintBoard({ file: "boards/x.yaml", text });
    const all = checked.findings.map((f) => f.diagnostic);
    const hit = all.find((d) => d.code === code);
    assert(hit, `${text}\n${all.map((d) => `${d.code} ${d.title}`).join("\n")}`);
    assertEquals([hit.where?.line, hit.where?.column], [line, column], hit.title);
    assert((hit.where?.endColumn ?? 0) <= column + Math.max(1, inside.length));
    assertEquals(checked.ok, false);
    assertEquals(all.filter((d) => d !== hit && d.code !== code).map((d) => d.title), []);
  });
}

Deno.test("the schema of board files is fresh: deno run -A tasks/schema.ts", async () => {
  assertEquals(await Deno.readTextFile("recipes/board.v1.schema.json"), boardSchemaText());
});

Deno.test("any text as a board file gives findings with places, never an error", async () => {
  const fc = (await import("fast-check")).default;
  const word = fc.constantFrom(
    ..."board: v1|name: a|probe:|chip: *|halt: forbidden|freeze: [|]|inputs:|safe_state:|  leave: running|  steps:|    - uses: core.halt|{|}|\n| |-|&a|!t|'"
      .split("|"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 24 }), async (words) => {
      const text = words.join("\n");
      const { findings, ok } = await lintBoard({ file: "b.yaml", text });
      for (const { diagnostic: d } of findings) assert((d.where?.line ?? 0) >= 1);
      assertEquals(ok, !findings.some((f) => f.diagnostic.severity === "error"));
    }),
    { numRuns: 300, seed: 7 },
  );
});
