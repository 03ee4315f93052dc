/** Factory work on virtual boards: what a unit gets, and what stops it. */
import { crc32 } from "../../src/recipe/acts/layout_bytes.ts";
import type { RunEnv } from "../../src/recipe/mod.ts";
import { recipeFault } from "../../src/recipe/mod.ts";
import type { OpenSim } from "../../src/sim/mod.ts";
import { firmwareHex } from "./firmware.ts";
import { FACTORY, factoryEnv, factoryFiles, hashed, KEY, StationFolder } from "./station.ts";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  bench,
  type Call,
  Files,
  lasting,
  type Outcome,
  run,
  states,
} from "./support.ts";

const PAGE = 0x000F_F800;
const text = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, (bytes.indexOf(0) + bytes.length) % bytes.length));

/** A board at a station. */
class World implements Disposable {
  readonly station = new StationFolder();
  constructor(readonly sim: OpenSim = bench("factory")) {}
  async program(call: Call = {}, says?: string): Promise<Outcome> {
    const files = call.files ?? factoryFiles(says);
    const image = hashed("app.hex", String(files.given["app.hex"]));
    return await this.run("factory-program", {
      inputs: { ...FACTORY, image, ...call.inputs },
      files,
      env: call.env ?? {},
      ...(call.options ? { options: call.options } : {}),
    });
  }
  async run(recipe: string, call: Call = {}): Promise<Outcome> {
    const env = { ...factoryEnv(this.sim, await this.station.open()), ...call.env };
    return await run(this.sim, recipe, { ...call, env });
  }
  /** An empty board again, as after a recovery. */
  async open(): Promise<void> {
    const { result, shown } = await this.run("recover-option-bytes", {
      inputs: { allow_erase: true },
    });
    assertEquals(result.outcome, "PASS", shown);
  }
  /** A number that belongs to another chip. */
  taken(serial: string, uid: string): void {
    const [run, order, at] = ["R", "WO-000001", "2026-01-01T00:00:00Z"];
    const entry = { serials: "1.0", kind: "commit", serial, uid, order, run, at };
    Deno.writeTextFileSync(`${this.station.path}/serials.jsonl`, `${JSON.stringify(entry)}\n`);
  }
  get page(): Uint8Array {
    return this.sim.board.flash.slice(PAGE, PAGE + 256);
  }
  get serials(): readonly string[] {
    return this.station.lines("serials.jsonl").map((e) => `${e["kind"]} ${e["serial"]}`);
  }
  [Symbol.dispose](): void {
    this.station[Symbol.dispose]();
  }
}

const refused = (o: Outcome, slug: string, exit: number): void => {
  assertEquals([o.result.error?.slug, o.result.exit], [slug, exit], o.shown);
};

Deno.test("factory-program: the unit carries its number and its key, is locked, and is recorded", async () => {
  using world = new World();
  const { result, shown, events } = await world.program();
  assertEquals(result.outcome, "PASS", shown);
  assertEquals(result.outputs, { serial: "AB00012345", rework: false });
  const page = world.page;
  assertEquals(text(page.slice(0x08, 0x20)), "AB00012345");
  assertEquals(text(page.slice(0x20, 0x30)), "WO-004711");
  assertEquals(page.slice(0x40, 0x60), KEY);
  const sum = new DataView(page.buffer).getUint32(0xFC, true);
  assertEquals(sum, crc32(page.slice(0, 0xFC)));
  assertEquals(world.sim.board.options.level, 1);
  assertEquals(world.serials, ["reserve AB00012345", "commit AB00012345"]);
  assertEquals(world.sim.board.warnings, []);
  const [record] = world.station.lines("records.jsonl");
  assertEquals(record?.["outcome"], "PASS");
  assertEquals((record?.["unit"] as { serial: string }).serial, "AB00012345");
  assertEquals(record?.["order"], "WO-004711");
  const label = [...Deno.readDirSync(`${world.station.path}/spool`)];
  assertEquals(label.length, 1);
  const printed = Deno.readTextFileSync(`${world.station.path}/spool/${label[0]?.name}`);
  assertEquals(printed, "SN AB00012345\nSTM32F74x/F75x\nWO-004711 2026-11-25\n");
  const said = JSON.stringify([result, events, record]);
  assert(!said.includes(btoa(String.fromCharCode(...KEY)).slice(0, 20)), "the key is nowhere");
});

Deno.test("factory-program: the same chip again keeps its number, and is called a rework", async () => {
  using world = new World();
  await world.program();
  await world.open();
  const again = await world.program();
  assertEquals(again.result.outputs, { serial: "AB00012345", rework: true });
  assertEquals(world.serials, ["reserve AB00012345", "commit AB00012345"]);
});

