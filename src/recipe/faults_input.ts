/** What can be wrong with what a recipe is given: inputs and profiles. */
import type { FaultRow } from "../base/mod.ts";

/** Rows E0244 … E0249, E0258. */
export const inputRows = {
  "input-missing": {
    code: "E0244",
    class: "recipe",
    title: "Input `{input}` of {recipe} has no value",
    next: [{ text: "Give it one ({summary}): --set {input}=…" }],
    explain: "The input has no default, and none was given on the command line or in a file.",
  },
  "input-wrong": {
    code: "E0245",
    class: "recipe",
    title: "Input `{input}` must be {wanted}, not `{text}`",
    next: [{ text: "Set it again: --set {input}=…" }],
    explain: "The value is checked against the input's type and rules before a probe is opened.",
  },
  "unknown-input": {
    code: "E0246",
    class: "recipe",
    title: "{recipe} has no input `{input}`",
    next: [{ text: "It has: {inputs}" }],
    explain: "A value for an input that does not exist would have no effect.",
  },
  "secret-in-the-open": {
    code: "E0247",
    class: "recipe",
    title: "Input `{input}` is a secret, and it was given in the open",
    next: [{ text: "Say where it is: {ways}" }],
    explain:
      "What stands on a command line is kept by the shell's history and seen by every user of the machine. A file's bytes are taken as they are, an environment variable's as UTF-8.",
  },
  "secret-unusable": {
    code: "E0248",
    class: "recipe",
    title: "The secret for input `{input}` cannot be used: {why}",
    next: [{ text: "Give it again: {ways}" }],
    explain:
      "A secret is 1 to 65536 bytes, from a place that the recipe names in `from`. Nothing was touched.",
  },
  "loop-too-long": {
    code: "E0249",
    class: "recipe",
    title: "The list of step {id} has {count} items, and a loop takes at most {most}",
    next: [{ text: "Give a shorter list" }],
    explain: "A loop does its steps one after the other on one board; nothing was touched by it.",
  },
  "expression-failed": {
    code: "E0258",
    class: "recipe",
    title: "The expression has no value: {why}",
    next: [{ text: "Ask for outputs that may be absent with has()" }],
    explain: "The expression is well typed, and with the values of this run it has no result.",
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
