/** A secret on the command line's side: run folder, events, JSON, trace, plan, journal hold none of it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { firmware, Folder, probekit } from "./support/program.ts";
import { encodeHex, loadImage } from "../../src/image/mod.ts";

const LAYOUT = `layout: v1
name: identity
size: 64
fields:
  key: { offset: 0, size: 32, encoding: utf8, secret: true }
`;
const RECIPE = `recipe: v1
name: unit
summary: s
effect: destructive
target: { attach: halt }
inputs:
  device_key: { type: secret }
  to: { type: path, default: before.bin }
steps:
  - id: before
    uses: flash.read
    with:
      region: 0x08008000 +32KiB
      to: \${{ inputs.to }}
  - id: image
    uses: image.compose
    with:
      base: app.hex
      overlay:
        - at: 0x08008000
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
`;

const latin = (b: Uint8Array): string => Array.from(b, (x) => String.fromCharCode(x)).join("");

/** Whether a text holds the bytes, or a quarter of them, as they are, in hex, base64 or as a list. */
function holds(text: string, secret: Uint8Array): boolean {
  const flat = text.toLowerCase().replace(/[\s,:;"_-]|0x/g, "");
  return Array.from({ length: secret.length - 7 }, (_, i) => secret.slice(i, i + 8)).some(
    (part) => {
      const hex = Array.from(part, (b) => b.toString(16).padStart(2, "0")).join("");
      return text.includes(latin(part)) || flat.includes(hex) ||
        text.replaceAll(" ", "").includes(Array.from(part).join(",")) ||
        text.includes(btoa(latin(part.slice(0, 6))));
    },
  );
}

/** Every file below, but what is the chip itself, the secret's own file, and the station's key. */
function* filesBelow(folder: string): Generator<string> {
  for (const e of Deno.readDirSync(folder)) {
    const path = `${folder}/${e.name}`;
    if (e.isDirectory) yield* filesBelow(path);
    else if (!/\/(board\.pk|device\.key|digest\.key)$/.test(path)) yield path;
  }
}

Deno.test("no file, no stream and no trace of a run holds its secret", async () => {
  using dir = new Folder();
  const secret = crypto.getRandomValues(new Uint8Array(32));
  dir.put("device.key", secret);
  const app = loadImage("app.bin", firmware(4096), { base: 0x0800_0000 });
  dir.put("app.hex", encodeHex(app.pieces));
  dir.put("unit.layout.yaml", LAYOUT);
  const recipe = dir.put("unit.yaml", RECIPE);
  const probe = `sim:stm32f746g-disco?scenario=factory&state=${dir.at("board.pk")}`;
  const journal = ["--journal", dir.at("journal")];
  const set = [
    ...["--set", `device_key=@${dir.at("device.key")}`],
    ...["--set", `to=${dir.at("before.bin")}`],
  ];
  const common = ["--probe", probe, ...journal];
  const said: string[] = [];
  let broke = 0;
  const call = async (args: readonly string[], exit: number) => {
    const ran = await probekit([...args, ...common]);
    assertEquals(ran.exit, exit, ran.err);
    said.push(ran.out, ran.err);
    return ran;
  };
  const trace = ["--trace", dir.at("trace.jsonl"), "--events", dir.at("events.jsonl")];
  await call(["run", recipe, ...set, "--runs", dir.at("runs"), ...trace], 0);
  await call(["run", recipe, ...set, "--runs", dir.at("runs"), "--json"], 0);
  await call(["plan", recipe, ...set, "-o", dir.at("plan.json")], 0);
  // the plan says where the secret is, so that it can be applied; and it is compared by a keyed digest
  await call(["apply", dir.at("plan.json"), "--runs", dir.at("runs")], 0);
  await call(["plan", recipe, ...set, "-o", dir.at("plan.json")], 0);
  dir.put("device.key", secret.map((b) => 255 - b));
  const stale = await call(["apply", dir.at("plan.json")], 31);
  assertStringIncludes(stale.err, "an input");
  const replay = await probekit(["info", "--probe", `replay:${dir.at("trace.jsonl")}`]);
  assertStringIncludes(replay.err, "its run had a secret");
  // what goes wrong on the way, and what the doctor says of it
  dir.put("device.key", secret);
  for (
    const trouble of [
      "unplug@150",
      "unplug@190",
      "lost@170,lost@171",
      "wait@300:9000",
      "apfault@900",
    ]
  ) {
    const board = `sim:stm32f746g-disco?scenario=factory&chaos=${trouble}`;
    const ran = await probekit([
      ...["run", recipe, ...set, "--runs", dir.at("troubles"), "--probe", board, ...journal],
      ...["--trace", dir.at(`${trouble.replace(/\W.*/, "")}.jsonl`)],
    ]);
    said.push(ran.out, ran.err);
    broke += ran.exit === 0 ? 0 : 1;
  }
  assert(broke >= 2, `${broke} of them went wrong`);
  const names: string[] = [];
  for (const path of filesBelow(dir.path)) {
    names.push(path.replace(/^.*\//, ""));
    assert(!holds(latin(Deno.readFileSync(path)), secret), `${path} holds the secret`);
  }
  for (const name of ["record.json", "report.html", "junit.xml", "events.jsonl", "plan.json"]) {
    assert(names.includes(name), `${name} was looked at`);
  }
  for (const name of ["trace.jsonl", "before.bin", "journal.jsonl"]) assert(names.includes(name));
  for (const text of said) assert(!holds(text, secret), text);
  assert(holds(latin(Deno.readFileSync(dir.at("device.key"))), secret), "it would have been found");
  const mode = Deno.statSync(dir.at("journal/digest.key")).mode;
  assertEquals((mode ?? 0) % 0o1000, 0o600);
});

Deno.test("a literal on the command line is refused, and not repeated", async () => {
  using dir = new Folder();
  const recipe = dir.put("x.yaml", RECIPE);
  const ran = await probekit([
    "run",
    recipe,
    "--probe",
    "sim:stm32f746g-disco",
    "--set",
    "device_key=hunter2hunter2",
  ]);
  assertEquals(ran.exit, 2);
  assertStringIncludes(ran.err, "given in the open");
  assert(!(ran.err + ran.out).includes("hunter2"));
});
