/** `--json` has its object also when a call fails before a run has begun, and it is the only one. */
import { assertEquals } from "@std/assert";
import { Folder, probekit, probekitJson } from "./support/program.ts";

const SIM = ["--probe", "sim:stm32f746g-disco"];

Deno.test("--json: a call that fails before its run says so as JSON", async () => {
  using dir = new Folder();
  const junk = dir.put("plan.json", "{}");
  const calls: readonly (readonly [readonly string[], number, string])[] = [
    [["run", dir.at("nothing.yaml"), ...SIM], 2, "cannot-read-file"],
    [["run", "flash", "--set", "image", ...SIM], 2, "bad-usage"],
    [["apply", dir.at("nothing.json"), ...SIM], 2, "cannot-read-file"],
    [["apply", junk, ...SIM], 31, "plan-unreadable"],
    [["plan", "flash", "--probe", "sim:nothing"], 2, "sim-unknown-board"],
    [["info", "--probe", "sim:nothing"], 2, "sim-unknown-board"],
    [["run", "flash", "--each", dir.at("nothing.csv")], 2, "cannot-read-file"],
  ];
  for (const [args, exit, slug] of calls) {
    const said = await probekitJson(args);
    assertEquals([said.outcome, said.exit, said.error.slug], ["ERROR", exit, slug], args.join(" "));
  }
});

Deno.test("--json FILE, and beside --events -: the same, once", async () => {
  using dir = new Folder();
  const args = ["run", dir.at("nothing.yaml"), ...SIM];
  const file = dir.at("out.json");
  const ran = await probekit([...args, "--json", file]);
  assertEquals([ran.exit, ran.out], [2, ""]);
  assertEquals(JSON.parse(Deno.readTextFileSync(file)).error.slug, "cannot-read-file");
  const lines = (await probekit([...args, "--json", "--events", "-"])).out.trimEnd().split("\n");
  assertEquals(lines.length, 1);
  assertEquals(JSON.parse(lines[0]!).error.code, "E0201");
  const failing = await probekit(["run", "flash", "--set", "image=none.hex", ...SIM, "--json"]);
  assertEquals(JSON.parse(failing.out).error.slug, "cannot-read-file");
});
