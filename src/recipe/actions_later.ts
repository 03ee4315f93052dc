/** Rows of actions that the format knows and this version refuses by name. */
import type { ActionRow } from "./action_row.ts";

const serial = { type: "string", summary: "the unit's serial number" } as const;
const uid = { type: "string", summary: "the chip's unique id" } as const;

/** See {@link ActionRow}. */
export const laterActions = {
  "protect.seal": {
    summary: "Close debug access for ever.",
    effect: "irreversible",
    phase: 1,
    ready: false,
    with: { how: { type: "enum", values: ["rdp2"], summary: "rdp2: readout protection level 2" } },
    out: { changed: { type: "bool", summary: "whether it was open before" } },
  },
  "protect.read-lock": {
    summary: "Set readout protection level 1; only an erase of everything undoes it.",
    effect: "destructive",
    phase: 2,
    ready: false,
    with: {},
    out: { changed: { type: "bool", summary: "whether it was open before" } },
  },
  "protect.prove": {
    summary: "Try to read flash and stop unless it is refused.",
    effect: "volatile",
    phase: 2,
    ready: false,
    with: {
      expect: {
        type: "enum",
        values: ["refused", "no-debug-port"],
        summary: "how the chip has to refuse",
      },
    },
    out: {},
  },
  "target.run-until": {
    summary: "Let the program run until it says something that matches.",
    effect: "volatile",
    phase: 2,
    ready: false,
    with: {
      channel: { type: "string", summary: "where it speaks: rtt, semihosting, uart" },
      expect: { type: "string", summary: "a regular expression with named groups" },
    },
    out: { match: { type: "map<string>", summary: "the named groups" } },
  },
  "serial.reserve": {
    summary: "Take a serial number for a chip.",
    effect: "volatile",
    phase: 2,
    ready: false,
    with: {
      uid,
      order: { type: "string", summary: "work order" },
      wanted: { type: "string", optional: true, summary: "a number that is already on the unit" },
    },
    out: { serial },
  },
  "serial.commit": {
    summary: "Keep a reserved serial number.",
    effect: "volatile",
    phase: 2,
    ready: false,
    with: { serial },
    out: {},
  },
  "serial.release": {
    summary: "Give a reserved serial number back.",
    effect: "volatile",
    phase: 2,
    ready: false,
    with: {
      serial,
      keep_if: {
        type: "enum",
        values: ["chip-carries-it"],
        optional: true,
        summary: "when to keep it all the same",
      },
    },
    out: {},
  },
  "image.compose": {
    summary: "Lay per-unit data over an image, in memory.",
    effect: "read",
    phase: 2,
    ready: false,
    with: {
      base: { type: "file", summary: "the image" },
      overlay: { type: "any", summary: "what goes where, by a layout file" },
    },
    out: {
      file: { type: "file", summary: "the composed image" },
      version: { type: "string", summary: "the version the image carries" },
    },
  },
  "record.find": {
    summary: "Look for what was recorded about a chip.",
    effect: "read",
    phase: 2,
    ready: false,
    with: { uid },
    out: {
      found: { type: "bool", summary: "whether there is a record" },
      outcome: { type: "string", summary: "pass or fail" },
      serial,
      image_sha256: { type: "string", summary: "of the image it was programmed with" },
    },
  },
  "bin.reject": {
    summary: "Tell the station to put the unit in the reject bin.",
    effect: "read",
    phase: 2,
    ready: false,
    with: { reason: { type: "string", summary: "what for" } },
    out: {},
  },
  "label.print": {
    summary: "Print the unit's label.",
    effect: "read",
    phase: 2,
    ready: false,
    with: { serial },
    out: {},
  },
} as const satisfies Readonly<Record<string, ActionRow>>;
