/** factory-program.yaml, written in TypeScript. */
import { input, recipe } from "../../src/recipe/mod.ts";

export default recipe({
  name: "factory-program",
  summary:
    "Identify, serial number, program, self-test, read-lock, cold proof, record. One unit, one record.",
  effect: "destructive",
  record: "required",
  target: {
    chips: ["stm32f7*"],
    attach: "under-reset",
    supply: { min: "3.1V", max: "3.5V", unmeasured: "stop" },
    leave: "board-safe",
  },
  inputs: {
    image: input.file({
      accept: [".hex", ".elf"],
      sha256: "required",
      summary: "The image for this order",
    }),
    order: input.string({ pattern: "^WO-[0-9]{6}$", summary: "Work order, scanned" }),
    serial: input.string({
      pattern: "^[A-Z]{2}[0-9]{8}$",
      optional: true,
      summary: "From the scanner; when absent, allocated for this chip's UID",
    }),
    device_key: input.secret({ from: ["file", "env"], summary: "Key of this unit, 32 bytes" }),
  },
}, (r, inputs) => {
  const who = r.step("who", "chip.identify", {}, {
    measure: [
      { name: "vdd", value: "value.vdd", unit: "V", min: 3.1, max: 3.5, marginal: 0.05 },
      { name: "flash_kib", value: "value.flash_kib", unit: "KiB", equals: "1024" },
    ],
  });
  const past = r.step("past", "record.find", { uid: who.uid, recipe: "factory-program" });
  const sn = r.step("sn", "serial.reserve", {
    uid: who.uid,
    order: inputs.order,
    wanted: inputs.serial,
  });
  r.group("work", (g) => {
    const image = g.step("image", "image.compose", {
      base: inputs.image,
      overlay: [{
        at: "0x080FF800",
        layout: "./layouts/identity.v2.yaml",
        values: { serial: sn.serial, order: inputs.order, key: inputs.device_key },
      }],
    });
    g.step("flash", "flash.ensure", { image: image.file, order: "vectors-last" }, {
      idle_timeout: "30s",
      timeout: "2m",
      retry: { max: 1, on: ["LINK"], after: ["probe.reattach"] },
    });
    g.step("readback", "flash.verify", { image: image.file, how: "readback" });
    g.step("selftest", "target.run-until", {
      channel: "rtt",
      expect: "SELFTEST (?<verdict>PASS|FAIL) fw=(?<fw>\\S+)",
    }, {
      timeout: "8s",
      measure: [
        { name: "selftest", value: "value.match.verdict", equals: "PASS" },
        { name: "fw", value: "value.match.fw", equals: image.version },
      ],
    });
    g.step("lock", "protect.read-lock", {}, { timeout: "20s" });
    g.step("cold", "power.cycle", { off: "500ms", fallback: "ask-operator" });
    g.step("proof", "protect.prove", { expect: "refused" });
  }, {
    rescue: (g, error) => {
      g.step("keep_or_free", "serial.release", { serial: sn.serial, keep_if: "chip-carries-it" });
      g.stepIf(error.class.eq("unit"), "reject", "bin.reject", { reason: error.code });
    },
  });
  r.step("commit", "serial.commit", { serial: sn.serial });
  r.step("label", "label.print", { serial: sn.serial }, { on_error: "warn" });
  return { serial: sn.serial, rework: past.found };
});
