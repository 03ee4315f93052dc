/** The probe is pulled out at any exchange of a flash: the exit code and the board's state are told, and are true. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { encodeHex } from "../../mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { firmware, Folder, noise, probekit, ROOT } from "../cli/support/program.ts";

const AT = 0x0800_0000;
/** 20, 21, 22: the state is known; 40: nobody knows, or the board could not be left as it should be */
const EXITS: Readonly<Record<string, readonly number[]>> = {
  "untouched": [20, 21],
  "partial": [20, 21, 22],
  "as-planned": [20, 22, 40],
  "unknown": [40],
};

/** Runs `flash` with the cable pulled at transfer `n`. */
async function pulled(dir: Folder, n: number) {
  const probe = `sim:stm32f746g-disco?scenario=factory&state=${dir.at("board.pk")}`;
  const ran = await probekit(
    ["flash", dir.at("app.hex"), "--probe", `${probe}&chaos=unplug@${n}`, "--quiet"],
  );
  const [, state = "", text = ""] = /= board: ([a-z-]+): (.*)/.exec(ran.err) ?? [];
  return { ...ran, state, text, probe };
}

/** Whether the image lies in flash, by reading it with another run. */
async function holds(dir: Folder, probe: string): Promise<boolean> {
  const { exit, err } = await probekit(["verify", dir.at("app.hex"), "--probe", probe, "--quiet"]);
  assert([0, 10].includes(exit), err);
  return exit === 0;
}

Deno.test("unplugged at any transfer of a flash: the state that is told is the true one", async () => {
  using dir = new Folder();
  dir.put("app.hex", encodeHex([{ at: AT, bytes: firmware(600) }]));
  const state = dir.at("board.pk");
  const fresh = `sim:stm32f746g-disco?scenario=factory&state=${state}`;
  await probekit(["options", "--probe", fresh]);
  const before = Deno.readFileSync(state);
  const seen = new Map<string, number>();
  let finished = false;
  let step = 1;
  for (let n = 2; !finished; n += step) {
    assert(n < 1000, "a small flash takes fewer transfers than that");
    Deno.writeFileSync(state, before);
    const { exit, err, out, state: told, text, probe } = await pulled(dir, n);
    if (exit === 0) {
      finished = true;
      continue;
    }
    const what = `unplug@${n}: exit ${exit}\n${err}`;
    assertEquals(out, "", what);
    assertMatch(err, /^error\[E\d{4} [a-z-]+\]: .+/m, what);
    assertMatch(err, /= next: /, what);
    assert(text !== "", what);
    assert(EXITS[told]?.includes(exit), `${told}, ${what}`);
    if (told === "untouched") assertEquals(Deno.readFileSync(state), before, what);
    // what an earlier step wrote is written, whatever this one only read
    if (/\(step start,/.test(err)) assertMatch(text, /the new image is in sector 0/, what);
    // the vectors are programmed last: an image that is whole is one that boots
    if (told === "as-planned" && n % 7 === 0) assertEquals(await holds(dir, probe), true, what);
    seen.set(told, (seen.get(told) ?? 0) + 1);
    // attaching and reading are half of the transfers, and much alike
    step = told === "untouched" ? 3 : 1;
  }
  for (const told of ["untouched", "partial"]) assertGreater(seen.get(told) ?? 0, 5, told);
});

Deno.test("unplugged in mid-work: the same command again completes it", async () => {
  using dir = new Folder();
  dir.put("app.hex", encodeHex([{ at: AT, bytes: noise(70_000, 3) }]));
  for (const n of [120, 150, 200, 260]) {
    const { exit, probe } = await pulled(dir, n);
    assert(exit !== 0, `unplug@${n}`);
    const again = await probekit(["flash", dir.at("app.hex"), "--probe", probe]);
    assertEquals(again.exit, 0, again.err);
    assertEquals(await holds(dir, probe), true);
    await probekit(["erase", "--yes", "--probe", probe]);
  }
});

Deno.test("unplugged while option bytes are written: untouched is said only when they are as they were", async () => {
  using dir = new Folder();
  const wish = "ob: v1\nvariants:\n  - chips: [stm32f74*]\n    OPTCR1: { BOOT_ADD1: 0x0041 }\n";
  dir.put("wish.ob.yaml", new TextEncoder().encode(wish));
  const state = dir.at("board.pk");
  const probe = `sim:stm32f746g-disco?scenario=factory&state=${state}`;
  await probekit(["options", "--probe", probe]);
  const before = Deno.readFileSync(state);
  const words = (): string => {
    const { board } = openSim(probe, { readState: (path) => Deno.readFileSync(path) });
    return JSON.stringify(board.options.written);
  };
  const was = words();
  const set = [
    "run",
    `${ROOT}/recipes/set-option-bytes.yaml`,
    "--set",
    `profile=${dir.at("wish.ob.yaml")}`,
  ];
  const seen = new Set<string>();
  for (let n = 2;; n++) {
    assert(n < 1000, "option bytes take fewer transfers than that");
    Deno.writeFileSync(state, before);
    const pulled = ["--yes", "--quiet", "--probe", `${probe}&chaos=unplug@${n}`];
    const { exit, err } = await probekit([...set, ...pulled]);
    if (exit === 0) break;
    const [, told = ""] = /= board: ([a-z-]+): /.exec(err) ?? [];
    const what = `unplug@${n}: exit ${exit}\n${err}`;
    assert([20, 22, 40].includes(exit), what);
    if (words() !== was) assert(told !== "untouched" && told !== "", what);
    if (told === "as-planned") assert(words() !== was, what);
    seen.add(told);
    // attaching is much alike
    if (told === "untouched" && n < 60) n += 4;
  }
  for (const told of ["untouched", "unknown", "as-planned"]) assert(seen.has(told), told);
});