Deno.test("factory-program: a unit that fails its self-test is rejected, keeps its number and is not locked", async () => {
  using world = new World();
  const { result, shown } = await world.program({}, "SELFTEST FAIL fw=1.4.2\n");
  refused({ result, shown } as Outcome, "measurement-failed", 10);
  assertEquals(result.outcome, "FAIL");
  assertEquals(world.sim.board.options.level, 0);
  assertEquals(world.serials, ["reserve AB00012345"], "the chip carries it");
  const [reject] = world.station.lines("rejects.jsonl");
  assertEquals([reject?.["reason"], reject?.["serial"]], ["E1002", "AB00012345"]);
  assertEquals(world.station.lines("records.jsonl").map((r) => r["outcome"]), ["FAIL"]);
});

Deno.test("factory-program: the version that the program says has to be the image's", async () => {
  using world = new World();
  const { result } = await world.program({}, "SELFTEST PASS fw=1.4.1\n");
  assertEquals(result.exit, 10);
  const bad = result.record.measurements.filter((m) => m.outcome === "FAIL");
  assertEquals(bad.map((m) => [m.name, m.value]), [["fw", "1.4.1"]]);
  assertStringIncludes(result.error?.title ?? "", "fw is 1.4.1, wanted is 1.4.2");
});

Deno.test("factory-program: a silent program is a bad unit; what an earlier one said does not count", async () => {
  using world = new World();
  await world.program({}, "SELFTEST FAIL fw=1.4.2\n");
  const silent = await world.program({}, "nothing to say\n");
  refused(silent, "program-said-nothing", 10);
  assertStringIncludes(silent.shown, 'the last it said was "boot');
  const mute = new Files({ "app.hex": firmwareHex(""), "unit.key": KEY });
  const other = await world.program({ files: mute });
  refused(other, "program-said-nothing", 10);
  assertStringIncludes(other.shown, "it said nothing");
});

Deno.test("factory-program: a number of the scanner is checked against book and blocks", async () => {
  using world = new World();
  const before = lasting(world.sim.board);
  refused(await world.program({ inputs: { serial: "AB00099999" } }), "serial-not-ours", 11);
  refused(await world.program({ inputs: { serial: "XY00012345" } }), "serial-not-ours", 11);
  world.taken("AB00012346", "other");
  refused(await world.program({ inputs: { serial: "AB00012346" } }), "serial-taken", 11);
  assertEquals(lasting(world.sim.board), before);
  const good = await world.program({ inputs: { serial: "AB00012347" } });
  assertEquals(good.result.outputs["serial"], "AB00012347");
  await world.open();
  refused(await world.program({ inputs: { serial: "AB00020000" } }), "serial-uid-twice", 11);
});

Deno.test("factory-program: when the station has no number left, nothing is touched", async () => {
  using world = new World();
  world.taken("AB00000001", "other");
  Deno.writeTextFileSync(
    `${world.station.path}/station.yaml`,
    "station: v1\nname: s\nserials: { prefix: AB, digits: 8, blocks: [1..1] }\n",
  );
  const before = lasting(world.sim.board);
  const full = await world.program();
  refused(full, "serials-used-up", 11);
  assertEquals(full.result.board.state, "untouched");
  assertEquals(lasting(world.sim.board), before);
});

Deno.test("factory-program: the image has to be the one that was meant", async () => {
  using world = new World();
  const before = lasting(world.sim.board);
  const bare = await world.program({ inputs: { image: "app.hex" } });
  refused(bare, "input-wrong", 2);
  assertStringIncludes(bare.shown, "a file with the hash it must have, like app.hex#sha256:");
  const other = await world.program({ inputs: { image: hashed("app.hex", "another") } });
  refused(other, "input-wrong", 2);
  assertStringIncludes(other.shown, "the file whose sha256 is");
  assertEquals(lasting(world.sim.board), before);
  const planned = await world.program({ options: { dryRun: true, savePlan: true } });
  assert(planned.result.plan);
  // a plan has said which file it means
  const applied = await world.program({
    inputs: { image: "app.hex" },
    options: { expect: planned.result.plan },
  });
  assertEquals(applied.result.outcome, "PASS", applied.shown);
});

