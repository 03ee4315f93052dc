/**
 * Puts the option bytes back to a known profile: recover-option-bytes.yaml, written in TypeScript. Run it
 * with `deno run -A recipes/recover.ts`, or `deno run -A recipes/recover.ts --dry-run`.
 * @module
 */
import { input, recipe } from "../mod.ts";

export default recipe({
  name: "recover-option-bytes",
  summary: "Put the option bytes back to a known profile. Writes nothing when nothing differs.",
  effect: "destructive",
  target: {
    chips: ["stm32f7*"],
    attach: "under-reset",
    supply: { min: "2.1V", max: "3.6V", unmeasured: "stop" },
    leave: "as-found",
  },
  inputs: {
    profile: input.file({
      accept: [".ob.yaml"],
      default_by_chip: { "stm32f7*": "./ob/stm32f7-factory.ob.yaml" },
      summary: "Wanted option bytes, by field name",
    }),
    allow_erase: input.bool({
      default: false,
      summary: "Accept the mass erase that lowering RDP causes",
    }),
    backup: input.path({
      default: "./backup",
      summary: "Folder that gets a copy of flash before anything is written",
    }),
  },
}, (r, inputs) => {
  const before = r.step("before", "option-bytes.read", {}, {
    retry: { max: 3, on: ["LINK"], pause: "200ms" },
  });
  r.require("ask_erase", before.rdp_level.eq(0).or(inputs.allow_erase), {
    code: "NEEDS-ERASE",
    message: `RDP is level ${before.rdp_level}; going back to level 0 erases the whole flash`,
    help: "Run again with --set allow_erase=true once you have what you need from this board",
  });
  r.stepIf(before.rdp_level.eq(0), "save", "flash.read", { region: "all", to: inputs.backup });
  const write = r.step(
    "write",
    "option-bytes.ensure",
    { profile: inputs.profile, max_rdp: 0 },
    { timeout: "60s" },
  );
  r.stepIf(write.needs_power_cycle, "cold", "power.cycle", { fallback: "ask-operator" });
  const after = r.step("after", "option-bytes.verify", { profile: inputs.profile });
  return { changed: write.changed, word: after.word };
});

if (import.meta.main) {
  const { run } = await import("../tasks/probekit.ts");
  await run(["run", decodeURIComponent(new URL(import.meta.url).pathname), ...Deno.args]);
}
