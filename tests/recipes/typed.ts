/** The recipes that come with probekit, written in TypeScript: each is the document of its YAML file. */
import { input, recipe, type WrittenRecipe } from "../../src/recipe/mod.ts";
import recover from "../../recipes/recover.ts";
import factoryProgram from "./typed_factory.ts";

const IMAGES = [
  ".elf",
  ".axf",
  ".out",
  ".hex",
  ".ihex",
  ".ihx",
  ".s19",
  ".s28",
  ".s37",
  ".srec",
  ".mot",
  ".uf2",
  ".bin",
] as const;
const SUPPLY = { min: "1.8V", max: "3.6V", unmeasured: "warn" } as const;
const MEASURED = { min: "3.1V", max: "3.5V", unmeasured: "stop" } as const;

const backup = recipe({
  name: "backup",
  summary: "Copy flash and option bytes into files. Changes nothing on the board.",
  effect: "read",
  target: { chips: ["*"], attach: "attach", leave: "as-found" },
  inputs: {
    to: input.path({
      default: "./backup",
      summary: "Folder that gets the files, named after the chip",
    }),
  },
}, (r, inputs) => {
  const chip = r.step("chip", "chip.identify", {});
  r.step("options", "option-bytes.read", { to: inputs.to });
  r.require("readable", chip.rdp_level.eq(0), {
    code: "READ-PROTECTED",
    message: `RDP is level ${chip.rdp_level}; the chip gives its flash to nobody`,
    help:
      "Nothing can be saved from here. probekit recover --allow-erase opens the chip, and erases it",
  });
  const flash = r.step("flash", "flash.read", { region: "all", to: inputs.to });
  return { file: flash.file, sha256: flash.sha256 };
});

const backupOptions = recipe({
  name: "backup-option-bytes",
  summary:
    "Write the option bytes to a profile that brings them back. Changes nothing on the board.",
  effect: "read",
  target: { chips: ["*"], attach: "attach", leave: "as-found" },
  inputs: {
    to: input.path({
      default: "./backup/",
      summary: "File ending in .ob.yaml, or a folder that gets one named after the chip",
    }),
  },
}, (r, inputs) => {
  const options = r.step("options", "option-bytes.read", { to: inputs.to });
  return { word: options.word, rdp_level: options.rdp_level };
});

const compare = recipe({
  name: "compare",
  summary: "Say whether the chip holds this image and this protection. Changes nothing.",
  effect: "read",
  target: { chips: ["*"], attach: "attach", leave: "as-found" },
  inputs: {
    image: input.file({ accept: IMAGES, summary: "What the flash should hold" }),
    base: input.address({ optional: true, summary: "Address of a raw binary, for .bin only" }),
    profile: input.file({
      accept: [".ob.yaml"],
      optional: true,
      summary: "What the option bytes should be",
    }),
    ignore: input.list("region", { default: [], summary: "Addresses that may differ" }),
  },
}, (r, inputs) => {
  const flash = r.step("flash", "flash.compare", {
    image: inputs.image,
    base: inputs.base,
    ignore: inputs.ignore,
  }, {
    measure: [{ name: "differing_bytes", value: "value.differing_bytes", unit: "B", max: 0 }],
  });
  r.stepIf(inputs.profile.given(), "ob", "option-bytes.compare", { profile: inputs.profile }, {
    measure: [{ name: "differing_fields", value: "value.differing_fields", max: 0 }],
  });
  return { same: flash.differing_bytes.eq(0), first_difference: flash.first_difference };
});

const erase = recipe({
  name: "erase",
  summary: "Erase sectors of flash. Those that are empty already are left alone.",
  effect: "destructive",
  target: { chips: ["arm-cortex-m*"], attach: "halt", supply: SUPPLY, leave: "halted" },
  inputs: {
    sectors: input.sectors({ summary: "Which, like 0..3,5, or all" }),
    allow_erase: input.bool({
      default: false,
      summary: "Accept that what these sectors hold is lost",
    }),
  },
}, (r, inputs) => {
  const done = r.step("erase", "flash.erase", { sectors: inputs.sectors }, { timeout: "2m" });
  return { changed: done.changed, sectors_erased: done.sectors_erased };
});

