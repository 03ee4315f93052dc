// deno-lint-ignore-file no-control-regex -- escape codes are what is looked for
/** What every verb has in common: where output goes, traces, colours, completions, usage, the environment. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  firmware,
  Folder,
  noise,
  probekit,
  probekitJson,
  probekitProcess,
  ROOT,
} from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const AT = "0x08000000";
const lines = (text: string): readonly string[] => text.trim().split("\n");

Deno.test("--quiet: nothing on stdout when all is well, and on stderr neither", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  for (
    const words of [
      ["flash", image, "--base", AT],
      ["verify", image, "--base", AT],
      ["backup", "--to", dir.at("backup")],
      ["read", AT, "16", "-o", dir.at("a.bin")],
      ["info"],
      ["options"],
      ["reset"],
      ["erase", "--yes"],
    ]
  ) {
    const { exit, out, err } = await probekit([...words, "--quiet", "--probe", probe]);
    assertEquals([words[0], exit, out, err], [words[0], 0, "", ""]);
  }
});

Deno.test("--json FILE: the object goes to the file, the lines for people stay", async () => {
  using dir = new Folder();
  const file = dir.at("deep/er/info.json");
  const { exit, out } = await probekit(["info", "--json", file, "--probe", SIM]);
  assertEquals([exit, JSON.parse(Deno.readTextFileSync(file)).flashKiB], [0, 1024]);
  assertStringIncludes(out, "STM32F74x/F75x");
});

Deno.test("--json of a run that fails: the diagnostic is in it, and its exit code", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const wrp = `${SIM}?scenario=wrp`;
  const json = await probekitJson(["flash", image, "--base", AT, "--probe", wrp]);
  assertEquals(
    [json.exit, json.outcome, json.error.code, json.error.exit, json.board.state],
    [11, "ERROR", "E1101", 11, "untouched"],
  );
});

Deno.test("--events -: one JSON object a line, from version to run.end, in the board's time", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const { exit, out } = await probekit(
    ["flash", image, "--base", AT, "--events", "-", "--json", "--probe", SIM],
  );
  assertEquals(exit, 0);
  const events = lines(out).map((l) => JSON.parse(l));
  assertEquals(events.pop().outcome, "PASS"); // the object of --json, on one line
  const types = events.map((e) => e.type);
  assertEquals([types[0], types[1], types.at(-1)], ["version", "run.start", "run.end"]);
  for (const type of ["attached", "plan", "step.start", "step.end", "progress"]) {
    assert(types.includes(type), type);
  }
  assertEquals(new Set(events.map((e) => e.run)).size, 1);
  assertEquals(events.at(-1).exit, 0);
  const times = events.map((e) => e.mono_ms);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("--trace FILE, then replay:FILE: the same run again without a board", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", noise(5000, 4));
  const trace = dir.at("trace.jsonl");
  const words = ["flash", image, "--base", AT, "--halt"];
  const first = await probekitJson([...words, "--probe", SIM, "--trace", trace]);
  const again = await probekitJson([...words, "--probe", `replay:${trace}`]);
  assertEquals([first.exit, first.verified], [0, true]);
  assertEquals({ ...again }, { ...first });

  const other = await probekit(["info", "--probe", `replay:${trace}`]);
  assertEquals(other.exit, 20);
  assertMatch(other.err, /^error\[E20\d\d trace-differs\]/m);
});

Deno.test("--trace of a failed run replays to the same error", async () => {
  using dir = new Folder();
  const trace = dir.at("trace.jsonl");
  const first = await probekit(
    ["read", AT, "64", "--probe", `${SIM}?scenario=rdp1`, "--trace", trace],
  );
  const again = await probekit(["read", AT, "64", "--probe", `replay:${trace}`]);
  assertEquals([again.exit, again.err], [first.exit, first.err]);
  assertEquals(first.exit, 11);
});

Deno.test("colours only where they are wanted; a moving bar only on a terminal", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const words = ["flash", image, "--base", AT, "--probe", SIM];
  const plain = await probekit(words);
  assertNotMatch(plain.out + plain.err, /\x1b/);
  assertMatch(plain.err, /^ {2}program +4 KiB {2}[\d.]+ KiB\/s$/m);
  const rich = await probekit(words, { colour: true, terminal: true });
  assertMatch(rich.err, /\r\x1b\[2K {2}program .*█+.* 100%/);
  assertMatch(rich.out, /\x1b\[/);
  const bad = await probekit(["explain", "E9999"], { colour: true });
  assertMatch(bad.err, /\x1b\[31m/);
});

Deno.test("completions: bash, zsh, fish and powershell print a script; words are completed", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { exit, out } = await probekitProcess(["completions", shell]);
    assertEquals(exit, 0, shell);
    assert(out.length > 500 && out.includes("probekit"), `${shell}: ${out.slice(0, 200)}`);
  }
  const verbs = await probekitProcess(["complete", "--", "fl"]);
  assertMatch(verbs.out, /^flash\b/m);
  const none = await probekit(["completions"]);
  assertEquals([none.exit, none.err], [
    2,
    "usage: probekit completions bash|zsh|fish|powershell\n",
  ]);
});

Deno.test("usage: exit 2 and a sentence that helps", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["flush x.hex", /unknown command 'flush'[\s\S]*flash[\s\S]*: probekit --help/],
    ["flash", /missing required argument 'image'\nSee what there is: probekit flash --help\n$/],
    ["flash x.hex --bse 1", /unknown option '--bse'[\s\S]*--base[\s\S]*: probekit flash --help/],
    ["read here 64", /\[E0200 bad-usage\]: "here" is no address: write it like 0x08000000/],
    ["read 08000000 64", /"08000000" is no address: write it like 0x08000000/],
    ["fingerprint --image x.bin --base 08000000", /"08000000" is no address/],
    ["read 0x08000000 lots", /"lots" is no length: write it like 64KiB/],
    ["info --speed fast", /"fast" is no clock: write it like 4MHz/],
    ["run erase --set sectors", /"sectors" is no NAME=VALUE/],
    ["flash x.hex --base nought", /Input `base` must be an address/],
    ["explain no-permission", /Names like it: usb-no-permission\n[\s\S]*probekit explain\n/],
    ["explain E9999", /no error is called "E9999"/],
    ["read 0x08000000", /missing required argument 'length'/],
    ["erase 0..3", /too many arguments/],
  ];
  for (const [type, says] of cases) {
    const probe = type.startsWith("explain") ? [] : ["--probe", SIM];
    const { exit, out, err } = await probekit([...type.split(" "), ...probe]);
    assertEquals([type, exit, out], [type, 2, ""], err);
    assertMatch(err, says, type);
  }
});

Deno.test("help and version go to stdout and exit 0", async () => {
  const help = await probekit(["--help"]);
  assertEquals([help.exit, help.err], [0, ""]);
  for (const verb of ["flash", "recover", "gdb", "plan", "udev"]) {
    assertMatch(help.out, new RegExp(`^ {2}${verb}\\b`, "m"));
  }
  assertStringIncludes(help.out, "probekit completions bash");
  const one = await probekit(["flash", "--help"]);
  assertStringIncludes(one.out, "--base <address>");
  const version = await probekit(["--version"]);
  assertMatch(version.out, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("PROBEKIT_PROBE names the board; --probe wins over it; NO_COLOR is heeded", async () => {
  const env = { PROBEKIT_PROBE: `${SIM}?scenario=so36160986`, NO_COLOR: "1" };
  const named = await probekitProcess(["options"], { env });
  assertEquals(named.exit, 0, named.err);
  assertStringIncludes(named.out, "0x00FFAAED");
  const other = await probekitProcess(["options", "--probe", SIM], { env });
  assertStringIncludes(other.out, "0xC0FFAAFD");
  assertNotMatch(named.out + named.err, /\x1b/);
});

Deno.test("recipes/recover.ts runs by itself, and as a recipe of the program", async () => {
  using dir = new Folder();
  const probe = `${SIM}?scenario=so36160986&state=${dir.at("board.pk")}`;
  const words = ["--set", `backup=${dir.at("backup")}`, "--probe", probe];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "-A", "recipes/recover.ts", "--dry-run", ...words],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertStringIncludes(text, "OPTCR.WWDG_SW");
  assertStringIncludes(text, "nothing was written");
  const done = await probekitJson(["run", `${ROOT}/recipes/recover.ts`, ...words]);
  assertEquals([done.exit, done.outputs.changed, done.outputs.word], [0, true, 0xC0FF_AAFD]);
  const { notFactory } = await probekitJson(["options", "--probe", probe]);
  assertEquals(notFactory, []);
});

Deno.test("plan -o FILE, then apply FILE: exactly that, and once the board has changed not at all", async () => {
  using dir = new Folder();
  const probe = `${SIM}?scenario=so36160986&state=${dir.at("board.pk")}`;
  const plan = dir.at("plan.json");
  const words = ["--set", `backup=${dir.at("backup")}`, "--probe", probe];
  const planned = await probekit(["plan", "recover-option-bytes", "-o", plan, ...words]);
  assertEquals(planned.exit, 0, planned.err);
  const applied = await probekit(["apply", plan, "--probe", probe]);
  assertEquals(applied.exit, 0, applied.err);
  const stale = await probekit(["apply", plan, "--probe", probe]);
  assertEquals(stale.exit, 31, stale.err);
  assertMatch(stale.err, /^error\[E310\d /m);
});

Deno.test("--dry-run --detailed-exit: 3 when something would change, 0 when nothing would", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  const words = ["flash", image, "--base", AT, "--probe", probe];
  const dry = [...words, "--dry-run", "--detailed-exit"];
  assertEquals((await probekit(dry)).exit, 3);
  assertEquals((await probekit(words)).exit, 0);
  assertEquals((await probekit(dry)).exit, 0);
});

Deno.test("erase asks; yes is yes and anything else is no", async () => {
  using dir = new Folder();
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  const no = await probekit(["erase", "--probe", probe], { answer: "no" });
  assertEquals(no.exit, 30);
  assertStringIncludes(no.err, "This will erase sector 0 (32 KiB). Go on? Type yes: no");
  const yes = await probekit(["erase", "--probe", probe], { answer: "yes" });
  assertEquals(yes.exit, 0, yes.err);
  assertStringIncludes(yes.out, "sectors_erased");
});

Deno.test("verify: exit 10 when the chip holds something else, with the first difference", async () => {
  using dir = new Folder();
  const image = dir.put("app.bin", firmware(4096));
  const { exit, err, error } = await probekitJson(
    ["verify", image, "--base", AT, "--probe", SIM],
  );
  assertEquals([exit, error.exit], [10, 10], err);
});
