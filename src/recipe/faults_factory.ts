/** What can go wrong around a unit: serial numbers, records, composed images, self-tests, protection. */
import type { FaultRow } from "../base/mod.ts";

/** Rows of factory work. */
export const factoryRows = {
  "station-file-wrong": {
    code: "E0283",
    class: "recipe",
    title: "{file} does not say how this station works: {why}",
    next: [{ text: "See docs/stations.md for what a station's file says" }],
  },
  "layout-wrong": {
    code: "E0284",
    class: "recipe",
    title: "{file} does not say how data is laid out: {why}",
    next: [{ text: "See recipes/layouts/identity.v2.yaml for one that works" }],
  },
  "image-says-nothing": {
    code: "E02100",
    class: "recipe",
    title: "{image} holds no text at {at}, where {layout} reads its {name}",
    next: [
      {
        text:
          "Give the image that this layout is for: its program keeps a text there, ended by NUL",
      },
      { text: "Or read it elsewhere, or not at all: `reads` in a layout of your own" },
    ],
    explain:
      "What an image says of itself goes into the unit's record; a record that says nothing would tell nobody what the unit runs. Nothing was touched.",
  },
  "layout-value-wrong": {
    code: "E0289",
    class: "recipe",
    title: "Field {field} of {file} cannot hold its value: {why}",
    next: [{ text: "Change the value, or the layout" }],
    explain:
      "A layout says for each field how many bytes it has and how they are written. Nothing is cut off silently.",
  },
  "overlay-overlaps": {
    code: "E0257",
    class: "recipe",
    title: "The data for this unit would lie on {file} at {at}, where the image has other bytes",
    next: [
      { text: "Move the overlay, or leave its place empty in the image" },
    ],
    explain:
      "Per-unit data may stand where the image has nothing, or the very same bytes. It never replaces bytes of the image: the image would not be the one that was tested.",
  },
  "expect-wrong": {
    code: "E0259",
    class: "recipe",
    title: "`expect` is no regular expression: {why}",
    next: [{ text: "Write one like SELFTEST (?<verdict>PASS|FAIL)" }],
  },
  "program-said-nothing": {
    code: "E1003",
    class: "unit",
    title: "Within {ms} ms the program did not say {expect}; {heard}",
    next: [
      { text: "See what it said: attachments/{log} in the run folder" },
      { text: "Look whether it runs at all:", command: "probekit doctor", effect: "read" },
    ],
    explain:
      "The chip was reset, its program ran, and what it wrote was read without stopping it. A unit that says nothing is judged bad: the link to it worked all the time.",
  },
  "not-protected": {
    code: "E1004",
    class: "unit",
    title: "The chip is not protected as it should be: {what}",
    next: [{ text: "Do not ship this unit; read its option bytes:", command: "probekit options" }],
    explain:
      "protect.prove does what somebody with a debugger would do, and passes only when the chip refuses it.",
  },
  "records-changed": {
    code: "E1006",
    class: "station",
    title: "The records in {file} are not as they were written: line {line}: {why}",
    next: [{
      text: "Compare with a copy of the records, or with the tip that was noted elsewhere",
    }],
    explain:
      "Each record holds the hash of the one before it and is signed with the station's key. A record that was changed, taken out, put in or moved shows; so does a line that a power cut left unfinished.",
  },
  "no-station": {
    code: "E1180",
    class: "station",
    title: "{what} needs a station, and {why}",
    next: [{ text: "Name its folder:", command: "--station <folder>" }],
    explain:
      "Serial numbers and records outlive a run, so they need a place: a folder with a station.yaml in it.",
  },
  "serials-used-up": {
    code: "E1181",
    class: "station",
    title: "All {count} serial numbers of this station are taken",
    next: [{ text: "Give the station another block, in its station.yaml" }],
  },
  "serial-uid-twice": {
    code: "E1182",
    class: "unit",
    title: "The chip {uid} would have two serial numbers: {one} and {other}",
    causes: [
      { text: "The scanned number belongs to another unit", likelihood: "possible" },
      { text: "Two chips have the same unique id, as copies of chips do", likelihood: "possible" },
    ],
    next: [{ text: "Put the unit aside and look which number is on it" }],
    explain: "A chip keeps its number for ever; a second one for the same chip is never given.",
  },
  "serial-taken": {
    code: "E1183",
    class: "unit",
    title: "The serial number {serial} belongs to another chip, {uid}",
    next: [{ text: "Look whether the right label was scanned" }],
  },
  "serial-not-ours": {
    code: "E1184",
    class: "unit",
    title: "{serial} is none of this station's serial numbers; they are like {like}",
    next: [{ text: "Look whether the right label was scanned, and the station's blocks" }],
  },
  "serial-not-reserved": {
    code: "E1185",
    class: "recipe",
    title: "The serial number {serial} was not reserved for the chip {uid}",
    next: [{ text: "Put a step with serial.reserve before this one" }],
  },
  "record-impossible": {
    code: "E1186",
    class: "station",
    title: "{recipe} wants a durable record, and nothing here can keep one",
    next: [{
      text: "Name a station's folder, or one for the run:",
      command: "--station <folder>",
    }],
    explain: "`record: required` means: no record, no pass. Nothing was touched.",
  },
  "station-not-written": {
    code: "E2040",
    class: "station",
    title: "Cannot keep or read {file}: {why}",
    next: [{ text: "Look at the disk and the folder's permissions, then run it again" }],
    explain: "What a station notes is forced to the disk before the next thing is done.",
  },
  "station-key-unusable": {
    code: "E2042",
    class: "station",
    title: "The station's {which} key is none: {file} was cut short or changed",
    next: [
      { text: "Put {file} back from a copy of the station's folder" },
      { text: "Without a copy, begin a new station; the records of this one keep their hashes" },
    ],
    explain:
      "station.key signs records and station.pub checks them. With another pair than the one that signed, every record would look changed, so none is made in its place.",
  },
  "record-not-kept": {
    code: "E2041",
    class: "station",
    title: "The record of this run could not be kept, so the unit does not pass: {why}",
    next: [{ text: "Look at the disk of the station, then run it again" }],
    explain: "`record: required` means: no record, no pass, whatever the steps came to.",
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
