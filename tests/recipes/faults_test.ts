/** What stops a run, as the owner of the board sees it. Each is produced on a virtual board. */
import { assert, assertEquals, bench, type Call, Files, image, lasting, run } from "./support.ts";
import { diagnose } from "../../src/base/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import { fault } from "../../src/recipe/faults.ts";
import { inputRows } from "../../src/recipe/faults_input.ts";

const FILES = { "app.bin": image(40_000), "big.bin": image(2_000_000) };
const APP = { image: "app.bin", base: "0x0800_0000" };
const head = (effect: string, rest: string): string =>
  `recipe: v1\nname: test\nsummary: s\neffect: ${effect}\n${rest}`;
const profile = (fields: string): string =>
  `ob: v1\nvariants:\n  - chips: [stm32f7*]\n    OPTCR: { ${fields} }\n`;

interface Case {
  readonly slug: string;
  readonly exit: number;
  readonly scenario: string;
  readonly recipe: string;
  readonly call?: Call;
  readonly files?: Readonly<Record<string, string>>;
  /** what the run leaves may differ from what was there */
  readonly touches?: true;
}

const OB = "recipes/ob/stm32f7-factory.ob.yaml";
const FLASH: Call = { inputs: APP };
const CASES: readonly Case[] = [
  {
    slug: "content-differs",
    exit: 10,
    scenario: "factory",
    recipe: head(
      "read",
      `steps:\n  - id: check\n    uses: flash.verify\n    with: { image: app.bin, base: 0x08000000 }\n`,
    ),
  },
  {
    slug: "options-differ",
    exit: 10,
    scenario: "so36160986",
    recipe: head(
      "read",
      `steps:\n  - uses: option-bytes.verify\n    with: { profile: ${OB} }\n`,
    ),
  },
  {
    slug: "measurement-failed",
    exit: 10,
    scenario: "low-voltage",
    recipe: head(
      "read",
      `steps:\n  - id: who\n    uses: chip.identify\n    measure:\n` +
        `      - { name: vdd, value: value.vdd, unit: V, min: 3.1, max: 3.5 }\n`,
    ),
  },
  {
    slug: "wrong-chip",
    exit: 11,
    scenario: "factory",
    recipe: head(
      "read",
      `target: { chips: [stm32f76*] }\nsteps:\n  - uses: chip.identify\n`,
    ),
  },
  {
    slug: "supply-out-of-range",
    exit: 11,
    scenario: "low-voltage",
    recipe: "recover-option-bytes",
  },
  { slug: "supply-unmeasured", exit: 11, scenario: "clone-probe", recipe: "recover-option-bytes" },
  { slug: "hardware-watchdog", exit: 11, scenario: "so36160986", recipe: "flash", call: FLASH },
  { slug: "hardware-watchdog", exit: 11, scenario: "iwdg-hw", recipe: "flash", call: FLASH },
  { slug: "flash-read-protected", exit: 11, scenario: "rdp1", recipe: "flash", call: FLASH },
  { slug: "flash-write-protected", exit: 11, scenario: "wrp-all", recipe: "flash", call: FLASH },
  {
    slug: "flash-write-protected",
    exit: 11,
    scenario: "wrp-all",
    recipe: "erase",
    call: {
      inputs: { sectors: "all", allow_erase: true },
    },
  },
  {
    slug: "image-larger-than-flash",
    exit: 2,
    scenario: "factory",
    recipe: "flash",
    call: {
      inputs: { image: "big.bin", base: "0x08000000" },
    },
  },
  {
    slug: "image-needs-base",
    exit: 2,
    scenario: "factory",
    recipe: "flash",
    call: {
      inputs: { image: "app.bin" },
    },
  },
  {
    slug: "no-such-sector",
    exit: 2,
    scenario: "factory",
    recipe: "erase",
    call: {
      inputs: { sectors: "0..11" },
    },
  },
  {
    slug: "rdp-above-limit",
    exit: 11,
    scenario: "factory",
    recipe: "recover-option-bytes",
    call: {
      inputs: { profile: "lock.ob.yaml" },
    },
    files: { "lock.ob.yaml": profile("RDP: level1") },
  },
  {
    slug: "bad-option-profile",
    exit: 2,
    scenario: "factory",
    recipe: "recover-option-bytes",
    call: {
      inputs: { profile: "lock.ob.yaml" },
    },
    files: { "lock.ob.yaml": profile("RDP: level2") },
  },
  {
    slug: "yaml-syntax",
    exit: 2,
    scenario: "factory",
    recipe: "recover-option-bytes",
    call: {
      inputs: { profile: "lock.ob.yaml" },
    },
    files: { "lock.ob.yaml": "ob: v1\nvariants: [\n" },
  },
  {
    slug: "options-above-supply",
    exit: 11,
    scenario: "low-voltage",
    recipe: head(
      "destructive",
      `inputs:\n  p: { type: file }\nsteps:\n  - uses: option-bytes.ensure\n    with:\n` +
        "      profile: ${{ inputs.p }}\n",
    ),
    call: { inputs: { p: "bor.ob.yaml" } },
    files: { "bor.ob.yaml": profile("BOR_LEV: 0") },
  },
  { slug: "require-failed", exit: 11, scenario: "rdp1", recipe: "recover-option-bytes" },
  {
    slug: "power-not-switched",
    exit: 11,
    scenario: "factory",
    recipe: head(
      "volatile",
      "steps:\n  - uses: power.cycle\n",
    ),
  },
  {
    slug: "nobody-to-ask",
    exit: 30,
    scenario: "factory",
    recipe: head(
      "volatile",
      "steps:\n  - uses: power.cycle\n    with: { fallback: ask-operator }\n",
    ),
  },
  {
    slug: "region-outside-flash",
    exit: 11,
    scenario: "factory",
    recipe: head(
      "read",
      "steps:\n  - uses: flash.read\n    with: { region: 0x20000000 +4KiB, to: a.bin }\n",
    ),
  },
  {
    slug: "step-timed-out",
    exit: 124,
    scenario: "blank",
    touches: true,
    recipe: head(
      "reversible",
      "target: { attach: halt }\nsteps:\n  - id: put\n    uses: flash.ensure\n" +
        "    with: { image: app.bin, base: 0x08000000 }\n    timeout: 100ms\n",
    ),
  },
  {
    slug: "not-confirmed",
    exit: 30,
    scenario: "factory",
    recipe: "erase",
    call: {
      inputs: { sectors: "all" },
    },
  },
  { slug: "input-missing", exit: 2, scenario: "factory", recipe: "flash" },
  {
    slug: "input-wrong",
    exit: 2,
    scenario: "factory",
    recipe: "flash",
    call: {
      inputs: { ...APP, hardware_watchdog: "maybe" },
    },
  },
  {
    slug: "input-wrong",
    exit: 2,
    scenario: "factory",
    recipe: "flash",
    call: {
      inputs: { ...APP, base: "flash" },
    },
  },
  {
    slug: "unknown-input",
    exit: 2,
    scenario: "factory",
    recipe: "flash",
    call: {
      inputs: { ...APP, preserves: "0x0 +1" },
    },
  },
  {
    slug: "expression-failed",
    exit: 2,
    scenario: "factory",
    recipe: head(
      "read",
      "steps:\n  - id: who\n    uses: chip.identify\n" +
        "  - require: 1 / (steps.who.rdp_level * 0) == 1\n",
    ),
  },
  {
    slug: "unknown-parameter",
    exit: 2,
    scenario: "factory",
    recipe: head(
      "read",
      "steps:\n  - uses: chip.identify\n    with: { x: 1 }\n",
    ),
  },
  {
    slug: "secret-in-the-open",
    exit: 2,
    scenario: "factory",
    recipe: head("read", "inputs:\n  key: { type: secret }\nsteps:\n  - uses: chip.identify\n"),
    call: { inputs: { key: "hunter2-hunter2" } },
  },
  {
    slug: "secret-unusable",
    exit: 2,
    scenario: "factory",
    recipe: head(
      "read",
      "inputs:\n  key: { type: secret, from: [env] }\nsteps:\n  - uses: chip.identify\n",
    ),
    call: { inputs: { key: "@app.bin" } },
  },
  {
    slug: "loop-too-long",
    exit: 2,
    scenario: "factory",
    recipe: head(
      "read",
      "inputs:\n  all: { type: list<int> }\nsteps:\n  - id: each\n" +
        "    for: { each: inputs.all, as: n }\n    uses: chip.identify\n",
    ),
    call: { inputs: { all: Array(257).fill("1").join() } },
  },
];

