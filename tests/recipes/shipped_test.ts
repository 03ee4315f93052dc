import {
  assert,
  assertEquals,
  assertStringIncludes,
  bench,
  Files,
  image,
  lasting,
  noise,
  run,
  states,
} from "./support.ts";

const files = () => new Files({ "app.bin": image(100_000), "other.bin": image(40_000, 9) });
const APP = { image: "app.bin", base: "0x0800_0000" };

Deno.test("flash: a blank board holds the image, and its core stands at the reset handler", async () => {
  const sim = bench("blank");
  const { result, events } = await run(sim, "flash", { inputs: APP, files: files() });
  assertEquals(result.outcome, "PASS");
  assertEquals(result.exit, 0);
  assertEquals(sim.board.flash.slice(0, 100_000), image(100_000));
  assertEquals(result.outputs["pc"], 0x0800_0200);
  assertEquals(result.outputs["sectors_written"], 4);
  assertEquals(result.bytesProgrammed, 100_000);
  assertEquals(result.bytesVerified, 100_000);
  assertEquals(result.sectorsErased, 0);
  assertEquals(result.left, "running");
  assertEquals(sim.board.core, "running");
  assertEquals(sim.board.warnings, []);
  const types = events.map((e) => e.type);
  assertEquals(types[0], "version");
  assertEquals(types[1], "run.start");
  assertEquals(types.at(-1), "run.end");
  assert(events.every((e, i) => i === 0 || e.mono_ms >= (events[i - 1]?.mono_ms ?? 0)));
});

Deno.test("flash: the same image again erases and programs nothing", async () => {
  const sim = bench("blank");
  await run(sim, "flash", { inputs: APP, files: files() });
  const before = lasting(sim.board);
  const again = await run(sim, "flash", { inputs: APP, files: files() });
  assertEquals(again.result.outcome, "PASS");
  assertEquals(again.result.bytesProgrammed, 0);
  assertEquals(again.result.sectorsErased, 0);
  assertEquals(again.result.outputs["changed"], false);
  assertEquals(again.result.board.state, "untouched");
  assertEquals(states(again)["program"], "unchanged");
  assertEquals(lasting(sim.board), before);
});

Deno.test("flash: another image erases only the sectors that differ", async () => {
  const sim = bench("blank");
  await run(sim, "flash", { inputs: APP, files: files() });
  const changed = image(100_000);
  changed[40_000] = 255 - changed[40_000]!; // sector 1
  const more = new Files({ "app.bin": changed });
  const { result } = await run(sim, "flash", { inputs: APP, files: more });
  assertEquals(result.sectorsErased, 1);
  assertEquals(result.bytesProgrammed, 32_768);
  assertEquals(sim.board.flash.slice(0, 100_000), changed);
});

Deno.test("flash: what surrounds the image in its sectors stays, and what is preserved", async () => {
  const sim = bench("blank");
  sim.board.putFlash(0x0800_0000, noise(65_536, 5));
  const inputs = { image: "other.bin", base: "0x0800_4000", preserve: "0x0800_6000 +256" };
  const { result } = await run(sim, "flash", { inputs, files: files() });
  assertEquals(result.outcome, "PASS");
  const wanted = noise(65_536, 5);
  wanted.set(image(40_000, 9), 0x4000);
  wanted.set(noise(65_536, 5).slice(0x6000, 0x6100), 0x6000);
  assertEquals(sim.board.flash.slice(0, 65_536), wanted);
});

Deno.test("flash-and-halt: the core stays at the reset vector", async () => {
  const sim = bench("factory");
  const { result } = await run(sim, "flash-and-halt", { inputs: APP, files: files() });
  assertEquals(result.outcome, "PASS");
  assertEquals(result.left, "halted");
  assertEquals(sim.board.core, "halted");
  assertEquals(result.outputs["pc"], 0x0800_0200);
});

Deno.test("compare: the same is exit 0, a difference is exit 10 and says where", async () => {
  const sim = bench("blank");
  await run(sim, "flash", { inputs: APP, files: files() });
  const profile = "recipes/ob/stm32f7-factory.ob.yaml";
  const same = await run(sim, "compare", { inputs: { ...APP, profile }, files: files() });
  assertEquals(same.result.exit, 0);
  assertEquals(same.result.outputs, { same: true });
  assertEquals(same.result.record.measurements.map((m) => m.outcome), ["PASS", "PASS"]);
  sim.board.putFlash(0x0800_1234, new Uint8Array([1, 2]));
  const differs = await run(sim, "compare", { inputs: APP, files: files() });
  assertEquals(differs.result.exit, 10);
  assertEquals(differs.result.outcome, "FAIL");
  assertEquals(differs.result.outputs, { same: false, first_difference: 0x0800_1234 });
  const ignored = await run(sim, "compare", {
    inputs: { ...APP, ignore: "0x08001234 +2" },
    files: files(),
  });
  assertEquals(ignored.result.exit, 0);
  assertEquals(sim.board.core, "running");
});