Deno.test("factory-program: no station, no record, no pass", async () => {
  using world = new World();
  const { station: _s, keepRecord: _k, ...bare } = factoryEnv(
    world.sim,
    await world.station.open(),
  );
  const call = { inputs: FACTORY, files: factoryFiles() };
  const before = lasting(world.sim.board);
  refused(await run(world.sim, "factory-program", { ...call, env: bare }), "record-impossible", 11);
  const kept: Partial<RunEnv> = { ...bare, keepRecord: () => Promise.resolve() };
  refused(await run(world.sim, "factory-program", { ...call, env: kept }), "no-station", 11);
  assertEquals(lasting(world.sim.board), before);
  const lost: Partial<RunEnv> = {
    keepRecord: () =>
      Promise.reject(
        recipeFault("station-not-written", { file: "records.jsonl", why: "disk full" }),
      ),
  };
  const unrecorded = await world.program({ env: lost });
  refused(unrecorded, "record-not-kept", 20);
  assertEquals(unrecorded.result.outcome, "ERROR");
  assertStringIncludes(unrecorded.shown, "disk full");
});

Deno.test("seal: only a unit that passed, only by the word of this very chip, and then for ever", async () => {
  using world = new World();
  const word = "SEAL-3237";
  const typing = (answer: string | undefined, seen: string[] = []): Call => ({
    env: {
      typeWord: (_plan, wanted) => {
        seen.push(wanted);
        return Promise.resolve(answer);
      },
    },
  });
  const seen: string[] = [];
  refused(await world.run("seal", typing(word, seen)), "require-failed", 11);
  assertEquals(seen, [], "nobody is asked for what is refused");
  await world.program();
  const before = lasting(world.sim.board);
  for (const answer of [undefined, "", "yes", "SEAL-0000", word.toLowerCase(), `${word}x`]) {
    refused(await world.run("seal", typing(answer, seen)), "seal-word-missing", 30);
  }
  assertEquals(new Set(seen), new Set([word]));
  // agreeing to everything is not the word
  refused(await world.run("seal"), "seal-word-missing", 30);
  assertEquals(lasting(world.sim.board), before);
  const { result, shown } = await world.run("seal", typing(word));
  assertEquals(result.outcome, "PASS", shown);
  assertEquals(result.outputs, { serial: "AB00012345" });
  assertEquals(world.sim.board.options.level, 2);
  assertStringIncludes(
    result.steps.find((s) => s.id === "proof")?.summary ?? "",
    "the debug port does not answer (link-no-answer) while the board has 3.25 V",
  );
  assertEquals(result.error, undefined);
  refused(await world.run("seal", typing(word)), "link-no-answer", 21);
  assertEquals(world.station.lines("records.jsonl").at(-1)?.["outcome"], "ERROR");
});

Deno.test("revive-and-ship: a locked board is opened, programmed and started; a good one is only programmed", async () => {
  const files = factoryFiles();
  const inputs = { images: "main=app.hex,radio=app.hex", variant: "main" };
  using locked = new World(bench("rdp1"));
  const revived = await locked.run("revive-and-ship", { inputs, files });
  assertEquals(revived.result.outcome, "PASS", revived.shown);
  assertEquals(revived.result.outputs, { recovered: true });
  assertEquals(locked.sim.board.core, "running");
  using good = new World();
  const calibration = Uint8Array.from({ length: 4096 }, (_, i) => i % 251);
  good.sim.board.putFlash(0x080F_0000, calibration);
  const shipped = await good.run("revive-and-ship", { inputs, files });
  assertEquals(shipped.result.outputs, { recovered: false });
  assertEquals(states(shipped)["recover"], "skipped");
  assertEquals(good.sim.board.flash.slice(0xF_0000, 0xF_1000), calibration);
});

Deno.test("factory-program: the cable is pulled anywhere: no number twice, no good unit in the bin, and it goes on", async () => {
  let pulled = 0;
  for (const at of [40, 90, 140, 190, 240, 280, 300, 320, 340, 360, 375]) {
    const chaos = bench(`sim:stm32f746g-disco?scenario=factory&chaos=unplug@${at}`);
    using world = new World(chaos);
    const { result, shown } = await world.program();
    if (result.outcome === "PASS") continue;
    pulled++;
    assert([20, 21, 22, 40].includes(result.exit), `${at}: ${result.exit}\n${shown}`);
    assertEquals(world.station.lines("rejects.jsonl"), [], `${at}: it is the cable that is bad`);
    assertEquals(world.station.lines("records.jsonl").length, 1, `${at}: it is recorded`);
    chaos.board.replug();
    // a unit that is locked by now is opened first: nobody can look what it holds
    if (chaos.board.options.level === 1) await world.open();
    const again = await world.program();
    assertEquals(again.result.outcome, "PASS", `after ${at}\n${again.shown}`);
    assertEquals(again.result.outputs["serial"], "AB00012345", `after ${at}`);
    assertEquals(text(world.page.slice(0x08, 0x20)), "AB00012345");
  }
  assert(pulled > 5, `${pulled}`);
});
