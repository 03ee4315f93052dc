/** Wrong recipes about secrets: none leaves by a text, a condition, a number, a plan or another name. */
import type { Wrong } from "./corpus.ts";

const HEAD = `recipe: v1
name: x
summary: s
effect: volatile
inputs:
  key: { type: secret }
steps:
  - id: who
    uses: chip.identify
`;
const leaks = (rest: string): Wrong => ({
  code: "E0240",
  slug: "secret-in-text",
  text: HEAD + rest,
});
const wrong = (code: string, slug: string, inputs: string): Wrong => ({
  code,
  slug,
  text: `recipe: v1\nname: x\nsummary: s\neffect: read\ninputs:\n  key: ${inputs}\nsteps:\n` +
    "  - uses: chip.identify\n    when: has(inputs.key)\n",
});

/** All of them. */
export const SECRETS: readonly Wrong[] = [
  leaks("    when: «inputs.key» == b'12'\n"),
  leaks("    when: size(«inputs.key») == 16\n"),
  leaks("    when: string(«inputs.key») == 'x'\n"),
  leaks("    when: «inputs['key']» == b'12'\n"),
  leaks("outputs:\n  a: ${{ «inputs» }}\n"),
  leaks("outputs:\n  a: ${{ [«inputs»] }}\n"),
  leaks('  - require: "[«inputs.key»].exists(k, size(k) > 3)"\n'),
  leaks("  - require: steps.who.rdp_level == 1\n    message: the key is ${{ «inputs.key» }}\n"),
  leaks("  - require: steps.who.rdp_level == 1\n    message: ${{ «inputs.key» }}\n"),
  leaks(
    "  - require: steps.who.rdp_level == 1\n    message: m\n    help: ${{ size(«inputs.key») }} bytes\n",
  ),
  leaks("    measure:\n      - { name: a, value: size(«inputs.key»), max: 3 }\n"),
  leaks('    measure:\n      - { name: a, value: value.part, equals: "${{ «inputs.key» }}" }\n'),
  leaks("outputs:\n  a: ${{ «inputs.key» }}\n"),
  leaks("outputs:\n  a: ${{ {'k':«inputs.key»} }}\n"),
  leaks("outputs:\n  a: \"${{ true ? «inputs.key» : b'0' }}\"\n"),
  leaks("  - uses: option-bytes.read\n    with:\n      to: ${{ «inputs.key» }}\n"),
  leaks("  - uses: option-bytes.read\n    with:\n      to: out/${{ string(«inputs.key») }}\n"),
  leaks(`  - uses: ./sub.yaml
    with:
      text: \${{ «inputs.key» }}
--- sub.yaml
recipe: v1
name: sub
summary: s
effect: read
inputs:
  text: { type: bytes }
steps:
  - uses: chip.identify
    when: size(inputs.text) > 2
`),
  // into a parameter that takes a secret, but not alone
  leaks(`  - uses: ./sub.yaml
    with:
      key: "\${{ true ? «inputs.key» : b'0' }}"
--- sub.yaml
recipe: v1
name: sub
summary: s
effect: read
inputs:
  key: { type: secret }
steps:
  - uses: chip.identify
    when: has(inputs.key)
`),
  leaks(`  - uses: ./sub.yaml
    with:
      key: x\${{ «inputs.key» }}
--- sub.yaml
recipe: v1
name: sub
summary: s
effect: read
inputs:
  key: { type: secret }
steps:
  - uses: chip.identify
    when: has(inputs.key)
`),
  // a secret is not made of what everybody sees
  {
    code: "E0236",
    slug: "wrong-result",
    text: `recipe: v1
name: x
summary: s
effect: read
steps:
  - id: ob
    uses: option-bytes.read
  - uses: ./sub.yaml
    with:
      key: «\${{ steps.ob.raw }}»
--- sub.yaml
recipe: v1
name: sub
summary: s
effect: read
inputs:
  key: { type: secret }
steps:
  - uses: chip.identify
    when: has(inputs.key)
`,
  },
  {
    code: "E0224",
    slug: "not-allowed-value",
    text: `recipe: v1
name: x
summary: s
effect: read
steps:
  - uses: ./sub.yaml
    with:
      key: «hunter2»
--- sub.yaml
recipe: v1
name: sub
summary: s
effect: read
inputs:
  key: { type: secret }
steps:
  - uses: chip.identify
    when: has(inputs.key)
`,
  },
  wrong("E0260", "not-in-this-version", "{ type: secret, from: [«pkcs11», file] }"),
  wrong("E0260", "not-in-this-version", "{ type: «list<secret>» }"),
  wrong("E0224", "not-allowed-value", "{ type: secret, from: [«keyring»] }"),
  wrong("E0211", "wrong-shape", "{ type: secret, from: «file» }"),
  wrong("E0219", "keys-exclude-each-other", "{ type: secret, «default»: hunter2 }"),
  wrong("E0219", "keys-exclude-each-other", "{ type: secret, «pattern»: '^a$' }"),
  wrong("E0219", "keys-exclude-each-other", "{ type: string, optional: true, «from»: [env] }"),
];