for (const [i, c] of CASES.entries()) {
  Deno.test(`${c.slug} (${c.scenario}, ${i})`, async (t) => {
    const sim = bench(c.scenario);
    const before = lasting(sim.board);
    const files = new Files({ ...FILES, ...c.files });
    const { result, shown } = await run(sim, c.recipe, { ...c.call, files });
    assertEquals(result.error?.slug, c.slug, shown);
    assertEquals(result.exit, c.exit);
    assert(!JSON.stringify(result).includes("hunter2"));
    assert(result.error?.board !== undefined, "the state of the board is never missing");
    await t.assertSnapshot(shown.replace(/sha256 \w+/g, "sha256 …"));
    if (c.touches) return;
    assertEquals(lasting(sim.board), before, "the board was not touched");
    assertEquals(result.board.state, "untouched");
  });
}

Deno.test("faults of a saved plan, of an interrupted run and of a lost board", async (t) => {
  for (
    const [slug, facts] of [
      ["plan-stale", { what: "the option bytes" }],
      ["plan-used", { plan: "p-7F3K9Q" }],
      ["plan-unreadable", { file: "plan.json", why: "its format is 2.0" }],
      ["interrupted", {}],
      ["board-state-unknown", { why: "option bytes may be changed or not" }],
      ["not-left-as-asked", { leave: "running", why: "The probe stopped answering" }],
    ] as const
  ) await t.assertSnapshot(renderDiagnostic(diagnose(fault(slug, facts))));
});

Deno.test("every row of inputs is produced here", () => {
  const shown = new Set(CASES.map((c) => c.slug));
  assertEquals(Object.keys(inputRows).filter((slug) => !shown.has(slug)), []);
});

Deno.test("a command that is told names the file as a shell takes it, and where it belongs", async () => {
  const files = new Files({ "my app.bin": image(4000) });
  const recipe = head(
    "read",
    `steps:\n  - uses: flash.verify\n    with: { image: my app.bin, base: 0x08000000 }\n`,
  );
  const { result } = await run(bench("factory"), recipe, { files });
  assertEquals(
    result.error?.next[0]?.command,
    "probekit flash 'my app.bin' --base 0x08000000",
  );
});
