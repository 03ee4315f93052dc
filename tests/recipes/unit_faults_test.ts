/** What stops the actions around a unit, as the owner of the station sees it. */
import { assert, assertEquals, bench, type Call, Files, lasting, run } from "./support.ts";
import { encodeHex } from "../../src/image/mod.ts";
import { firmware, firmwareHex } from "./firmware.ts";
import { factoryEnv, StationFolder } from "./station.ts";

const head = (effect: string, steps: string): string =>
  `recipe: v1\nname: test\nsummary: s\neffect: ${effect}\ntarget: { attach: under-reset }\n` +
  `steps:\n${steps}`;
const LAYOUT = `layout: v1
name: page
size: 32B
fields:
  serial: { offset: 0, size: 8B, encoding: ascii }
  count: { offset: 8, size: 2B, encoding: uint, value: 7 }
`;
const compose = (values = "{ serial: AB1 }", at = "0x080E0000", layout = "page.yaml"): string =>
  head(
    "volatile",
    "  - id: image\n    uses: image.compose\n    with:\n      base: app.hex\n      overlay:\n" +
      `        - at: ${at}\n          layout: ${layout}\n          values: ${values}\n`,
  );
const until = (more: string): string =>
  head(
    "reversible",
    "  - uses: flash.ensure\n    with: { image: app.hex }\n" +
      `  - id: test\n    uses: target.run-until\n    with: ${more}\n`,
  );
const serials = (rest: string): string =>
  head(
    "volatile",
    `  - id: who\n    uses: chip.identify\n${rest}`,
  );

interface Case {
  readonly slug: string;
  readonly exit: number;
  readonly recipe: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly call?: Call;
  readonly scenario?: string;
  readonly station?: string;
  readonly touches?: true;
}

const bad = (change: (text: string) => string): Readonly<Record<string, string>> => ({
  "page.yaml": change(LAYOUT),
});
const line = (from: string, to: string) => bad((t) => t.replace(from, to));
const LABEL = serials('  - uses: label.print\n    with: { serial: "AB1" }\n');
const CASES: readonly Case[] = [
  { slug: "layout-wrong", exit: 2, recipe: compose(), files: line("layout: v1", "layout: v9") },
  { slug: "layout-wrong", exit: 2, recipe: compose(), files: line("offset: 8", "offset: 7") },
  { slug: "layout-wrong", exit: 2, recipe: compose(), files: line("offset: 8", "offset: 31") },
  {
    slug: "layout-wrong",
    exit: 2,
    recipe: compose(),
    files: bad((t) => `${t}  sum: { offset: 12, size: 4B, encoding: crc32 }\n`),
  },
  {
    slug: "image-says-nothing",
    exit: 2,
    recipe: compose(),
    files: bad((t) => `${t}reads: { version: { at: 0x0A00_0000, size: 4B } }\n`),
  },
  { slug: "not-allowed-value", exit: 2, recipe: compose(), files: line("uint", "unit") },
  {
    slug: "unknown-parameter",
    exit: 2,
    recipe: compose(),
    files: line("count: {", "count: { x: 1,"),
  },
  { slug: "layout-value-wrong", exit: 2, recipe: compose("{ serial: 123456789 }") },
  { slug: "layout-value-wrong", exit: 2, recipe: compose("{ serial: AB1, count: 65536 }") },
  { slug: "layout-value-wrong", exit: 2, recipe: compose("{ serial: Ä }") },
  { slug: "layout-value-wrong", exit: 2, recipe: compose("{ serial: A, colour: red }") },
  { slug: "layout-value-wrong", exit: 2, recipe: compose("{}") },
  { slug: "overlay-overlaps", exit: 2, recipe: compose("{ serial: A }", "0x080003F0") },
  { slug: "wrong-type", exit: 2, recipe: compose("{ serial: A }", "${{ 0 - 1 }}") },
  {
    slug: "wrong-shape",
    exit: 2,
    recipe: compose().replace(
      /overlay:\n[^]*$/,
      "overlay: { at: 0x080E0000, layout: page.yaml }\n",
    ),
  },
  {
    slug: "missing-input",
    exit: 2,
    recipe: compose().replace("layout:", "laout:"),
  },
  { slug: "path-escapes", exit: 2, recipe: compose("{ serial: A }", "0x080E0000", "../page.yaml") },
  { slug: "expect-wrong", exit: 2, recipe: until("{ channel: rtt, expect: \"${{ '(' }}\" }") },
  {
    slug: "expect-wrong",
    exit: 2,
    recipe: until(`{ channel: rtt, expect: "\${{ '${"x".repeat(201)}' }}" }`),
  },
  {
    slug: "program-said-nothing",
    exit: 10,
    recipe: until("{ channel: rtt, expect: never, within: 500ms }"),
    touches: true,
  },
  {
    slug: "not-protected",
    exit: 10,
    recipe: head("volatile", "  - uses: protect.prove\n    with: { expect: refused }\n"),
  },
  {
    slug: "not-protected",
    exit: 10,
    scenario: "rdp1",
    recipe: head("volatile", "  - uses: protect.prove\n    with: { expect: no-debug-port }\n"),
  },
  { slug: "no-station", exit: 11, recipe: LABEL, station: "none" },
  {
    slug: "no-station",
    exit: 11,
    station: "station: v1\nname: s\n",
    recipe: serials("  - uses: serial.commit\n    with: { serial: AB1 }\n"),
  },
  {
    slug: "serial-not-reserved",
    exit: 11,
    recipe: serials("  - uses: serial.commit\n    with: { serial: AB1 }\n"),
  },
  {
    slug: "serial-not-reserved",
    exit: 11,
    recipe: serials("  - uses: serial.release\n    with: { serial: AB1 }\n"),
  },
  {
    slug: "station-file-wrong",
    exit: 2,
    recipe: LABEL,
    station: "station: v1\nname: s\nlabel: { template: nowhere.txt, spool: s }\n",
  },
];

