import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Declared, loadExpressions, NoValue, Unknown } from "../../src/recipe/expressions.ts";
import { splitTemplate } from "../../src/recipe/templates.ts";

const make = await loadExpressions();
const map = (o: Record<string, Declared>) => new Map(Object.entries(o));
const names = map({
  inputs: map({ a: "bool", n: "int", v: "double", l: "list<string>", m: "map<string, string>" }),
  steps: map({ w: map({ ran: "bool", x: "int", ok: "bool" }), s: map({ ran: "bool" }) }),
});
const e = make(names);
const record = (o: object) => Object.assign(Object.create(null), o);
const values = record({
  inputs: record({ n: 0xC0FF_AAFDn, v: 3.3, l: ["a"], m: new Map([["k", "v"]]) }),
  steps: record({ w: record({ ran: true }), s: record({ ran: false }) }),
});

Deno.test("values are exact: whole numbers are BigInt, addresses included", () => {
  assertEquals(e.evaluate("inputs.n == 0xC0FFAAFD", values), true);
  assertEquals(e.evaluate("inputs.n + 1", values), 0xC0FF_AAFEn);
  assertEquals(e.evaluate("hex(inputs.n)", values), "0xC0FFAAFD");
  assertEquals(e.evaluate("size(inputs.l) == 1 && inputs.m['k'] == 'v'", values), true);
  assertEquals(e.evaluate("has(inputs.a)", values), false);
});

Deno.test("what has no value says why and where", () => {
  for (const text of ["inputs.a", "1 / 0", "inputs.l[3]", "steps.w.x"]) {
    const value = e.evaluate(text, values);
    assert(value instanceof NoValue, text);
    assert(value.problem.range.end > value.problem.range.start);
  }
});

Deno.test("names of JavaScript objects are no names here", () => {
  for (
    const text of [
      "inputs.constructor",
      "inputs.__proto__",
      "steps.w.toString",
      "inputs.hasOwnProperty",
      "constructor",
      "globalThis",
    ]
  ) assert(!e.check(text).ok, text);
});

Deno.test("a name that is not there comes with those that are", () => {
  const checked = e.check("steps.w.y == 1");
  assert(!checked.ok);
  assertEquals(checked.problem.missing, { name: "y", known: ["ran", "x", "ok"] });
  assertEquals(checked.problem.range, { start: 8, end: 9 });
});

Deno.test("an expression over what is not known yet is decided where it can be", () => {
  const unknown = new Set(["steps.w.x", "steps.w.ok"]);
  const value = (text: string) => e.evaluateMaybe(text, values, unknown);
  assertEquals(value("steps.s.ran && steps.w.x == 1"), false);
  assertEquals(value("steps.w.x == 1 && steps.s.ran"), false);
  assertEquals(value("steps.w.ran || steps.w.x == 1"), true);
  assertEquals(value("steps.w.ran ? 1 : steps.w.x"), 1n);
  assertEquals(value("!(steps.s.ran && steps.w.ok)"), true);
  assertEquals(value("inputs.n == 0xC0FFAAFD"), true);
  for (const text of ["steps.w.x", "steps.w.x + 1", "steps.w.ran && steps.w.ok", "!steps.w.ok"]) {
    const open = value(text);
    assert(open instanceof Unknown, text);
    assertEquals(open.because.length, 1);
  }
});

Deno.test("size and depth of expressions are bounded", () => {
  for (
    const text of [
      "(".repeat(100),
      "!".repeat(500) + "true",
      "1+".repeat(500) + "1",
      "a".repeat(3000),
      `[${"1,".repeat(100)}1]`,
    ]
  ) assert(!e.check(text).ok, text.slice(0, 20));
});

Deno.test("texts are taken apart, also with braces and quotes inside", () => {
  const at = (text: string) => splitTemplate(text);
  assertEquals(at("a ${{ x }} b"), {
    pieces: [{ text: "a " }, { cel: "x", at: 6 }, { text: " b" }],
    alone: false,
  });
  assertEquals(at("${{ {'a': {'b': 1}} }}"), {
    pieces: [{ cel: "{'a': {'b': 1}}", at: 4 }],
    alone: true,
  });
  assertEquals(at("${{ '}}' }}"), { pieces: [{ cel: "'}}'", at: 4 }], alone: true });
  assertEquals(at("${{ a }}${{ b }}"), {
    pieces: [{ cel: "a", at: 4 }, { cel: "b", at: 12 }],
    alone: false,
  });
  assertEquals(at("x ${{ a"), { unclosed: 2 });
  assertEquals(at("x ${{ a }"), { unclosed: 2 });
  assertEquals(at(""), { pieces: [], alone: false });
});

Deno.test("matches() ends, whatever the pattern and the text are", () => {
  const e = make(new Map([["inputs", new Map([["t", "string"], ["p", "string"]])]]));
  const of = (text: string, t: string, p = ""): unknown => {
    const checked = e.check(text);
    assert(checked.ok, JSON.stringify(checked));
    return e.evaluate(text, { inputs: { t, p } });
  };
  const a = "a".repeat(1000);
  assertEquals(of("inputs.t.matches('(a+)+$')", `${a}!`), false);
  assertEquals(of("inputs.t.matches(inputs.p)", a, "^(a|a)*$"), true);
  assertEquals(of("!inputs.t.matches('^b') && (inputs.t + 'x').matches('ax$')", a), true);
  assertEquals(of("['ab', 'b'].exists(x, x.matches('^a.$'))", ""), true);
  const looking = of("inputs.t.matches(inputs.p)", a, "(?=a)");
  assert(looking instanceof NoValue);
  assertStringIncludes(looking.problem.why, "can run for ever");
  const wrong = e.check("inputs.t == 'x' || inputs.t.matches('(')");
  assert(!wrong.ok);
  assertEquals([wrong.problem.range.start, wrong.problem.range.end], [36, 39]);
});
