/** A secret goes to the chip and nowhere else: whatever a run says, keeps or throws is searched for it. */
import { assert, assertEquals, assertStringIncludes, bench, Files, image, run } from "./support.ts";
import { encodeHex, loadImage } from "../../src/image/mod.ts";
import { type Journal, junitXml, MASK, Secret, Vault } from "../../src/recipe/mod.ts";
import { reportHtml } from "../../src/cli/report_html/mod.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";
import { canonical } from "../../src/recipe/document.ts";

const AT = 0x0801_0000;
const SIZE = 48;

/** Every way in which a leak would be seen: the bytes, hex, base64, a decimal list, text; the first half as well. */
function leaks(where: string, content: string | Uint8Array, secret: Uint8Array): void {
  const latin = (b: Uint8Array) => Array.from(b, (x) => String.fromCharCode(x)).join("");
  const text = typeof content === "string"
    ? content + latin(new TextEncoder().encode(content))
    : latin(content);
  const flat = text.toLowerCase().replace(/[\s,:;"\[\]_-]|0x/g, "");
  const decimals = text.replace(/[\s"\[\]]/g, "");
  const half = Math.max(6, Math.ceil(secret.length / 2));
  for (const part of [secret, secret.slice(0, half), secret.slice(-half)]) {
    assert(!text.includes(latin(part)), `${where} holds the bytes`);
    const hex = Array.from(part, (b) => b.toString(16).padStart(2, "0")).join("");
    assert(!flat.includes(hex), `${where} holds them in hex`);
    assert(!decimals.includes(`,${Array.from(part).join(",")},`), `${where} holds a list`);
    for (const shift of [0, 1, 2]) {
      const b64 = btoa("\0".repeat(shift) + latin(part));
      const core = b64.slice(Math.ceil(shift * 8 / 6), Math.floor((shift + part.length) * 8 / 6));
      assert(!text.includes(core), `${where} holds base64`);
    }
  }
}

const LAYOUT = `layout: v1
name: identity
size: 64
fields:
  magic: { offset: 0, size: 4, encoding: ascii, value: UNIT }
  key: { offset: 8, size: ${SIZE}, encoding: utf8, secret: true }
`;
const RECIPE = `recipe: v1
name: unit
summary: s
effect: destructive
target: { attach: halt }
inputs:
  device_key: { type: secret, from: [file, env] }
steps:
  - id: before
    uses: flash.read
    with: { region: 0x08000000 +288KiB, to: before.bin }
  - id: image
    uses: image.compose
    with:
      base: app.hex
      overlay:
        - at: 0x08010000
          layout: unit.layout.yaml
          values:
            key: \${{ inputs.device_key }}
  - id: flash
    uses: flash.ensure
    with:
      image: \${{ steps.image.file }}
  - id: readback
    uses: flash.verify
    with:
      image: \${{ steps.image.file }}
  - id: after
    uses: flash.read
    with: { region: 0x08010000 +4KiB, to: after.bin }
  - id: other
    uses: ./other.yaml
    with:
      key: \${{ inputs.device_key }}
outputs:
  digest: \${{ steps.readback.sha256 }}
`.replaceAll("\\$", "$");
const OTHER = `recipe: v1
name: other
summary: s
effect: read
inputs:
  key: { type: secret, optional: true }
steps:
  - require: has(inputs.key)
`;

const hexImage = () => encodeHex(loadImage("app.bin", image(20_000), { base: 0x0800_0000 }).pieces);

/** A journal in memory, with what it keeps. */
function memoryJournal() {
  const said: unknown[] = [];
  const kept: Uint8Array[] = [];
  const journal: Journal = {
    intent: (e) => Promise.resolve(void said.push(e)),
    outcome: (e) => Promise.resolve(void said.push(e)),
    open: () => Promise.resolve([]),
    keep: (bytes) => {
      kept.push(bytes);
      return Promise.resolve({ file: "kept.bin", sha256: "0" });
    },
  };
  return { journal, said, kept };
}

/** Secrets of several kinds, new ones at every call. */
function* secrets(): Generator<Uint8Array> {
  const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
  yield random(SIZE);
  yield random(16);
  yield new TextEncoder().encode(`key-${crypto.randomUUID()}`);
  yield random(24).map((b) => 65 + b % 26);
}

Deno.test("a run with a secret says it nowhere: events, result, plan, record, report, files, journal", async () => {
  for (const secret of secrets()) {
    const sim = bench("blank");
    const files = () =>
      new Files({
        "app.hex": hexImage(),
        "unit.layout.yaml": LAYOUT,
        "other.yaml": OTHER,
        "test.key": secret,
      });
    const key = secret.slice();
    const search = (round: string, o: Awaited<ReturnType<typeof run>>, more: unknown) => {
      leaks(`${round}: events`, JSON.stringify(o.events), key);
      leaks(`${round}: result`, JSON.stringify(o.result), key);
      leaks(`${round}: junit`, junitXml(o.result), key);
      leaks(`${round}: report`, reportHtml(o.result, o.events, undefined), key);
      leaks(`${round}: shown`, o.shown, key);
      leaks(`${round}: journal`, canonical(more), key);
      for (const [name, data] of o.files.written) leaks(`${round}: ${name}`, data, key);
    };
    const inputs = { device_key: "@test.key" };
    const holds = () =>
      sim.board.flash.slice(AT - 0x0800_0000 + 8, AT - 0x0800_0000 + 8 + key.length);
    let digest: unknown;
    for (const round of ["first", "again", "damaged", "planned"]) {
      // part of the key is wrong, and all of it stands in other places too
      if (round === "damaged") {
        sim.board.putFlash(AT + 8, new Uint8Array(4).fill(0));
        sim.board.putFlash(AT + 0x400, key);
        sim.board.putFlash(0x0804_0003, key);
      }
      const { journal, said, kept } = memoryJournal();
      const o = await run(sim, RECIPE, {
        inputs,
        files: files(),
        env: { journal, digestKey: () => Promise.resolve(new Uint8Array(32).fill(7)) },
        options: round === "planned" ? { dryRun: true, savePlan: true } : {},
      });
      assertEquals(o.result.outcome, "PASS", o.shown);
      search(round, o, said);
      for (const bytes of kept) leaks(`${round}: kept`, bytes, key);
      assertEquals(holds(), key, "it is on the chip");
      if (round === "planned") continue;
      assertStringIncludes(String(o.result.outputs["digest"]), "hmac-sha256:");
      digest ??= o.result.outputs["digest"];
      assertEquals(o.result.outputs["digest"], digest, "the same key gives the same digest");
      const shown = o.result.record.inputs["device_key"] as Record<string, string>;
      assertEquals([shown["secret"], shown["from"]], [MASK, "@test.key"]);
      assert(/^hmac-sha256:[0-9a-f]{64}$/.test(shown["digest"] ?? ""));
      assert(!("test.key" in o.result.record.files), "no plain hash of the file either");
      const after = o.files.written.get("after.bin");
      assert(after instanceof Uint8Array && after.length === 4096);
      assertEquals(
        after.slice(0, 4),
        new TextEncoder().encode("UNIT"),
        "what is not secret is there",
      );
    }
  }
});

Deno.test("what differs where a secret is: the place is told, the bytes are not", async () => {
  const secret = crypto.getRandomValues(new Uint8Array(SIZE));
  const sim = bench("blank");
  const files = new Files({
    "app.hex": hexImage(),
    "unit.layout.yaml": LAYOUT,
    "test.key": secret,
  });
  const only = (uses: string): string =>
    RECIPE.replace(/ {2}- id: before[\s\S]*?(?= {2}- id: image)/, "")
      .replace(
        / {2}- id: flash\n[\s\S]*/,
        `  - uses: ${uses}\n    with:\n      image: \${{ steps.image.file }}\n`,
      );
  for (const uses of ["flash.verify", "flash.compare"]) {
    const wrong = secret.map((b, i) => i < 3 ? b : 255 - b);
    sim.board.putFlash(0x0800_0000, image(20_000));
    sim.board.putFlash(AT, new TextEncoder().encode("UNIT\xFF\xFF\xFF\xFF"));
    sim.board.putFlash(AT + 4, new Uint8Array(60).fill(0xFF));
    sim.board.putFlash(AT + 8, wrong);
    const o = await run(sim, only(uses), { inputs: { device_key: "@test.key" }, files });
    const place = "0x0801000B";
    const said = JSON.stringify([o.events, o.result]) + o.shown;
    if (uses === "flash.verify") {
      assertEquals(o.result.error?.slug, "content-differs");
      assertStringIncludes(o.result.error?.title ?? "", place);
      assertStringIncludes(o.result.error?.title ?? "", `holds ${MASK}, the image wants ${MASK}`);
      assertEquals(o.result.error?.evidence[0]?.value, MASK);
    } else assertEquals(o.result.steps.at(-1)?.outputs?.["first_difference"], AT + 11);
    const byte = (b: number | undefined) => `0x${b?.toString(16).toUpperCase().padStart(2, "0")}`;
    assert(
      !said.includes(`holds ${byte(wrong[3])},`) && !said.includes(`wants ${byte(secret[3])} `),
    );
  }
});

Deno.test("a secret as text, JSON, in a console, in a template or an error is masked", async () => {
  const bytes = new TextEncoder().encode("correct horse battery staple");
  const secret = new Secret(bytes, "@key");
  const vault = new Vault();
  await vault.add(secret);
  const said = [
    String(secret),
    JSON.stringify({ secret }),
    Deno.inspect({ secret }, { depth: 9, showHidden: true }),
    `${secret}`,
    vault.text("the correct horse battery staple says"),
    vault.text(btoa("xcorrect horse battery staple!")),
    vault.text(Array.from(bytes).join(", ")),
    vault.text(Array.from(bytes, (b) => b.toString(16)).join(" ")),
    JSON.stringify(vault.data({ a: [{ "correct horse battery staple": 1 }] })),
    JSON.stringify(vault.data({ list: [1, 2, ...bytes, 3] })),
    JSON.stringify(vault.data({ nested: [[...bytes], "correct horse battery staple"] })),
  ];
  for (const text of said) {
    leaks("said", text, bytes);
    assertStringIncludes(text, MASK);
  }
  assertEquals(secret.reveal(), bytes);
  secret.reveal().fill(0);
  assertEquals(secret.reveal(), bytes, "what is handed out is a copy");
  assertEquals(new Vault().text("0x08000000"), "0x08000000", "without secrets nothing changes");
});

Deno.test("a key that is written in digits, or ends with its line, is found as what it stands for", async () => {
  const vault = new Vault();
  const digits = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  const raw = Uint8Array.from(digits.match(/../g) ?? [], (d) => parseInt(d, 16));
  await vault.add(new Secret(new TextEncoder().encode(`${digits}\n`)));
  for (
    const text of [
      digits,
      digits.toUpperCase(),
      Array.from(raw).join(", "),
      btoa(Array.from(raw, (b) => String.fromCharCode(b)).join("")),
    ]
  ) {
    assertStringIncludes(vault.text(`it is ${text} here`), MASK);
    leaks(text, vault.text(`it is ${text} here`), raw);
  }
  const dump = new Uint8Array(64);
  dump.set(raw, 20);
  assertEquals(vault.bytes(dump, 0xFF).slice(20, 36), new Uint8Array(16).fill(0xFF));
});

Deno.test("two stations' digests of one secret differ, one station's are the same", async () => {
  const of = (key: number) => new Vault(() => Promise.resolve(new Uint8Array(32).fill(key)));
  const bytes = new Uint8Array([1, 2, 3, 4]);
  assertEquals(await of(1).digest(bytes), await of(1).digest(bytes));
  assert(await of(1).digest(bytes) !== await of(2).digest(bytes));
  assert(await new Vault().digest(bytes) !== await new Vault().digest(bytes));
  // HMAC-SHA-256, RFC 4231 test case 2
  const rfc = new Vault(() => Promise.resolve(new TextEncoder().encode("Jefe")));
  assertEquals(
    await rfc.digest(new TextEncoder().encode("what do ya want for nothing?")),
    "hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("where a secret may come from: what is wrong is said without it", async () => {
  const recipe = (rule: string) =>
    `recipe: v1\nname: x\nsummary: s\neffect: read\ninputs:\n  key: { type: secret${rule} }\n` +
    "steps:\n  - uses: chip.identify\n    when: has(inputs.key)\n";
  const cases: readonly (readonly [string, unknown, string | undefined])[] = [
    ["", "hunter2hunter2", "secret-in-the-open"],
    ["", ["hunter2hunter2"], "secret-in-the-open"],
    ["", "@empty.key", "secret-unusable"],
    ["", "@big.key", "secret-unusable"],
    ["", "env:NOT_THERE", "secret-unusable"],
    [", from: [file]", "env:KEY", "secret-unusable"],
    ["", undefined, "input-missing"],
    ["", "env:KEY", undefined],
    [", from: [env]", "env:KEY", undefined],
    [", optional: true", undefined, undefined],
    ["", new Secret(new TextEncoder().encode("hunter2hunter2")), undefined],
  ];
  for (const [rule, key, slug] of cases) {
    const files = new Files({ "empty.key": "", "big.key": new Uint8Array(65_537) });
    const o = await run(bench("factory"), recipe(rule), {
      inputs: key === undefined ? {} : { key },
      files,
      env: { variable: (n) => n === "KEY" ? "hunter2hunter2" : undefined },
    });
    const said = JSON.stringify([o.result, o.events]) + o.shown +
      (o.result.error ? renderDiagnostic(o.result.error) : "");
    assertEquals(o.result.error?.slug, slug, o.shown);
    assert(!said.includes("hunter2"), said);
  }
});