for (const [i, c] of CASES.entries()) {
  Deno.test(`${c.slug} (${i})`, async (t) => {
    using folder = new StationFolder(c.station === "none" ? undefined : c.station);
    const sim = bench(c.scenario ?? "factory");
    const before = lasting(sim.board);
    const { station, ...env } = factoryEnv(sim, await folder.open());
    const files = new Files({
      "app.hex": firmwareHex("boot"),
      "page.yaml": LAYOUT,
      ...c.files,
    });
    const given = c.station === "none" ? env : { ...env, station };
    const { result, shown } = await run(sim, c.recipe, { files, env: given });
    assertEquals(result.error?.slug, c.slug, shown);
    assertEquals(result.exit, c.exit, shown);
    await t.assertSnapshot(
      shown.replaceAll(folder.path, "<station>").replace(/Within \d+ ms/, "Within … ms"),
    );
    if (c.touches) return;
    assertEquals(result.board.state, "untouched");
    assertEquals(lasting(sim.board), before);
  });
}

Deno.test("image.compose: bytes that the image has already may be said again", async () => {
  const sim = bench("factory");
  const base = firmware("boot");
  const page = base.slice(0x3E0);
  page.set(new TextEncoder().encode("AB1\0\0\0\0\0"), 0);
  page.set([7, 0], 8);
  base.set(page, 0x3E0);
  const files = new Files({
    "app.hex": encodeHex([{ at: 0x0800_0000, bytes: base }]),
    "page.yaml": LAYOUT,
  });
  const { result, shown } = await run(sim, compose("{ serial: AB1 }", "0x080003E0"), { files });
  assertEquals(result.outcome, "PASS", shown);
});

Deno.test("target.run-until: semihosting, until the program has ended", async () => {
  const sim = bench("factory");
  const files = new Files({ "app.hex": firmwareHex("SELFTEST PASS", "1", "semihost") });
  const ask = (expect: string) => until(`{ channel: semihosting, expect: "${expect}" }`);
  const good = await run(sim, ask("SELFTEST (?<verdict>\\\\w+)"), { files });
  assertEquals(good.result.outcome, "PASS", good.shown);
  assertEquals(good.result.steps.at(-1)?.outputs, { match: { verdict: "PASS" } });
  const ended = await run(sim, ask("something else"), { files });
  assertEquals(ended.result.error?.slug, "program-said-nothing");
  assert(ended.result.boardTimeMs < 2000, "it does not wait for a program that has ended");
  assertEquals(sim.board.warnings, []);
});

Deno.test("target.run-until: uart is known, and refused by name", async () => {
  const { result } = await run(bench("factory"), until("{ channel: uart, expect: x }"), {
    files: new Files({ "app.hex": firmwareHex("boot") }),
  });
  assertEquals(result.error?.slug, "not-in-this-version");
});