/** `flash` and `flash-and-halt` differ in how they end. */
const flashing = (name: string, summary: string, leave: "running" | "halted", last: string) =>
  recipe({
    name,
    summary,
    effect: "reversible",
    target: { chips: ["arm-cortex-m*"], attach: "halt", supply: SUPPLY, leave },
    inputs: {
      image: input.file({ accept: IMAGES, summary: "What to program" }),
      base: input.address({ optional: true, summary: "Address of a raw binary, for .bin only" }),
      preserve: input.list("region", {
        default: [],
        summary: "Addresses that keep their bytes (calibration, keys, serial)",
      }),
      hardware_watchdog: input.enum({
        values: ["refuse", "accept"],
        default: "refuse",
        summary: "accept: the program serves a watchdog that the option bytes start",
      }),
      speed: input.frequency({ default: "auto", summary: "SWD clock" }),
    },
  }, (r, { image, base, preserve, hardware_watchdog }) => {
    r.step("freeze", "core.freeze-peripherals", { what: ["watchdogs"] });
    const program = r.step("program", "flash.ensure", {
      image,
      base,
      preserve,
      partial_page: "read-modify-write",
      order: "vectors-last",
      hardware_watchdog,
    }, {
      idle_timeout: "30s",
      timeout: "5m",
      retry: { max: 1, on: ["LINK"], after: ["probe.reattach"] },
    });
    const readback = r.step("readback", "flash.verify", { image, base, ignore: preserve });
    const end = r.step(last, "core.reset", { then: "halt-at-reset-vector" });
    return {
      changed: program.changed,
      sectors_written: program.sectors_written,
      image_sha256: readback.sha256,
      pc: end.pc,
    };
  });

const setOptions = recipe({
  name: "set-option-bytes",
  summary:
    "Bring the option bytes to a profile. Fields that it does not name, and reserved bits, stay as they are.",
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
      summary:
        "Accept the mass erase that lowering RDP causes, or that it will cost to open flash again",
    }),
    backup: input.path({
      optional: true,
      summary: "Folder or .ob.yaml file that gets the option bytes as they were",
    }),
  },
}, (r, inputs) => {
  r.stepIf(inputs.backup.given(), "save", "option-bytes.read", { to: inputs.backup });
  const write = r.step("write", "option-bytes.ensure", { profile: inputs.profile, max_rdp: 1 }, {
    timeout: "60s",
  });
  r.stepIf(write.needs_power_cycle, "cold", "power.cycle", { fallback: "ask-operator" }, {
    on_error: "warn",
  });
  const after = r.step("after", "option-bytes.verify", { profile: inputs.profile });
  return { changed: write.changed, word: after.word };
});

const seal = recipe({
  name: "seal",
  summary:
    "Close debug access for ever (STM32 RDP 2). Its own recipe, its own word, nothing else in it.",
  effect: "irreversible",
  record: "required",
  target: { chips: ["stm32f7*"], attach: "under-reset", supply: MEASURED, leave: "board-safe" },
}, (r) => {
  const who = r.step("who", "chip.identify", {});
  const past = r.step("past", "record.find", { uid: who.uid, recipe: "factory-program" });
  r.require("must_have_passed", past.found.and(past.outcome.eq("pass")), {
    code: "NOT-PROVEN",
    message: "This chip has no passing factory record, so it is not sealed",
    help: "Run factory-program on it first",
  });
  r.step("seal", "protect.seal", { how: "rdp2" }, { confirm: "typed", timeout: "20s" });
  r.step("cold", "power.cycle", { fallback: "ask-operator" });
  r.step("proof", "protect.prove", { expect: "no-debug-port" });
  return { serial: past.serial };
});

const revive = recipe({
  name: "revive-and-ship",
  summary: "Returned board. Recover, program, prove, for each variant on the panel.",
  effect: "destructive",
  target: { chips: ["stm32f7*"], attach: "under-reset", supply: MEASURED, leave: "board-safe" },
  inputs: {
    images: input.map("file", {
      summary: "Image for each board variant, like main=a.hex,radio=b.hex",
    }),
    variant: input.enum({ values: ["main", "radio"], summary: "Which board this is" }),
  },
}, (r, { images, variant }) => {
  const keeps = ["0x080F0000 +4KiB"];
  const state = r.step("state", "chip.identify", {});
  const recovered = r.recipe<{ changed: boolean }>("recover", "./recover-option-bytes.yaml", {
    allow_erase: true,
  }, { when: state.rdp_level.gt(0).or(state.option_bytes_valid.eq(false)) });
  const image = images.entry(variant);
  r.recipe("flash", "./flash-and-halt.yaml", { image, preserve: keeps });
  r.recipe("check", "./compare.yaml", { image, ignore: keeps });
  r.step("go", "core.reset", { then: "run" });
  return { recovered: recovered.ran.and(recovered.changed) };
});

/** By name. */
export const TYPED: Readonly<Record<string, WrittenRecipe>> = Object.fromEntries(
  [
    backup,
    backupOptions,
    compare,
    erase,
    factoryProgram,
    flashing(
      "flash",
      "Program an image, verify it by reading back, and run it.",
      "running",
      "start",
    ),
    flashing(
      "flash-and-halt",
      "Program an image, verify it by reading back, stop at the reset vector and stay there.",
      "halted",
      "stop",
    ),
    recover,
    revive,
    seal,
    setOptions,
  ].map((r) => [r.name, r]),
);
