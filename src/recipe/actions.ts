/**
 * The one table of actions. The JSON Schema, the types of expressions, the TypeScript types, lint and
 * docs/actions.md all come from it.
 */
import { type ActionRow, IMAGES } from "./action_row.ts";
import { factoryActions } from "./actions_factory.ts";

const image = { type: "file", accept: IMAGES, summary: "the image to program" } as const;
const base = {
  type: "address",
  optional: true,
  absent: "the addresses in the file",
  summary: "where a raw binary goes",
} as const;
const profile = {
  type: "file",
  accept: [".ob.yaml"],
  summary: "wanted option bytes, by field name",
} as const;

const readyActions = {
  "chip.identify": {
    summary: "Say which chip this is, how it is protected, and what its supply is.",
    effect: "read",
    phase: 1,
    ready: true,
    with: {},
    out: {
      uid: { type: "string", summary: "the 96-bit unique id, 24 hexadecimal digits" },
      part: { type: "string", summary: "the sub-family, like STM32F74x/F75x" },
      vdd: { type: "double", optional: true, summary: "volts; absent when not measured" },
      flash_kib: { type: "int", summary: "flash size as the chip says it" },
      rdp_level: { type: "int", summary: "readout protection: 0, 1 or 2" },
      option_bytes_valid: {
        type: "bool",
        summary: "whether they are as on a new part in all that can keep a program from running",
      },
    },
  },
  "option-bytes.read": {
    summary: "Read the option bytes.",
    effect: "read",
    phase: 1,
    ready: true,
    with: {
      to: { type: "path", optional: true, summary: "write them there as a profile (.ob.yaml)" },
    },
    out: {
      raw: { type: "bytes", summary: "all option registers, little-endian, in order" },
      word: { type: "int", summary: "the main option word: OPTCR on STM32F7" },
      rdp_level: { type: "int", summary: "readout protection: 0, 1 or 2" },
      hw_watchdog: { type: "bool", summary: "whether a watchdog starts by hardware at reset" },
    },
  },
  "option-bytes.compare": {
    summary: "Count the fields that differ from a profile.",
    effect: "read",
    phase: 1,
    ready: true,
    with: { profile },
    out: { differing_fields: { type: "int", summary: "0 when the profile is met" } },
  },
  "option-bytes.verify": {
    summary: "Read the option bytes and stop when any field differs from a profile.",
    effect: "read",
    phase: 1,
    ready: true,
    with: { profile },
    out: { word: { type: "int", summary: "the main option word" } },
  },
  "option-bytes.ensure": {
    summary:
      "Bring the option bytes to a profile: read, compare, write only what differs, reset, attach again, read back.",
    effect: "destructive",
    phase: 1,
    ready: true,
    with: {
      profile,
      max_rdp: {
        type: "int",
        optional: true,
        range: [0, 1],
        absent: "1",
        summary: "the highest readout protection the profile may ask for; never 2",
      },
    },
    out: {
      changed: { type: "bool", summary: "whether anything was written" },
      needs_power_cycle: {
        type: "bool",
        summary: "whether only a cold start proves it: RDP, BOR_LEV or nDBANK changed",
      },
    },
  },
  "flash.read": {
    summary: "Read flash into a file.",
    effect: "read",
    phase: 1,
    ready: true,
    with: {
      region: { type: "region", summary: "what to read" },
      to: {
        type: "path",
        summary:
          "a file ending in .bin, or a folder that gets one named after the chip and the region; other content that is there is kept",
      },
    },
    out: {
      sha256: { type: "string", summary: "of what was read" },
      file: { type: "string", summary: "the file written" },
    },
  },
  "flash.compare": {
    summary: "Count the bytes of flash that differ from an image.",
    effect: "read",
    phase: 1,
    ready: true,
    with: {
      image,
      base,
      ignore: { type: "list<region>", optional: true, summary: "addresses that may differ" },
    },
    out: {
      differing_bytes: { type: "int", summary: "0 when the chip holds the image" },
      first_difference: {
        type: "int",
        optional: true,
        summary: "address of the first byte that differs; absent when none does",
      },
    },
  },
  "flash.verify": {
    summary: "Read back all of an image and stop at the first byte that differs.",
    effect: "read",
    phase: 1,
    ready: true,
    with: {
      image,
      base,
      how: {
        type: "enum",
        values: ["readback"],
        optional: true,
        absent: "readback",
        summary: "readback: every byte through the probe",
      },
      ignore: {
        type: "list<region>",
        optional: true,
        summary: "addresses that may differ, like those that were preserved",
      },
    },
    out: {
      sha256: {
        type: "string",
        summary:
          "of the image, every byte of which was read from the chip; keyed, hmac-sha256:…, when a secret is in it",
      },
    },
  },
  "flash.ensure": {
    summary:
      "Bring flash to an image: erase and program only the sectors that differ, read them back.",
    effect: "reversible",
    phase: 1,
    ready: true,
    with: {
      image,
      base,
      preserve: {
        type: "list<region>",
        optional: true,
        summary: "addresses that keep their bytes, whatever the image says",
      },
      partial_page: {
        type: "enum",
        values: ["read-modify-write", "refuse"],
        optional: true,
        absent: "read-modify-write",
        summary: "what to do with a sector that the image fills only in part",
      },
      order: {
        type: "enum",
        values: ["vectors-last", "ascending"],
        optional: true,
        absent: "vectors-last",
        summary:
          "vectors-last: a power cut half way leaves a chip that does not boot half an image",
      },
      hardware_watchdog: {
        type: "enum",
        values: ["refuse", "accept"],
        optional: true,
        absent: "refuse",
        summary: "accept: the image is known to serve a watchdog that the option bytes start",
      },
    },
    out: {
      changed: { type: "bool", summary: "whether anything was written" },
      sectors_written: { type: "int", summary: "how many sectors were erased and programmed" },
    },
  },
  "flash.erase": {
    summary: "Erase sectors that are not empty yet.",
    effect: "destructive",
    phase: 1,
    ready: true,
    with: {
      sectors: { type: "sectors", summary: "which, like 0..3,5, or all" },
    },
    out: {
      changed: { type: "bool", summary: "whether anything was erased" },
      sectors_erased: { type: "int", summary: "how many were not empty" },
    },
  },
  "core.reset": {
    summary: "Reset the chip, and let it run or stop it before its first instruction.",
    effect: "volatile",
    phase: 1,
    ready: true,
    with: {
      then: {
        type: "enum",
        values: ["run", "halt-at-reset-vector"],
        summary: "what the core does after it",
      },
    },
    out: {
      pc: {
        type: "int",
        optional: true,
        summary: "where the core stands, bit 0 clear; absent when it runs",
      },
    },
  },
  "core.halt": {
    summary: "Stop the core where it is.",
    effect: "volatile",
    phase: 1,
    ready: true,
    with: {},
    out: { pc: { type: "int", summary: "where it stopped, bit 0 clear" } },
  },
  "core.freeze-peripherals": {
    summary: "Make watchdogs stand still while the core is halted.",
    effect: "volatile",
    phase: 1,
    ready: true,
    with: {
      what: {
        type: "list<enum>",
        values: ["watchdogs", "board-listed"],
        summary: "watchdogs: those of the chip; board-listed: what the board file names",
      },
    },
    out: {},
  },
  "power.cycle": {
    summary: "Take the supply away and give it back, then attach again.",
    effect: "volatile",
    phase: 1,
    ready: true,
    with: {
      off: { type: "duration", optional: true, absent: "500ms", summary: "how long it stays off" },
      fallback: {
        type: "enum",
        values: ["ask-operator", "fail"],
        optional: true,
        absent: "fail",
        summary: "what to do with a board whose supply probekit cannot switch",
      },
    },
    out: {},
  },
} as const satisfies Readonly<Record<string, ActionRow>>;

/** All actions by name. */
export const actions = { ...readyActions, ...factoryActions } as const satisfies Readonly<
  Record<string, ActionRow>
>;
/** The name of an action. */
export type ActionName = keyof typeof actions;
/** The name of an action that this version does. */
export type ReadyAction = ActionName;

/** The row of an action, or undefined for a name that is none. */
export const actionRow = (name: string): ActionRow | undefined =>
  Object.hasOwn(actions, name) ? (actions as Readonly<Record<string, ActionRow>>)[name] : undefined;
