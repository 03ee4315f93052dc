/** Regular expressions that end: the same answers as JavaScript's, in a time that grows with the text only. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LinearRegExp, linearRegExp } from "../../src/recipe/regexp.ts";

const made = (pattern: string): LinearRegExp => {
  const expression = linearRegExp(pattern);
  assert(expression instanceof LinearRegExp, `${pattern}: ${expression}`);
  return expression;
};

Deno.test("regexp: what JavaScript says, for patterns and texts of every kind", () => {
  const atom = fc.constantFrom(
    ..."a b ab . [ab] [^a] [a-c1] \\d \\w \\s \\W \\b \\B ^ $ x \\. \\x61 \\u0062 \\u{63} [\\d-] [\\]a] é 😀 [😀-😂] \\u{1F600} \\cA - ]"
      .split(" ").filter((t) => t !== "]"),
  );
  const { part } = fc.letrec<{ part: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(tie("part"), tie("part")).map(([a, b]) => a + b),
      fc.tuple(tie("part"), tie("part")).map(([a, b]) => `(?:${a}|${b})`),
      fc.tuple(
        tie("part"),
        fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "+?", "??", "{0}"),
      )
        .map(([a, q]) => `(${a})${q}`),
      fc.tuple(fc.constantFrom("n", "m"), tie("part")).map(([n, a]) => `(?<${n}>${a})`),
    ),
  }));
  const text = fc.string({
    unit: fc.constantFrom(..."aabbc1 .\n-é😀]\x01".match(/./gsu) ?? []),
    maxLength: 9,
  });
  const EMPTY = /[*?]\??\)|\?\)|\{0|\\[bB]|[\^$]|[*?]\||[*?]\(|[*?]$/;
  let tried = 0;
  let compared = 0;
  fc.assert(
    fc.property(part, fc.array(text, { minLength: 3, maxLength: 5 }), (pattern, texts) => {
      let theirs: RegExp;
      try {
        theirs = new RegExp(pattern, "u");
      } catch {
        return; // a name twice, a place repeated
      }
      const ours = linearRegExp(pattern);
      if (typeof ours === "string") {
        return assertEquals(
          ours.includes("too large") || ours.includes("characters"),
          true,
          `${pattern}: ${ours}`,
        );
      }
      tried++;
      const whole = new RegExp(`^(?:${pattern})$`, "u");
      for (const t of texts) {
        const [wanted, got] = [theirs.exec(t), ours.exec(t)];
        assertEquals(ours.whole(t), whole.test(t), `/${pattern}/ whole ${JSON.stringify(t)}`);
        assertEquals(got !== undefined, wanted !== null, `/${pattern}/ in ${JSON.stringify(t)}`);
        // where a round can match nothing JavaScript goes back over it: which part it takes is another question
        if (!wanted || !got || (/\)[*+?{]/.test(pattern) && EMPTY.test(pattern))) continue;
        compared++;
        assertEquals(got.text, wanted[0], `/${pattern}/ in ${JSON.stringify(t)}`);
        const groups = Object.entries(wanted.groups ?? {}).filter(([, v]) => v !== undefined);
        assertEquals(
          got.groups,
          Object.fromEntries(groups),
          `/${pattern}/ in ${JSON.stringify(t)}`,
        );
      }
    }),
    { numRuns: 3000, seed: 4 },
  );
  assert(tried > 1500 && compared > 500, `${tried}, ${compared}`);
});

Deno.test("regexp: what never ends elsewhere ends here", () => {
  const steps = (pattern: string, text: string): boolean => made(pattern).whole(text);
  const a = "a".repeat(1024);
  assertEquals(steps("(a+)+", `${a}!`), false);
  assertEquals(steps("(a|a)*b", a), false);
  assertEquals(steps("(a|aa)+", `${a}!`), false);
  assertEquals(steps("(.*)*x", a), false);
  assertEquals(steps("a*a*a*a*a*a*a*b", a), false);
  assertEquals(steps("([a-z]+-)*[a-z]+", `${"ab-".repeat(300)}!`), false);
  assertEquals(steps("(a*)*", a), true);
  assertEquals(made("(x+x+)+y").test("x".repeat(1000)), false);
  assertEquals(made("^WO-[0-9]{6}$").whole("WO-004711"), true);
  assertEquals(
    made("SELFTEST (?<verdict>PASS|FAIL) fw=(?<fw>\\S+)").exec("boot\nSELFTEST PASS fw=1.4.2\n")
      ?.groups,
    { verdict: "PASS", fw: "1.4.2" },
  );
});

Deno.test("regexp: what cannot be done so is refused by name", () => {
  for (const p of ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<n>a)\\k<n>", "(?i:a)"]) {
    assertEquals(String(linearRegExp(p)).includes("can run for ever"), true, p);
  }
  assertEquals(linearRegExp("\\p{L}"), "\\p{…} is not taken");
  assertEquals(
    linearRegExp("(((a{20}){20}){20})"),
    "it is too large with its repetitions written out",
  );
  assertEquals(linearRegExp("a".repeat(201)), "it has more than 200 characters");
  assertEquals(linearRegExp("("), "Unterminated group");
});
