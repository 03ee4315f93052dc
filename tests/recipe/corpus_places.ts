/** The same mistake in every way in which YAML writes a text: the place is that of the word, not of the text. */
import type { Wrong } from "./corpus.ts";

const HEAD = `recipe: v1
name: x
summary: s
effect: read
`;
const WHO = "  - id: who\n    uses: chip.identify\n";
const requires = (rest: string): Wrong => ({
  code: "E0230",
  slug: "bad-expression",
  text: `${HEAD}steps:\n${WHO}  - require: ${rest}\n`,
});
const anchor = (text: string): Wrong => ({ code: "E0264", slug: "yaml-anchor", text: HEAD + text });

/** All of them. */
export const PLACES: readonly Wrong[] = [
  requires("steps.who.rdp_level == 0 &&\n      steps.who.«flash_kb» > 512"),
  requires("steps.who.rdp_level == 0 &&\n\n\n      steps.who.«flash_kb» > 512 &&\n      true"),
  requires('"steps.who.rdp_level == 0 &&\n      steps.who.«flash_kb» > 512"'),
  requires("\"steps.who.uid != '\\t\\u00e9\\U0001F600' && steps.who.«uidd» == 'a'\""),
  requires('"steps.who.rdp_level == 0 && \\\n      steps.who.«flash_kb» > 512"'),
  requires("'steps.who.uid != ''a'' &&\n      steps.who.«uidd» == ''b'''"),
  requires(
    ">\n      steps.who.rdp_level == 0 &&\n\n      steps.who.«flash_kb» > 512 &&\n      true",
  ),
  requires(">-\n\n      steps.who.rdp_level == 0 &&\n        steps.who.«flash_kb» > 512"),
  requires("|\n\n      steps.who.rdp_level == 0 &&\n\n      steps.who.«flash_kb» > 512"),
  requires("\"steps.who.uid != '😀' && steps.who.«uidd» == 'a'\""),
  {
    ...requires("|\r\n      steps.who.rdp_level == 0 &&\r\n      steps.who.«uidd» == ''"),
  },
  requires("steps.who.rdp_level == 0 &&\r\n      steps.who.«uidd» == ''"),
  anchor(`x-all: «&all»\n  timeout: 3s\nsteps:\n${WHO}`),
  anchor(`steps: «&all»\n${WHO}`),
];