Deno.test("erase: only what is not empty, only when it is agreed to", async () => {
  const sim = bench("factory");
  const before = lasting(sim.board);
  const inputs = { sectors: "0..3" };
  const refused = await run(sim, "erase", { inputs });
  assertEquals(refused.result.exit, 30);
  assertStringIncludes(refused.shown, "--set allow_erase=true");
  assertEquals(lasting(sim.board), before);
  const done = await run(sim, "erase", { inputs: { ...inputs, allow_erase: true } });
  assertEquals(done.result.outcome, "PASS");
  assertEquals(done.result.outputs, { changed: true, sectors_erased: 1 });
  assert(sim.board.flash.every((b) => b === 0xFF));
  assertEquals(sim.board.core, "halted");
  const again = await run(sim, "erase", { inputs });
  assertEquals(again.result.exit, 0);
  assertEquals(again.result.outputs, { changed: false, sectors_erased: 0 });
});

Deno.test("erase: a person may agree to the plan instead", async () => {
  const sim = bench("factory");
  let asked = "";
  const env = {
    confirm: (plan: { needs: readonly { text: string }[] }) => {
      asked = plan.needs.map((n) => n.text).join();
      return Promise.resolve(true);
    },
  };
  const { result } = await run(sim, "erase", { inputs: { sectors: "all" }, env });
  assertEquals(result.outcome, "PASS");
  assertEquals(asked, "erase sector 0 (32 KiB)");
});

Deno.test("backup: flash and a profile of the option bytes; the program runs on", async () => {
  const sim = bench("so36160986");
  const before = lasting(sim.board);
  const { result, files } = await run(sim, "backup");
  assertEquals(result.outcome, "PASS");
  const [profile, flash] = [
    "backup/stm32f74-003200413136510635343237.ob.yaml",
    "backup/stm32f74-003200413136510635343237.bin",
  ].map((f) => files.written.get(`./${f}`));
  assertEquals(flash, sim.board.flash);
  assertStringIncludes(String(profile), "OPTCR: # 0x00FFAAED");
  assertStringIncludes(String(profile), "WWDG_SW: hardware");
  assertEquals(lasting(sim.board), before);
  assertEquals(sim.board.warnings, []);
});

Deno.test("backup: the saved profile brings the option bytes back", async () => {
  const damaged = bench("so36160986");
  const { files } = await run(damaged, "backup");
  const saved = [...files.written].find(([f]) => f.endsWith(".ob.yaml"))![1];
  const sim = bench("factory");
  const { result } = await run(sim, "recover-option-bytes", {
    inputs: { profile: "was.ob.yaml" },
    files: new Files({ "was.ob.yaml": saved }),
  });
  assertEquals(result.outcome, "PASS");
  assertEquals(sim.board.options.loaded["OPTCR"], damaged.board.options.loaded["OPTCR"]);
});

Deno.test("recover-option-bytes: the damaged board of the story, and nothing is erased", async () => {
  const sim = bench("so36160986");
  const flash = sim.board.flash;
  const outcome = await run(sim, "recover-option-bytes");
  assertEquals(outcome.result.outcome, "PASS");
  assertEquals(outcome.result.outputs, { changed: true, word: 0xC0FF_AAFD });
  assertEquals(states(outcome), {
    before: "unchanged",
    ask_erase: "unchanged",
    save: "unchanged",
    write: "changed",
    cold: "skipped",
    after: "unchanged",
  });
  assertEquals(sim.board.flash, flash);
  assertEquals(outcome.result.record.option_bytes, {
    before: { OPTCR: "0x00FFAAED", OPTCR1: "0x00400080" },
    after: { OPTCR: "0xC0FFAAFD", OPTCR1: "0x00400080" },
  });
  assertEquals(outcome.result.plan?.effect, "reversible");
  const diff = outcome.result.plan?.steps.find((s) => s.id === "write")?.diff;
  assertEquals(diff?.map((d) => [d.path, d.before_text, d.after_text]), [
    ["OPTCR.WWDG_SW", "hardware", "software"],
    ["OPTCR.IWDG_STDBY", "stands still", "keeps counting"],
    ["OPTCR.IWDG_STOP", "stands still", "keeps counting"],
  ]);
  const before = lasting(sim.board);
  const again = await run(sim, "recover-option-bytes");
  assertEquals(again.result.outputs["changed"], false);
  assertEquals(lasting(sim.board), before);
  assertEquals(sim.board.warnings, []);
  // and it no longer resets itself
  sim.board.resets.length = 0;
  sim.board.run(200);
  assertEquals(sim.board.resets, []);
});

