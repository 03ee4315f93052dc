/** A station's folder: what is in it survives a cut at any byte, several processes, and no change goes unseen. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { Fault } from "../../src/base/mod.ts";
import { type RunRecord, type SerialEntry, verifyChain } from "../../src/recipe/mod.ts";
import { FileStation } from "../../src/cli/station.ts";
import { Folder } from "./support/program.ts";

const YAML = "station: v1\nname: s1\nserials: { prefix: S, digits: 4, blocks: [1..9999] }\n";

function folder(): Folder {
  const dir = new Folder();
  dir.put("station.yaml", YAML);
  return dir;
}
const entry = (kind: SerialEntry["kind"], serial: string, uid: string): SerialEntry => ({
  serials: "1.0",
  kind,
  serial,
  uid,
  order: "WO-1",
  run: "R",
  at: "2026-11-26T00:00:00Z",
});

async function reserve(station: FileStation, uid: string): Promise<string> {
  return await station.serials((book) => {
    const r = book.reserve({ uid, order: "WO-1" });
    return { add: r.had ? undefined : entry("reserve", r.serial, uid), gives: r.serial };
  });
}

Deno.test("station: cut at any byte of any write, a chip still has one number and nobody else has it", async () => {
  const op = fc.record({
    uid: fc.constantFrom("a", "b", "c", "d"),
    cut: fc.double({ noNaN: true, min: 0, max: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 1, maxLength: 12 }), async (ops) => {
      using dir = folder();
      const station = await FileStation.open(dir.path);
      const file = dir.at("serials.jsonl");
      const promised = new Map<string, string>();
      for (const { uid, cut } of ops) {
        const old = exists(file) ? Deno.readFileSync(file) : new Uint8Array(0);
        const serial = await reserve(station, uid);
        const now = Deno.readFileSync(file);
        // the machine stops in the middle of that write: so much of it is on the disk
        const kept = old.length + Math.floor((now.length - old.length) * cut);
        if (kept < now.length) Deno.writeFileSync(file, now.slice(0, kept));
        else promised.set(uid, serial);
        const again = await FileStation.open(dir.path);
        for (const [u, s] of promised) assertEquals(await reserve(again, u), s);
      }
      const live = await station.serials((book) => ({ gives: book.live }));
      assertEquals(new Set(live.map((h) => h.serial)).size, live.length);
      assertEquals(new Set(live.map((h) => h.uid)).size, live.length);
    }),
    { numRuns: 20 },
  );
});

const exists = (file: string): boolean => {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
};

Deno.test("station: processes at the same time give different chips different numbers", async () => {
  using dir = folder();
  const script = dir.put(
    "take.ts",
    `import { FileStation } from "${new URL("../../src/cli/station.ts", import.meta.url)}";
const station = await FileStation.open(${JSON.stringify(dir.path)});
for (let i = 0; i < 10; i++) {
  const uid = Deno.args[0] + i;
  await station.serials((book) => {
    const r = book.reserve({ uid, order: "o" });
    const add = { serials: "1.0", kind: "reserve", serial: r.serial, uid, order: "o", run: "r", at: "t" };
    return { add, gives: r.serial };
  });
}
`,
  );
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const runs = ["a", "b", "c"].map((name) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", config, script, name],
      stderr: "piped",
    }).output()
  );
  for (const { success, stderr } of await Promise.all(runs)) {
    assert(success, new TextDecoder().decode(stderr));
  }
  const station = await FileStation.open(dir.path);
  const live = await station.serials((book) => ({ gives: book.live }));
  assertEquals(live.length, 30);
  assertEquals(new Set(live.map((h) => h.serial)).size, 30);
  assertEquals(live.map((h) => h.serial).sort().at(-1), "S0030");
});

const record = (uid: string, outcome: RunRecord["outcome"]): RunRecord =>
  ({ record: "1.0", run: "R", unit: { uid, part: "p", rev: "Z" }, outcome }) as RunRecord;

async function chain(dir: Folder): Promise<{ lines: string[]; open: string }> {
  const station = await FileStation.open(dir.path);
  for (const uid of ["a", "b", "a", "c"]) await station.record(record(uid, "PASS"));
  const lines = Deno.readTextFileSync(dir.at("records.jsonl")).trim().split("\n");
  return { lines, open: Deno.readTextFileSync(dir.at("station.pub")).trim() };
}

Deno.test("station: records are a signed chain, found by chip, and the key is its owner's", async () => {
  using dir = folder();
  const { lines, open } = await chain(dir);
  const { last, problems } = await verifyChain(lines, open);
  assertEquals(problems, []);
  assertEquals([last?.seq, last?.station], [4, "s1"]);
  const station = await FileStation.open(dir.path);
  assertEquals((await station.records("a")).length, 2);
  assertEquals(await station.records("x"), []);
  assertEquals((Deno.statSync(dir.at("station.key")).mode ?? 0) % 0o1000, 0o600);
});

Deno.test("station: a record that was changed, taken out, put in, moved or signed by others shows", async () => {
  using dir = folder();
  using other = folder();
  const { lines, open } = await chain(dir);
  const foreign = (await chain(other)).lines;
  const [a = "", b = "", c = "", d = ""] = lines;
  const cases: readonly (readonly [string[], number, string])[] = [
    [[a, b.replace('"PASS"', '"FAIL"'), c, d], 2, "its content is not what its hash says"],
    [[a, c, d], 2, "its number is 3, where 2 belongs"],
    [[a, b, b, c, d], 3, "its number is 2, where 3 belongs"],
    [[b, a, c, d], 1, "its number is 2, where 1 belongs"],
    [[a, foreign[1] ?? "", c, d], 2, "it is not signed with this station's key"],
    [[a, b.replace(/"sig":"[^"]*"/, '"sig":"ed25519:AAAA"'), c, d], 2, "it is not signed"],
    [[a, b.slice(0, 100), c, d], 2, "it is no record: it was cut short or changed"],
    [["null", a, b, c, d], 1, "it is no record"],
  ];
  for (const [changed, line, why] of cases) {
    const { problems } = await verifyChain(changed, open);
    const [first] = problems;
    assertEquals(first?.line, line, why);
    assertStringIncludes(first?.why ?? "", why);
  }
});

Deno.test("station: what cannot be opened or written is said", async () => {
  using dir = new Folder();
  const slug = (work: Promise<unknown>): Promise<string> =>
    work.then(() => "none", (e) => {
      if (e instanceof Fault) return e.slug;
      throw e;
    });
  assertEquals(await slug(FileStation.open(dir.path)), "no-station");
  for (
    const yaml of [
      "station: v2\nname: s\n",
      "station: v1\nname: s\nserials: { digits: 16, blocks: [1..2] }\n",
      "station: v1\nname: s\nserials: { digits: 2, blocks: [9..1] }\n",
      "station: v1\nname: s\nserials: { digits: 2, blocks: [1..100] }\n",
      "station: v1\nname: s\nserials: { digits: 2, blocks: [1..5, 5..9] }\n",
    ]
  ) {
    dir.put("station.yaml", yaml);
    assertEquals(await slug(FileStation.open(dir.path)), "station-file-wrong", yaml);
  }
  dir.put("station.yaml", YAML);
  const station = await FileStation.open(dir.path);
  for (const damaged of ["nix", "%", "MC4CAQAwBQYDK2VwBCIEIA=="]) {
    dir.put("station.key", damaged);
    assertEquals(await slug(station.record(record("a", "PASS"))), "station-key-unusable", damaged);
    assertEquals(await slug(verifyChain([], damaged)), "station-key-unusable", damaged);
  }
  assertEquals([...Deno.readDirSync(dir.path)].some((e) => e.name === "records.jsonl"), false);
  Deno.mkdirSync(dir.at("serials.jsonl"));
  assertEquals(await slug(reserve(station, "a")), "station-not-written");
  Deno.mkdirSync(dir.at("records.jsonl"));
  assertEquals(await slug(station.record(record("a", "PASS"))), "station-not-written");
  Deno.mkdirSync(dir.at("rejects.jsonl"));
  const note = { at: "t", run: "r", uid: "u", serial: null, reason: "E1" };
  assertEquals(await slug(station.reject(note)), "station-not-written");
});
