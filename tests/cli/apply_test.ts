/** `probekit apply`: the plan that was agreed to, as it was made, once. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { firmware, Folder, probekit, probekitJson } from "./support/program.ts";

const AT = "0x08000000";

/** A board that stays, with a journal of its own. */
class Desk implements Disposable {
  readonly dir = new Folder();
  readonly image = this.dir.put("app.bin", firmware(3000));
  readonly plan = this.dir.at("plan.json");
  readonly #where = (scenario = "") => [
    "--probe",
    `sim:stm32f746g-disco?${scenario}state=${this.dir.at("board.pk")}`,
    "--journal",
    this.dir.at("journal"),
  ];
  readonly #inputs = ["--set", `image=${this.image}`, "--set", `base=${AT}`];
  async planned(...words: readonly string[]) {
    const args = ["plan", "flash", ...this.#inputs, ...words, "-o", this.plan];
    return await probekitJson([...args, ...this.#where("scenario=blank&")]);
  }
  applied(...words: readonly string[]) {
    return probekitJson(["apply", this.plan, ...words, ...this.#where()]);
  }
  run(...words: readonly string[]) {
    return probekit([...words, ...this.#where()]);
  }
  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

Deno.test("apply: the record and the run folder name the plan that was agreed to", async () => {
  using desk = new Desk();
  const { plan_id } = await desk.planned();
  const done = await desk.applied("--run-folder", desk.dir.at("run"));
  assertEquals([done.exit, done.outcome], [0, "PASS"], done.err);
  assertEquals([done.plan.plan_id, done.record.plan], [plan_id, plan_id]);
  const kept = JSON.parse(Deno.readTextFileSync(desk.dir.at("run/plan.json")));
  assertEquals(kept.plan_id, plan_id);
});

Deno.test("apply: a plan is applied once, also on a board that is again as it was", async () => {
  using desk = new Desk();
  const { plan_id } = await desk.planned();
  assertEquals((await desk.applied()).exit, 0);
  const undone = await desk.run("erase", "--sectors", "all", "--yes");
  assertEquals(undone.exit, 0, undone.err);
  const again = await desk.applied();
  assertEquals([again.exit, again.error.slug], [31, "plan-used"], again.err);
  assertStringIncludes(again.err, `The plan ${plan_id} was applied already`);
  assertStringIncludes(again.err, "untouched: nothing was written");
});

Deno.test("apply: a plan whose run never got to the board is not used up", async () => {
  using desk = new Desk();
  await desk.planned();
  const lost = await desk.run("apply", desk.plan, "--set", "image=nothing.bin");
  assertEquals(lost.exit, 2, lost.err);
  const looked = await desk.run("apply", desk.plan, "--dry-run");
  assertEquals(looked.exit, 0, looked.err);
  assertEquals((await desk.applied()).exit, 0);
});

Deno.test("apply: what was set for the target when it was planned holds", async () => {
  using desk = new Desk();
  const set = ["--set-target", "leave=halted", "--set-target", "attach=under-reset"];
  const { target, leave } = await desk.planned(...set);
  assertEquals([target.attach, leave], ["under-reset", "halted"]);
  const done = await desk.applied();
  assertEquals([done.exit, done.left, done.plan.target.attach], [0, "halted", "under-reset"]);
  assertEquals(done.record.overrides, ["attach=under-reset", "leave=halted"]);
});

Deno.test("apply: another way to attach, or to leave, is another plan", async () => {
  using desk = new Desk();
  await desk.planned();
  const attached = await desk.applied("--attach", "under-reset");
  assertEquals([attached.exit, attached.error.slug], [31, "plan-stale"]);
  assertStringIncludes(attached.err, "how the chip is attached to");
  const left = await desk.applied("--set-target", "leave=halted");
  assertEquals([left.exit, left.error.slug], [31, "plan-stale"]);
  assertStringIncludes(left.err, "how the board is left");
});

Deno.test("apply: inputs of every type come back from the plan as they were", async () => {
  using dir = new Folder();
  const recipe = dir.put(
    "typed.yaml",
    `recipe: v1
name: typed
summary: one input of each type
effect: read
inputs:
  b: { type: bool, default: true }
  i: { type: int, default: -8 }
  d: { type: double, default: 2.5 }
  s: { type: string, default: "0012" }
  a: { type: address, default: 0x0800_0000 }
  r: { type: region, default: 0x0800_0000 +4KiB }
  all: { type: list<region>, default: [all, 0x0804_0000 +1KiB] }
  n: { type: sectors, default: "0..2,5" }
  z: { type: size, default: 64KiB }
  auto: { type: frequency, default: auto }
  f: { type: frequency, default: 950kHz }
  t: { type: map<duration>, default: { x: 200ms } }
  v: { type: voltage, default: 3.1V }
  y: { type: bytes, default: 00ff10 }
steps:
  - id: who
    uses: chip.identify
    when: inputs.b && inputs.i < 0 && inputs.d > 1.0 && inputs.s == '0012' && inputs.t.x == 200
  - require: inputs.a == 0x08000000 && size(inputs.all) == 2 && inputs.v > 3.0 && inputs.z == 65536
  - require: inputs.n == '0,1,2,5' && inputs.auto == 0 && inputs.f == 950000 && size(inputs.y) == 3
  - require: inputs.r == '0x08000000 +4096'
`,
  );
  const plan = dir.at("plan.json");
  const planned = await probekitJson([
    "plan",
    recipe,
    "-o",
    plan,
    "--probe",
    "sim:stm32f746g-disco",
  ]);
  assertEquals(planned.exit, 0, planned.err);
  const done = await probekitJson(["apply", plan, "--probe", "sim:stm32f746g-disco"]);
  assertEquals([done.exit, done.outcome], [0, "PASS"], done.err);
  assertEquals(done.plan.inputs, planned.inputs);
  assert(done.steps.every((s: { state: string }) => s.state === "unchanged"));
});

Deno.test("apply: a plan file that was damaged or edited is refused, whatever was done to it", async () => {
  using desk = new Desk();
  await desk.planned();
  const whole = JSON.parse(Deno.readTextFileSync(desk.plan));
  const edits: readonly (readonly [string, (plan: typeof whole) => void])[] = [
    ["plan-unreadable", (p) => p.steps.unshift(null)],
    ["plan-unreadable", (p) => p.files = []],
    ["plan-unreadable", (p) => p.inputs = null],
    ["plan-unreadable", (p) => p.target.overrides = 3],
    ["plan-unreadable", (p) => p.target.overrides = [3]],
    ["plan-unreadable", (p) => p.target.board = "alpha"],
    ["plan-unreadable", (p) => p.target.fingerprint = null],
    ["plan-stale", (p) => p.steps = []],
    ["plan-stale", (p) => p.leave = "halted"],
    ["plan-stale", (p) => p.target.overrides = ["leave=halted"]],
    ["plan-stale", (p) => p.target.attach = "attach"],
    ["plan-stale", (p) => delete p.recipe.uses],
    ["plan-stale", (p) => p.steps[1].state = "unchanged"],
    ["plan-stale", (p) => p.inputs.base = 0x0804_0000],
  ];
  for (const [slug, edit] of edits) {
    const plan = structuredClone(whole);
    edit(plan);
    Deno.writeTextFileSync(desk.plan, JSON.stringify(plan));
    const { exit, error } = await desk.applied();
    assertEquals([exit, error.slug], [31, slug], String(edit));
  }
  Deno.writeTextFileSync(desk.plan, JSON.stringify(whole));
  assertEquals((await desk.applied()).exit, 0);
});
