/** Wrong recipes as users wrote them: values that mean something else than they look like, limits without sense. */
import type { Wrong } from "./corpus.ts";

const HEAD = `recipe: v1
name: x
summary: s
effect: destructive
`;
const wrong = (code: string, slug: string, text: string): Wrong => ({
  code,
  slug,
  text: HEAD + text,
});
const step = (code: string, slug: string, text: string): Wrong =>
  wrong(code, slug, `steps:\n  - uses: ${text}\n`);
const measures = (code: string, slug: string, text: string): Wrong =>
  step(code, slug, `chip.identify\n    measure:\n      - { name: k, ${text} }`);
const input = (code: string, slug: string, text: string): Wrong =>
  wrong(
    code,
    slug,
    `inputs:\n  l: ${text}\nsteps:\n  - uses: chip.identify\n    when: has(inputs.l)\n`,
  );
const compose = (code: string, slug: string, overlay: string): Wrong =>
  wrong(
    code,
    slug,
    `inputs: { key: { type: secret } }
steps:
  - uses: image.compose
    when: has(inputs.key)
    with:
      base: a.hex
      overlay:${overlay}
`,
  );
const KIB = "value: value.flash_kib";

/** All of them. */
export const USERS: readonly Wrong[] = [
  // copied without its 0x
  step("E0215", "wrong-type", "flash.verify\n    with: { image: a.bin, base: «0800_0000» }"),
  input("E0215", "wrong-type", "{ type: region, default: «08000000 +1KiB» }"),
  input("E0215", "wrong-type", "{ type: double, default: «1e999» }"),
  // limits
  step("E0224", "not-allowed-value", "chip.identify\n    timeout: «0s»"),
  step("E0224", "not-allowed-value", "chip.identify\n    idle_timeout: «0ms»"),
  measures("E0224", "not-allowed-value", `${KIB}, min: 5, max: «3»`),
  measures("E0224", "not-allowed-value", `${KIB}, max: 5, marginal: «-1»`),
  measures("E0219", "keys-exclude-each-other", `${KIB}, equals: 1024, «max»: 3`),
  measures("E0219", "keys-exclude-each-other", `${KIB}, equals: 1024, «marginal»: 3`),
  measures("E0215", "wrong-type", `${KIB}, equals: «1MiB»`),
  measures("E0215", "wrong-type", `value: value.option_bytes_valid, equals: «yes»`),
  input("E0224", "not-allowed-value", "{ type: int, optional: true, min: 5, max: «3» }"),
  input("E0224", "not-allowed-value", "{ type: file, optional: true, accept: [.bin, «hex»] }"),
  // what is only found when the step runs
  step(
    "E0226",
    "bad-pattern",
    "target.run-until\n    with: { channel: rtt, expect: «'fw=(?<a'» }",
  ),
  compose("E0211", "wrong-shape", " «x»"),
  compose("E0211", "wrong-shape", " [«x»]"),
  compose("E0210", "unknown-parameter", " [{ at: 0x08000000, layout: l.yaml, «value»: { a: b } }]"),
  compose("E0215", "wrong-type", " [{ at: «here», layout: l.yaml }]"),
  compose("E0222", "path-escapes", " [{ at: 0x08000000, layout: «../l.yaml» }]"),
  compose("E0211", "wrong-shape", " [{ at: 0x08000000, layout: l.yaml, values: «all» }]"),
  compose("E0212", "missing-input", " [«{ at»: 0x08000000 }]"),
  compose(
    "E0240",
    "secret-in-text",
    "\n        - at: ${{ «inputs.key» }}\n          layout: l.yaml",
  ),
];
