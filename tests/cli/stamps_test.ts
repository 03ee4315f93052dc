/** probekit.mk for several boards, with GNU make: stamps follow the chips. And the verbs they stand on. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needsProgram } from "../support/need.ts";
import { firmware, Folder, probekit, probekitJson, ROOT } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const AT = "0x08000000";

/** Two boards on one Makefile. */
class Bench implements Disposable {
  readonly dir = new Folder();
  constructor(boards: Readonly<Record<string, string>>) {
    this.image(1);
    const probes = Object.entries(boards).map(([name, probe]) => `PROBE_${name} = ${probe}`);
    this.dir.put(
      "Makefile",
      [
        `IMAGE = app.bin`,
        `BASE = ${AT}`,
        `BOARDS = ${Object.keys(boards).join(" ")}`,
        ...probes,
        // bin/probekit, without the permissions it asks for: they are another test's
        `PROBEKIT = "$(DENO)" run -q --no-check -A ${ROOT}/tasks/probekit.ts`,
        `include ${ROOT}/probekit.mk`,
        ``,
      ].join("\n"),
    );
  }
  image(seed: number): void {
    this.dir.put("app.bin", firmware(3000, seed));
  }
  /** Runs make; gives its exit code, the boards that were flashed, and what it said. */
  async make(...words: readonly string[]) {
    const { code, stdout, stderr } = await new Deno.Command("make", {
      args: [...words],
      cwd: this.dir.path,
      env: { DENO: Deno.execPath(), PROBEKIT_LOCKS: this.dir.at("locks"), MAKEFLAGS: "" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const out = new TextDecoder().decode(stdout);
    const err = new TextDecoder().decode(stderr);
    const flashed = [...out.matchAll(/^(\w+): flashed$/gm)].map(([, name]) => name).sort();
    return { code, out, err, flashed };
  }
  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

const two = () => new Bench({ alpha: `${SIM}?state=alpha.pk`, beta: `${SIM}?state=beta.pk` });

needsProgram(
  "make",
  "stamps: -j2 flashes both; again does nothing; a new image does both",
  async () => {
    using bench = two();
    const first = await bench.make("-j2", "flash");
    assertEquals([first.code, first.flashed], [0, ["alpha", "beta"]], first.err);
    const again = await bench.make("-j2", "flash");
    assertEquals([again.code, again.flashed], [0, []], again.out);
    bench.image(2);
    const changed = await bench.make("-j2", "flash");
    assertEquals([changed.code, changed.flashed], [0, ["alpha", "beta"]], changed.err);
    const same = await bench.make("-j2", "verify");
    assertEquals(same.code, 0, same.err);
    assertStringIncludes(same.out, "alpha: same");
    assertStringIncludes(same.out, "beta: same");
  },
);

needsProgram(
  "make",
  "stamps: a swapped board, or one flashed by hand, is flashed, and only that one",
  async () => {
    using bench = two();
    const { dir } = bench;
    assertEquals((await bench.make("-j2", "flash")).code, 0);

    // another board on beta's cable: as new
    Deno.removeSync(dir.at("beta.pk"));
    const swapped = await bench.make("-j2", "flash");
    assertEquals([swapped.code, swapped.flashed], [0, ["beta"]], swapped.err);

    const other = dir.put("other.bin", firmware(5000, 9));
    const probe = `${SIM}?state=${dir.at("alpha.pk")}`;
    assertEquals((await probekit(["flash", other, "--base", AT, "--probe", probe])).exit, 0);
    const byHand = await bench.make("-j2", "flash");
    assertEquals([byHand.code, byHand.flashed], [0, ["alpha"]], byHand.err);
    assertEquals((await bench.make("flash")).flashed, []);
  },
);

needsProgram(
  "make",
  "stamps: a dead board fails alone, leaves no stamp, and make says its exit code",
  async () => {
    using bench = new Bench({
      dead: `${SIM}?scenario=no-power&state=dead.pk`,
      good: `${SIM}?state=good.pk`,
    });
    const { dir } = bench;
    const run = await bench.make("-k", "flash");
    assertEquals([run.code, run.flashed], [2, ["good"]], run.err);
    assertMatch(run.err, /\.probekit\/dead\/chip\] Error 21/);
    const stamps = (board: string) => {
      try {
        return [...Deno.readDirSync(dir.at(`.probekit/${board}`))].map((f) => f.name).sort();
      } catch {
        return [];
      }
    };
    assertEquals([stamps("dead"), stamps("good")], [[], ["chip", "flashed"]]);
    const again = await bench.make("-k", "flash");
    assertEquals([again.code, again.flashed], [2, []]);
  },
);

needsProgram("make", "stamps: make debug of several boards says which there are", async () => {
  using bench = two();
  const { code, err } = await bench.make("debug");
  assertEquals(code, 2);
  assertStringIncludes(err, "debug is for one board: make debug-alpha make debug-beta");
});

needsProgram(
  "make",
  "stamps: a board that differs makes verify fail with its name's target",
  async () => {
    using bench = two();
    const { code, err, out } = await bench.make("-k", "verify");
    assertEquals(code, 2);
    assertMatch(err, /verify-alpha\] Error 10/);
    assertMatch(err, /verify-beta\] Error 10/);
    assertEquals(out.includes("same"), false);
    const one = await bench.make("flash-alpha");
    assertEquals([one.code, one.flashed], [0, ["alpha"]]);
    assertEquals((await bench.make("verify-alpha")).code, 0);
  },
);

Deno.test("fingerprint: the same for the same, another for other contents, options or parts", async () => {
  using dir = new Folder();
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  const file = dir.at("deep/chip");
  const look = () => probekitJson(["fingerprint", "--if-changed", file, "--probe", probe]);
  const first = await look();
  assertEquals([first.exit, first.changed], [0, true]);
  assertEquals(first.uid, "003200413136510635343237");
  assertEquals([first.flash.length, first.flash[0].length], [1, 0x10_0000]);
  const { mtime } = Deno.statSync(file);
  const text = Deno.readTextFileSync(file);
  assertEquals((await look()).changed, false);
  assertEquals(Deno.statSync(file).mtime?.getTime(), mtime?.getTime(), "the file is left alone");

  // a byte in the last sector; a chip with other option bytes; a bigger part
  const byte = dir.put("byte.bin", Uint8Array.of(0x55));
  assertEquals((await probekit(["flash", byte, "--base", "0x080FFFFF", "--probe", probe])).exit, 0);
  assertEquals((await look()).changed, true);
  assert(Deno.readTextFileSync(file) !== text);
  const of = (which: string) => probekit(["fingerprint", "--probe", which]);
  assertStringIncludes((await of(`${SIM}?scenario=so36160986`)).out, "OPTCR 0x00FFAAED");
  const closed = await of(`${SIM}?scenario=rdp1`);
  assertStringIncludes(closed.out, "flash closed: read protection level 1");
  assertEquals(closed.exit, 0);
});

Deno.test("fingerprint --image: only the sectors of the image count", async () => {
  using dir = new Folder();
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  const image = dir.put("app.bin", firmware(40_000));
  const args = ["fingerprint", "--image", image, "--base", AT, "--probe", probe];
  const before = await probekitJson(args);
  assertEquals(before.flash.map((r: { length: number }) => r.length), [2 * 32 * 1024]);
  const byte = dir.put("byte.bin", Uint8Array.of(0x55));
  assertEquals((await probekit(["flash", byte, "--base", "0x080FFFFF", "--probe", probe])).exit, 0);
  assertEquals((await probekitJson(args)).flash, before.flash);
  assertEquals((await probekit(["flash", byte, "--base", "0x0800FFFF", "--probe", probe])).exit, 0);
  assert((await probekitJson(args)).flash[0].sha256 !== before.flash[0].sha256);
});

Deno.test("status: says with its exit code whether the chip holds an image, and leaves the program running", async () => {
  using dir = new Folder();
  const probe = `${SIM}?state=${dir.at("board.pk")}`;
  const image = dir.put("app.bin", firmware(2000));
  const status = () => probekit(["status", "--expect", image, "--base", AT, "--probe", probe]);
  assertEquals((await status()).exit, 10);
  await probekit(["flash", image, "--base", AT, "--probe", probe]);
  assertEquals((await status()).exit, 0);
  assertEquals((await probekitJson(["info", "--probe", probe])).core, "running");
  const bare = await probekit(["status", "--probe", probe]);
  assertEquals(bare.exit, 2);
  assertStringIncludes(bare.err, "status needs --expect IMAGE");
});
