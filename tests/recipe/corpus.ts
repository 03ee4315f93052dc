/**
 * Wrong recipes. «…» marks what lint has to point at; a line that begins with `--- name` begins another file
 * of the same case.
 */
import { LOOPS } from "./corpus_loops.ts";
import { PLACES } from "./corpus_places.ts";
import { SECRETS } from "./corpus_secrets.ts";
import { USERS } from "./corpus_users.ts";

/** One wrong recipe. */
export interface Wrong {
  readonly slug: string;
  readonly code: string;
  readonly text: string;
  readonly severity?: "warning";
}

const HEAD = `recipe: v1
name: x
summary: s
`;
const reads = (rest: string): string => `${HEAD}effect: read\n${rest}`;
const writes = (rest: string): string => `${HEAD}effect: destructive\n${rest}`;
const steps = (rest: string): string => reads(`steps:\n${rest}`);
const WHO = "  - id: who\n    uses: chip.identify\n";

const wrong = (code: string, slug: string, text: string): Wrong => ({ code, slug, text });

/** All of them. */
export const CORPUS: readonly Wrong[] = [
  ...SECRETS,
  ...LOOPS,
  ...PLACES,
  ...USERS,
  // unknown keys and parameters
  wrong(
    "E0210",
    "unknown-parameter",
    writes(`steps:
  - uses: flash.ensure
    with: { image: app.elf, «adress»: 0x08000000 }
`),
  ),
  wrong("E0210", "unknown-parameter", reads(`«efect»: read\nsteps:\n${WHO}`)),
  wrong("E0210", "unknown-parameter", steps("  - uses: chip.identify\n    «if»: true\n")),
  wrong(
    "E0210",
    "unknown-parameter",
    reads(`target: { chip: ["*"] }\nsteps:\n${WHO}`).replace("chip:", "«chip»:"),
  ),
  wrong(
    "E0210",
    "unknown-parameter",
    steps("  - uses: core.reset\n    with: { then: run, «to»: 1 }\n")
      .replace("effect: read", "effect: volatile"),
  ),
  wrong(
    "E0210",
    "unknown-parameter",
    reads(`inputs:
  a: { type: bool, default: true, «sumary»: yes }
steps:
  - uses: chip.identify
    when: inputs.a
`),
  ),
  wrong(
    "E0210",
    "unknown-parameter",
    writes(
      "steps:\n  - uses: ./sub.yaml\n    with: { «imag»: a.bin }\n--- sub.yaml\n" +
        reads(`inputs:\n  image: { type: file, optional: true }
steps:
  - uses: flash.verify
    when: has(inputs.image)
    with: { image: "\${{ inputs.image }}" }
`),
    ),
  ),
  // shapes
  wrong("E0211", "wrong-shape", reads("steps: «chip.identify»\n")),
  wrong("E0211", "wrong-shape", reads(`steps:\n  - id: who\n    uses: «[chip.identify]»\n`)),
  wrong("E0211", "wrong-shape", reads(`target: «[stm32f7*]»\nsteps:\n${WHO}`)),
  wrong("E0211", "wrong-shape", reads("steps: «[]»\n")),
  wrong(
    "E0211",
    "wrong-shape",
    steps(`  - uses: flash.compare
    with: { image: a.hex, ignore: «"0x08000000 +4KiB"» }
`),
  ),
  wrong("E0211", "wrong-shape", steps("  - «- uses: chip.identify»\n")),
  // missing
  wrong("E0212", "missing-input", `«recipe»: v1\nname: x\neffect: read\nsteps:\n${WHO}`),
  wrong(
    "E0212",
    "missing-input",
    writes("steps:\n  - uses: «flash.ensure»\n    with: { base: 0x0 }\n"),
  ),
  wrong("E0212", "missing-input", steps("  - «id»: a\n    when: true\n")),
  wrong(
    "E0212",
    "missing-input",
    reads(`inputs:
  a: «{ type»: enum }
steps:
  - uses: chip.identify
    when: inputs.a == 'b'
`).replace("«{ type»: enum }", "«{ type: enum }»"),
  ),
  wrong(
    "E0212",
    "missing-input",
    steps(
      "  - uses: «./sub.yaml»\n--- sub.yaml\n" +
        reads(`inputs:\n  image: { type: file }
steps:
  - uses: flash.verify
    with: { image: "\${{ inputs.image }}" }
`),
    ),
  ),
  wrong(
    "E0212",
    "missing-input",
    steps(`${WHO}    measure:
      - «{ name: vdd, value: value.vdd, unit: V }»
`),
  ),
  // ids
  wrong("E0213", "duplicate-id", steps(`${WHO}  - id: «who»\n    uses: option-bytes.read\n`)),
  wrong(
    "E0213",
    "duplicate-id",
    steps(`  - id: g
    group:
      - id: a
        uses: chip.identify
      - id: «g»
        uses: chip.identify
`),
  ),
  // chips
  wrong(
    "E0214",
    "chip-without-default",
    reads(`target: { chips: [stm32f7*, «stm32h7*»] }
inputs:
  profile:
    type: file
    default_by_chip: { stm32f7*: ./a.ob.yaml }
steps:
  - uses: option-bytes.compare
    with: { profile: "\${{ inputs.profile }}" }
`),
  ),
  wrong("E0217", "unknown-chip", reads(`target: { chips: [«stm32f799*»] }\nsteps:\n${WHO}`)),
  wrong(
    "E0217",
    "unknown-chip",
    reads(`target: { chips: [stm32f7*, «smt32f4*»] }\nsteps:\n${WHO}`),
  ),
  wrong(
    "E0217",
    "unknown-chip",
    reads(`inputs:
  profile:
    type: file
    default_by_chip: { «stm23*»: ./a.ob.yaml }
steps:
  - uses: option-bytes.compare
    with: { profile: "\${{ inputs.profile }}" }
`),
  ),
  // types
  wrong(
    "E0215",
    "wrong-type",
    writes(`steps:
  - uses: option-bytes.ensure
    with: { profile: a.ob.yaml, max_rdp: «zero» }
`),
  ),
  wrong("E0215", "wrong-type", steps("  - uses: chip.identify\n    timeout: «60»\n")),
  wrong("E0215", "wrong-type", reads(`target:\n  supply:\n    min: «2,1V»\nsteps:\n${WHO}`)),
  wrong(
    "E0215",
    "wrong-type",
    reads(`inputs:
  a: { type: «boolean» }
steps:
  - uses: chip.identify
`),
  ),
  wrong(
    "E0215",
    "wrong-type",
    reads(`inputs:
  a: { type: bool, default: «yes» }
steps:
  - uses: chip.identify
    when: inputs.a
`),
  ),
  wrong(
    "E0215",
    "wrong-type",
    steps(`  - uses: flash.compare
    with: { image: a.hex, ignore: [«"0x08000000 4KiB"»] }
`),
  ),
  wrong(
    "E0215",
    "wrong-type",
    writes("steps:\n  - uses: flash.erase\n    with: { sectors: «3..1» }\n"),
  ),
  wrong(
    "E0215",
    "wrong-type",
    steps("  - uses: flash.verify\n    with: { image: a.bin, base: «0x1_0000_0000» }\n"),
  ),
  // actions
  wrong("E0216", "unknown-action", steps("  - uses: «chip.identfy»\n")),
  wrong("E0216", "unknown-action", steps("  - uses: «connect»\n")),
  wrong("E0216", "unknown-action", steps("  - uses: «./sub.yml»\n")),
  // names
  wrong(
    "E0218",
    "bad-name",
    reads(`inputs:
  «allow-erase»: { type: bool, default: false }
steps:
  - uses: chip.identify
`),
  ),
  wrong("E0218", "bad-name", steps("  - id: «Who»\n    uses: chip.identify\n")),
  wrong("E0218", "bad-name", steps("  - id: «in»\n    uses: chip.identify\n")),
  wrong("E0218", "bad-name", reads(`steps:\n${WHO}`).replace("name: x", "name: «My Recipe»")),
  // keys that exclude each other
  wrong(
    "E0219",
    "keys-exclude-each-other",
    steps("  - uses: chip.identify\n    «require»: true\n"),
  ),
  wrong(
    "E0219",
    "keys-exclude-each-other",
    steps("  - uses: chip.identify\n    «message»: hello\n"),
  ),
  wrong(
    "E0219",
    "keys-exclude-each-other",
    reads(`inputs:
  a: { type: string, default: b, «optional»: true }
steps:
  - uses: chip.identify
    when: inputs.a == 'b'
`),
  ),
  wrong(
    "E0219",
    "keys-exclude-each-other",
    reads(`inputs:
  a: { type: bool, default: true, «pattern»: x }
steps:
  - uses: chip.identify
    when: inputs.a
`),
  ),
  // other recipes
  wrong("E0220", "uses-itself", steps("  - uses: «./main.yaml»\n")),
  wrong(
    "E0220",
    "uses-itself",
    steps(
      "  - uses: ./sub.yaml\n--- sub.yaml\n" +
        steps("  - uses: «./main.yaml»\n"),
    ),
  ),
  wrong("E0221", "cannot-read-recipe", steps("  - uses: «./missing.yaml»\n")),
  wrong("E0222", "path-escapes", steps("  - uses: «../other.yaml»\n")),
  wrong("E0222", "path-escapes", steps("  - uses: «./a/../../other.yaml»\n")),
  wrong(
    "E0222",
    "path-escapes",
    steps("  - uses: flash.verify\n    with: { image: «/etc/passwd.bin» }\n"),
  ),
  wrong(
    "E0222",
    "path-escapes",
    reads(`inputs:
  to: { type: path, default: «../../secret» }
steps:
  - uses: flash.read
    with: { region: all, to: "\${{ inputs.to }}" }
`),
  ),
  wrong(
    "E0222",
    "path-escapes",
    steps(
      "  - uses: flash.read\n    with: { region: all, to: «C:\\Windows» }\n",
    ),
  ),
  wrong("E0223", "unknown-builtin", steps("  - uses: «std/nothing»\n")),
  wrong(
    "E0228",
    "chips-not-covered",
    reads(`target: { chips: [stm32f7*] }
steps:
  - uses: «./sub.yaml»
--- sub.yaml
${reads(`target: { chips: [stm32f4*] }\nsteps:\n${WHO}`)}`),
  ),
  // values
  wrong("E0224", "not-allowed-value", reads(`target: { attach: «hot-plug» }\nsteps:\n${WHO}`)),
  wrong(
    "E0224",
    "not-allowed-value",
    steps("  - uses: core.reset\n    with: { then: «stop» }\n")
      .replace("effect: read", "effect: volatile"),
  ),
  wrong("E0224", "not-allowed-value", steps(`${WHO}    retry: { max: «99», on: [LINK] }\n`)),
  wrong(
    "E0224",
    "not-allowed-value",
    reads(`target: { supply: { min: 3.3V, max: «3.0V» } }
steps:
${WHO}`),
  ),
  wrong("E0224", "not-allowed-value", `${HEAD}effect: «harmless»\nsteps:\n${WHO}`),
  wrong(
    "E0225",
    "bad-default",
    reads(`inputs:
  a: { type: int, min: 3, default: «2» }
steps:
  - uses: chip.identify
    when: inputs.a == 3
`),
  ),
  wrong(
    "E0225",
    "bad-default",
    reads(`inputs:
  a: { type: enum, values: [b, c], default: «d» }
steps:
  - uses: chip.identify
    when: inputs.a == 'b'
`),
  ),
  wrong(
    "E0226",
    "bad-pattern",
    reads(`inputs:
  a: { type: string, default: x, pattern: «'(?=x)x'» }
steps:
  - uses: chip.identify
    when: inputs.a == 'x'
`),
  ),
  wrong(
    "E0226",
    "bad-pattern",
    reads(`inputs:
  a: { type: string, default: xx, pattern: «'(x)\\1'» }
steps:
  - uses: chip.identify
    when: inputs.a == 'x'
`),
  ),
  wrong(
    "E0230",
    "bad-expression",
    reads(`inputs:
  l: { type: list<int>, default: [] }
steps:
  - uses: chip.identify
    when: inputs.l.all(a, inputs.l.all(b, «inputs.l.all(c, a + b > c)»))
`),
  ),
  wrong(
    "E0230",
    "bad-expression",
    reads(`inputs:
  a: { type: string, default: xx }
steps:
  - uses: chip.identify
    when: inputs.a.matches(«'(?!x)'»)
`),
  ),
  wrong(
    "E0226",
    "bad-pattern",
    reads(`inputs:
  a: { type: string, pattern: «'[a-'» }
steps:
  - uses: chip.identify
    when: inputs.a == 'b'
`),
  ),
  wrong(
    "E0227",
    "file-not-accepted",
    steps("  - uses: flash.verify\n    with: { image: «app.exe» }\n"),
  ),
  // expressions
  wrong(
    "E0230",
    "bad-expression",
    steps(`${WHO}  - uses: chip.identify\n    when: inputs.«lock»\n`),
  ),
  wrong(
    "E0230",
    "bad-expression",
    steps(`${WHO}  - uses: chip.identify
    when: steps.who.«rdp» == 0
`),
  ),
  wrong("E0230", "bad-expression", steps(`${WHO}  - require: «steps.who.rdp_level == 'level0'»\n`)),
  wrong("E0230", "bad-expression", steps(`${WHO}  - require: steps.who.rdp_level «=» 0\n`)),
  wrong(
    "E0230",
    "bad-expression",
    steps(`${WHO}  - require: >-
      steps.who.rdp_level ==«»
`),
  ),
  wrong(
    "E0230",
    "bad-expression",
    steps(`${WHO}  - require: |
      steps.who.rdp_level == 0
      && steps.who.«uit» == ''
`),
  ),
  wrong(
    "E0230",
    "bad-expression",
    reads(`steps:
${WHO}outputs:
  a: is \${{ «nothing» }} at all
`),
  ),
  wrong("E0231", "not-a-bool", steps(`${WHO}  - require: «steps.who.rdp_level»\n`)),
  wrong("E0231", "not-a-bool", steps(`${WHO}  - uses: chip.identify\n    when: «steps.who.uid»\n`)),
  wrong(
    "E0232",
    "may-be-skipped",
    reads(`inputs:
  a: { type: bool, default: false }
steps:
  - id: who
    uses: chip.identify
    when: inputs.a
outputs:
  uid: \${{ «steps.who.uid» }}
`),
  ),
  wrong(
    "E0232",
    "may-be-skipped",
    reads(`inputs:
  a: { type: bool, default: false }
steps:
  - id: g
    when: inputs.a
    group:
      - id: who
        uses: chip.identify
  - require: «steps.who.rdp_level» == 0 || steps.who.ran
`),
  ),
  wrong(
    "E0232",
    "may-be-skipped",
    steps(`  - id: g
    group:
      - id: who
        uses: chip.identify
    rescue:
      - require: «steps.who.rdp_level» == 0
`),
  ),
  wrong(
    "E0232",
    "may-be-skipped",
    steps(`${WHO}    on_error: warn
  - require: «steps.who.rdp_level» == 0
`),
  ),
  wrong(
    "E0233",
    "text-in-when",
    reads(`inputs:
  lock: { type: bool, default: true }
steps:
  - uses: chip.identify
    when: «\${{ inputs.lock }} == 'false'»
`),
  ),
  wrong("E0233", "text-in-when", steps(`${WHO}  - require: «\${{ steps.who.rdp_level == 0 }}»\n`)),
  wrong(
    "E0234",
    "bad-template",
    reads(`steps:\n${WHO}outputs:\n  a: uid «\${{» steps.who.uid }\n`),
  ),
  wrong(
    "E0235",
    "not-text",
    reads(`steps:
  - id: ob
    uses: option-bytes.read
outputs:
  a: raw \${{ «steps.ob.raw» }}
`),
  ),
  wrong(
    "E0236",
    "wrong-result",
    writes(`steps:
${WHO}  - uses: option-bytes.ensure
    with:
      profile: a.ob.yaml
      max_rdp: «\${{ steps.who.uid }}»
`),
  ),
  wrong(
    "E0236",
    "wrong-result",
    reads(`inputs:
  a: { type: bool, default: false }
steps:
  - uses: flash.verify
    with:
      image: «\${{ inputs.a }}»
`),
  ),
  wrong(
    "E0236",
    "wrong-result",
    steps(`  - id: who
    uses: chip.identify
    measure:
      - { name: uid, value: «value.uid», max: 3 }
`),
  ),
  wrong("E0237", "used-too-early", steps(`  - require: steps.«who».rdp_level == 0\n${WHO}`)),
  // secrets
  wrong(
    "E0240",
    "secret-in-text",
    reads(`inputs:
  key: { type: secret }
steps:
${WHO}outputs:
  a: key \${{ «inputs.key» }}
`),
  ),
  // boards
  wrong(
    "E0242",
    "sector-not-on-chips",
    writes(`target: { chips: [stm32f746*] }
steps:
  - uses: flash.erase
    with: { sectors: «0..11» }
`),
  ),
  wrong(
    "E0243",
    "outside-flash",
    reads(`target: { chips: [stm32f74*] }
steps:
  - uses: flash.read
    with: { region: «0x08100000 +4KiB», to: x.bin }
`),
  ),
  wrong(
    "E0243",
    "outside-flash",
    reads(`target: { chips: [stm32f7*] }
steps:
  - uses: flash.verify
    with: { image: a.bin, base: «0x2000_0000» }
`),
  ),
  // effects
  wrong(
    "E0250",
    "retry-of-irreversible",
    `${HEAD}effect: irreversible
steps:
  - uses: protect.seal
    with: { how: rdp2 }
    confirm: typed
    retry: «{ max: 3, on: [LINK] }»
`,
  ),
  wrong(
    "E0224",
    "not-allowed-value",
    `${HEAD}effect: irreversible
steps:
  - uses: protect.seal
    with: { how: rdp2 }
    confirm: typed
    on_error: «warn»
`,
  ),
  wrong(
    "E0224",
    "not-allowed-value",
    writes(`steps:
  - uses: option-bytes.ensure
    with: { profile: a.ob.yaml, max_rdp: «2» }
`),
  ),
  wrong(
    "E0224",
    "not-allowed-value",
    writes(`steps:
  - uses: option-bytes.ensure
    with: { profile: a.ob.yaml, max_rdp: «-1» }
`),
  ),
  wrong(
    "E0251",
    "no-confirm",
    `${HEAD}effect: irreversible
steps:
  - uses: «protect.seal»
    with: { how: rdp2 }
`,
  ),
  wrong(
    "E0252",
    "above-ceiling",
    reads(`steps:
  - uses: «flash.ensure»
    with: { image: a.hex }
`),
  ),
  wrong(
    "E0252",
    "above-ceiling",
    reads(`steps:
  - uses: «./sub.yaml»
--- sub.yaml
${writes("steps:\n  - uses: flash.erase\n    with: { sectors: all }\n")}`),
  ),
  wrong("E0253", "needless-confirm", steps("  - uses: chip.identify\n    confirm: «typed»\n")),
  wrong(
    "E0254",
    "retries-do-not-fit",
    steps(`${WHO}    timeout: 1s
    retry: «{ max: 3, on: [LINK], pause: 500ms }»
`),
  ),
  wrong("E0255", "unknown-class", steps(`${WHO}    retry: { max: 1, on: [«any»] }\n`)),
  wrong(
    "E0256",
    "attach-above-ceiling",
    reads(`target: { attach: «under-reset» }\nsteps:\n${WHO}`),
  ),
  wrong(
    "E0256",
    "attach-above-ceiling",
    reads(`target: { attach: attach, leave: «halted» }
steps:
${WHO}`),
  ),
  // not in this version
  wrong("E0260", "not-in-this-version", reads(`target: { attach: «none» }\nsteps:\n${WHO}`)),
  wrong("E0260", "not-in-this-version", steps(`  - «script»: ./x.ts\n`)),
  wrong("E0260", "not-in-this-version", reads(`target: { leave: «powered-off» }\nsteps:\n${WHO}`)),
  wrong("E0260", "not-in-this-version", steps("  - uses: «jsr:@org/pkg@1.2/recipe»\n")),
  wrong(
    "E0224",
    "not-allowed-value",
    steps(
      "  - uses: core.freeze-peripherals\n    with: { what: [watchdogs, «boards-listed»] }\n",
    ).replace("effect: read", "effect: volatile"),
  ),
  wrong(
    "E0219",
    "keys-exclude-each-other",
    reads(`steps:
  - id: put
    uses: «flash.ensure»
    with: { image: a.hex }
  - uses: protect.seal
    with: { how: rdp2 }
    confirm: typed
`).replace("effect: read", "effect: irreversible"),
  ),
  wrong(
    "E0260",
    "not-in-this-version",
    reads(`steps:
  - uses: protect.seal
    with: { how: rdp2 }
    confirm: «per-batch»
`).replace("effect: read", "effect: irreversible"),
  ),
  wrong("E0261", "unknown-edition", reads(`steps:\n${WHO}`).replace("recipe: v1", "recipe: «v2»")),
  // YAML
  wrong("E0262", "yaml-syntax", reads("steps:\n  - uses: [chip.identify\n«x»: 1\n")),
  wrong("E0262", "yaml-syntax", reads(`steps:\n${WHO}«\t»- uses: chip.identify\n`)),
  wrong(
    "E0263",
    "yaml-tag",
    reads(`inputs:
  locked: { type: bool }
steps:
  - uses: chip.identify
    when: «!inputs.locked»
`),
  ),
  wrong("E0263", "yaml-tag", steps("  - uses: !!str «chip.identify»\n")),
  wrong("E0264", "yaml-anchor", steps(`  - «&a» uses: chip.identify\n`)),
  wrong(
    "E0264",
    "yaml-anchor",
    steps(`  - uses: chip.identify\n    when: «*a»\n`)
      .replace("name: x", "name: x\nx-a: 1"),
  ),
  wrong("E0264", "yaml-anchor", steps(`  - uses: chip.identify\n    «<<»: { when: true }\n`)),
  wrong("E0265", "yaml-duplicate-key", reads(`steps:\n${WHO}«name»: y\n`)),
  wrong(
    "E0266",
    "yaml-too-big",
    reads(`x-deep: ${"[".repeat(32)}«[»${"]".repeat(33)}\nsteps:\n${WHO}`),
  ),
  wrong(
    "E0267",
    "yaml-flow-expression",
    reads(`inputs: { p: { type: file } }
steps:
  - uses: flash.verify
    with: { image: «\${{» inputs.p }} }
`),
  ),
  wrong("E0268", "not-a-recipe", "«- uses: chip.identify»\n"),
  wrong("E0268", "not-a-recipe", "«ob»: v1\nvariants: []\n"),
  wrong("E0268", "not-a-recipe", `${reads(`steps:\n${WHO}`)}«-»--\nrecipe: v2\n`),
  wrong("E0268", "not-a-recipe", "«»"),
  wrong(
    "E0269",
    "hidden-character",
    reads(`steps:\n${WHO}`).replace("summary: s", "summary: s«\u202e»x"),
  ),
  {
    ...wrong(
      "E0229",
      "unused-input",
      reads(`inputs:
  «a»: { type: bool, default: true }
steps:
${WHO}`),
    ),
    severity: "warning",
  },
];
