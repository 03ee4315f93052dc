/**
 * What holds for all tests. The examples of the documentation say `console.assert`, which elsewhere only prints.
 * In CI properties are tried with one seed, so that a run can be repeated; elsewhere with a new one each time.
 */
import fc from "fast-check";

if (Deno.env.get("CI") === "true") fc.configureGlobal({ seed: 20261126 });

console.assert = (holds?: boolean, ...said: unknown[]) => {
  if (!holds) throw new Error(`Assertion failed: ${said.join(" ")}`);
};