Deno.test("recover-option-bytes in TypeScript does the same", async () => {
  const { default: built } = await import("../../recipes/recover.ts");
  const sim = bench("so36160986");
  const profile = "recipes/ob/stm32f7-factory.ob.yaml";
  const { result } = await run(sim, built, { inputs: { profile } });
  assertEquals(result.outputs, { changed: true, word: 0xC0FF_AAFD });
});

Deno.test("recover-option-bytes: RDP level 1 asks first, then erases and is proven by a cold start", async () => {
  for (const scenario of ["rdp1", "rdp1-watchdogs"]) {
    const sim = bench(scenario);
    const before = lasting(sim.board);
    const refused = await run(sim, "recover-option-bytes");
    assertEquals(refused.result.exit, 11);
    assertEquals(refused.result.error?.slug, "require-failed");
    assertStringIncludes(refused.shown, "RDP is level 1; going back to level 0 erases");
    assertEquals(lasting(sim.board), before);
    let asked = 0;
    const env = {
      ask: () => {
        asked++;
        sim.board.powerCycle();
        return Promise.resolve(true);
      },
    };
    const done = await run(sim, "recover-option-bytes", { inputs: { allow_erase: true }, env });
    assertEquals(done.result.outcome, "PASS", done.shown);
    assertEquals(asked, 1);
    assertEquals(done.result.plan?.effect, "destructive");
    assertEquals(done.result.plan?.needs.map((n) => [n.what, n.given, n.given_by]), [
      ["erase", true, "inputs.allow_erase"],
    ]);
    assertEquals(sim.board.options.level, 0);
    assert(sim.board.flash.every((b) => b === 0xFF));
    assertEquals(done.result.outputs["word"], 0xC0FF_AAFD);
    assertEquals(states(done)["save"], "skipped");
  }
});

Deno.test("recover-option-bytes: other damage that was seen in the field", async () => {
  for (
    const scenario of [
      "optcr-f4-svd",
      "wrp",
      "wrp-all",
      "iwdg-hw",
      "wwdg-hw",
      "boot-add-erased",
      "boot-add-ram",
      "boot-add-system",
      "nrst-unwired",
      "watchdog-loop",
      "locked-cr",
    ]
  ) {
    const sim = bench(scenario);
    const { result, shown } = await run(sim, "recover-option-bytes");
    assertEquals(result.outcome, "PASS", `${scenario}\n${shown}`);
    assertEquals(result.outputs["word"], 0xC0FF_AAFD, scenario);
    // the board says so itself when its option bytes are damaged, or name memory it does not model
    if (!scenario.startsWith("boot-add")) assertEquals(sim.board.warnings, [], scenario);
  }
});

Deno.test("recover-option-bytes: two banks become one, proven by a cold start; flash is saved, and told of", async () => {
  const sim = bench("sim:nucleo-f767zi?scenario=dual-bank");
  const powerCycle = (offMs: number) => Promise.resolve(sim.board.powerCycle(offMs));
  const { result, shown, files } = await run(sim, "recover-option-bytes", { env: { powerCycle } });
  assertEquals(result.outcome, "PASS", shown);
  assertEquals(sim.board.options.loaded.OPTCR, 0xFFFF_AAFC);
  const write = result.steps.find((s) => s.id === "write");
  assertStringIncludes(write?.summary ?? "", "flash becomes one bank");
  assert([...files.written.keys()].some((path) => path.includes("backup/")));
});

Deno.test("flash: other boards, in both bank modes", async () => {
  for (
    const which of [
      "sim:nucleo-f767zi?scenario=factory",
      "sim:nucleo-f767zi?scenario=dual-bank",
      "sim:nucleo-f722ze?scenario=factory",
    ]
  ) {
    const sim = bench(which);
    const { result, shown } = await run(sim, "flash", { inputs: APP, files: files() });
    assertEquals(result.outcome, "PASS", `${which}\n${shown}`);
    assertEquals(sim.board.flash.slice(0, 100_000), image(100_000), which);
    assertEquals(sim.board.warnings, [], which);
  }
});

Deno.test("flash, erase: a sector closed by PCROP is refused before it is looked at", async () => {
  for (const recipe of ["flash", "erase"]) {
    const sim = bench("sim:nucleo-f722ze?scenario=pcrop");
    const before = lasting(sim.board);
    const inputs = recipe === "flash" ? APP : { sectors: "0..1" };
    const { result } = await run(sim, recipe, { inputs, files: files() });
    assertEquals([result.exit, result.error?.slug], [11, "flash-code-protected"], recipe);
    assertEquals(lasting(sim.board), before);
    assertEquals(sim.board.warnings, []);
  }
});
