/** Wrong loops: over what is no list, with a name that is taken, with a step that is for ever. */
import type { Wrong } from "./corpus.ts";

const HEAD = `recipe: v1
name: x
summary: s
effect: irreversible
inputs:
  images: { type: list<file>, default: [] }
  one: { type: file, optional: true }
`;
const wrong = (code: string, slug: string, steps: string): Wrong => ({
  code,
  slug,
  text: `${HEAD}steps:\n  - id: used\n    uses: chip.identify\n` +
    `    when: size(inputs.images) > 0 && has(inputs.one)\n${steps}`,
});
const VERIFY = `    uses: flash.verify
    with:
      image: \${{ image }}
`;

/** All of them. */
export const LOOPS: readonly Wrong[] = [
  wrong("E0238", "not-a-list", `  - for: { each: «inputs.one», as: image }\n${VERIFY}`),
  wrong("E0238", "not-a-list", `  - for: { each: «size(inputs.images)», as: image }\n${VERIFY}`),
  wrong(
    "E0233",
    "text-in-when",
    `  - for: { each: «"\${{ inputs.images }}"», as: image }\n${VERIFY}`,
  ),
  wrong("E0230", "bad-expression", `  - for: { each: inputs.«imagse», as: image }\n${VERIFY}`),
  wrong("E0211", "wrong-shape", `  - for: { each: «[a.hex, b.hex]», as: image }\n${VERIFY}`),
  wrong("E0211", "wrong-shape", `  - for: «inputs.images»\n    uses: chip.identify\n`),
  wrong("E0212", "missing-input", `  - for: «{ each»: inputs.images }\n    uses: chip.identify\n`),
  wrong(
    "E0210",
    "unknown-parameter",
    `  - for: { each: inputs.images, as: image, «if»: a }\n${VERIFY}`,
  ),
  wrong(
    "E0239",
    "name-taken",
    `  - for: { each: inputs.images, as: «steps» }\n    uses: chip.identify\n`,
  ),
  wrong(
    "E0239",
    "name-taken",
    `  - for: { each: inputs.images, as: «inputs» }\n    uses: chip.identify\n`,
  ),
  wrong(
    "E0239",
    "name-taken",
    `  - for: { each: inputs.images, as: image }
    group:
      - for: { each: inputs.images, as: «image» }
    ${VERIFY.replaceAll("\n", "\n    ").trimEnd()}
`,
  ),
  wrong(
    "E0218",
    "bad-name",
    `  - for: { each: inputs.images, as: «an-image» }\n    uses: chip.identify\n`,
  ),
  wrong(
    "E0219",
    "keys-exclude-each-other",
    "  - require: size(inputs.images) > 0\n    «for»: { each: inputs.images, as: image }\n",
  ),
  wrong("E0212", "missing-input", "  - «for»: { each: inputs.images, as: image }\n"),
  // the item is there in the loop only, and its type is known
  wrong(
    "E0230",
    "bad-expression",
    `  - for: { each: inputs.images, as: image }\n${VERIFY}  - uses: flash.verify
    with:
      image: \${{ «image» }}
`,
  ),
  wrong(
    "E0230",
    "bad-expression",
    `  - for: { each: inputs.images, as: image }
    when: size(«image») > 3
    uses: chip.identify
`,
  ),
  wrong(
    "E0230",
    "bad-expression",
    `  - for: { each: inputs.images, as: image }
    group:
      - require: «image > 3»
`,
  ),
  wrong(
    "E0236",
    "wrong-result",
    `  - for: { each: "[1, 2]", as: n }
    uses: flash.verify
    with:
      image: «\${{ n }}»
`,
  ),
  // after the loop, what its steps gave are lists
  wrong(
    "E0230",
    "bad-expression",
    `  - id: check
    for: { each: inputs.images, as: image }
${VERIFY}  - require: «steps.check.sha256 == 'ab'»
`,
  ),
  wrong(
    "E0230",
    "bad-expression",
    `  - id: check
    for: { each: inputs.images, as: image }
    uses: flash.compare
    with:
      image: \${{ image }}
  - require: size(steps.check.«first_difference») > 0
`,
  ),
  wrong(
    "E0232",
    "may-be-skipped",
    `  - for: { each: inputs.images, as: image }
    group:
      - id: check
        when: size(image) > 3
    ${VERIFY.replaceAll("\n", "\n    ").trimEnd()}
  - require: size(«steps.check.sha256») > 0
`,
  ),
  wrong(
    "E0237",
    "used-too-early",
    `  - for: { each: inputs.images, as: image }
    group:
      - require: size(steps.«check») > 0
      - id: check
    ${VERIFY.replaceAll("\n", "\n    ").trimEnd()}
`,
  ),
  wrong(
    "E0241",
    "irreversible-in-loop",
    `  - for: { each: inputs.images, as: image }
    group:
      - require: size(image) > 3
      - uses: «protect.seal»
        with: { how: rdp2 }
        confirm: typed
`,
  ),
];
