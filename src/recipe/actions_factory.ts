/** Rows of actions around a unit: serial numbers, composed images, self-tests, protection, records. */
import { type ActionRow, PLACED_IMAGES } from "./action_row.ts";

const serial = { type: "string", summary: "the unit's serial number" } as const;
const uid = { type: "string", summary: "the chip's unique id" } as const;

/** What acts/compose.ts reads; addresses are numbers to an editor, or texts. */
const OVERLAY = {
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["at", "layout"],
    properties: {
      at: {
        anyOf: [{ type: "integer" }, { type: "string" }],
        description: "address in flash of its first byte",
      },
      layout: { type: "string", description: "layout file, beside the recipe" },
      values: { type: "object", description: "field: value, as the layout names them" },
    },
  },
} as const;

const OVERLAY_KEYS = {
  at: { type: "address", summary: "of its first byte" },
  layout: { type: "file", summary: "layout file, beside the recipe" },
  values: { type: "any", secrets: true, optional: true, summary: "by the layout's fields" },
} as const;

/** See {@link ActionRow}. */
export const factoryActions = {
  "image.compose": {
    summary: "Lay data of one unit over an image, in memory and nowhere else.",
    effect: "read",
    phase: 2,
    ready: true,
    with: {
      base: {
        type: "file",
        accept: PLACED_IMAGES,
        summary: "the image",
      },
      overlay: {
        type: "any",
        secrets: true,
        schema: OVERLAY,
        items: OVERLAY_KEYS,
        summary: "a list of { at: address, layout: file, values: { field: value } }",
      },
    },
    out: {
      file: { type: "file", summary: "the composed image, for the steps after this one" },
      version: {
        type: "string",
        optional: true,
        summary: "what the image says at the layout's `reads: version`; absent without one",
      },
    },
  },
  "target.run-until": {
    summary:
      "Reset the chip, let its program run until it says something that matches, stop it again.",
    effect: "volatile",
    phase: 2,
    ready: true,
    with: {
      channel: {
        type: "enum",
        values: ["rtt", "semihosting"],
        later: ["uart"],
        summary: "rtt: an up-buffer in RAM, read while it runs; semihosting: BKPT 0xAB",
      },
      expect: {
        type: "string",
        pattern: true,
        summary: "a regular expression; its named groups are the output",
      },
      within: {
        type: "duration",
        optional: true,
        absent: "10s, or the step's timeout when that is shorter",
        summary: "how long it may take",
      },
    },
    out: { match: { type: "map<string>", summary: "the named groups" } },
  },
  "protect.read-lock": {
    summary: "Set readout protection level 1; only an erase of everything undoes it.",
    effect: "destructive",
    phase: 2,
    ready: true,
    with: {},
    out: { changed: { type: "bool", summary: "whether it was open before" } },
  },
  "protect.prove": {
    summary: "Do what somebody with a debugger would do, and stop unless the chip refuses it.",
    effect: "volatile",
    phase: 2,
    ready: true,
    with: {
      expect: {
        type: "enum",
        values: ["refused", "no-debug-port"],
        summary: "refused: flash cannot be read over SWD; no-debug-port: nothing answers at all",
      },
    },
    out: {},
  },
  "protect.seal": {
    summary: "Close debug access for ever.",
    effect: "irreversible",
    phase: 1,
    ready: true,
    with: { how: { type: "enum", values: ["rdp2"], summary: "rdp2: readout protection level 2" } },
    out: { changed: { type: "bool", summary: "whether it was open before" } },
  },
  "serial.reserve": {
    summary: "Take a serial number for a chip; the same chip gets the number it has.",
    effect: "volatile",
    phase: 2,
    ready: true,
    with: {
      uid,
      order: { type: "string", summary: "work order" },
      wanted: { type: "string", optional: true, summary: "a number that is already on the unit" },
    },
    out: { serial },
  },
  "serial.commit": {
    summary: "Keep a reserved serial number for ever.",
    effect: "volatile",
    phase: 2,
    ready: true,
    with: { serial },
    out: {},
  },
  "serial.release": {
    summary: "Give a serial number back that this run has reserved.",
    effect: "volatile",
    phase: 2,
    ready: true,
    with: {
      serial,
      keep_if: {
        type: "enum",
        values: ["chip-carries-it"],
        optional: true,
        summary: "chip-carries-it: when flash holds it, or nobody can look",
      },
    },
    out: {},
  },
  "record.find": {
    summary: "Look for the last record of a chip at this station.",
    effect: "read",
    phase: 2,
    ready: true,
    with: {
      uid,
      recipe: { type: "string", optional: true, summary: "only records of this recipe" },
    },
    out: {
      found: { type: "bool", summary: "whether there is a record" },
      outcome: {
        type: "string",
        optional: true,
        summary: "pass, fail, error, timeout or aborted; absent without a record",
      },
      serial: {
        type: "string",
        optional: true,
        summary: "the unit's serial number, if it had one",
      },
      image_sha256: {
        type: "string",
        optional: true,
        summary: "of the image it was programmed with, if the record says it",
      },
    },
  },
  "bin.reject": {
    summary: "Note at the station that the unit goes to the reject bin.",
    effect: "read",
    phase: 2,
    ready: true,
    with: { reason: { type: "string", summary: "what for" } },
    out: {},
  },
  "label.print": {
    summary: "Write the unit's label, by the station's template, into its spool folder.",
    effect: "read",
    phase: 2,
    ready: true,
    with: { serial },
    out: {},
  },
} as const satisfies Readonly<Record<string, ActionRow>>;
