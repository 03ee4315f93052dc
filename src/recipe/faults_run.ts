/** What can stop a run: the unit differs, it is refused, an approval is missing, the plan is stale. */
import type { FaultRow } from "../base/mod.ts";

/** Rows E10xx, E115x … E119x, E2064, E30xx, E31xx, E40xx. */
export const runRows = {
  "content-differs": {
    code: "E1000",
    class: "unit",
    title: "The chip does not hold {file}: {difference}",
    next: [{ text: "When it is programmed, run this again" }],
    explain: "Every byte of the image was to be read back from the chip; this one differs.",
  },
  "options-differ": {
    code: "E1001",
    class: "unit",
    title: "{count} option field(s) differ from {file}: {fields}",
    next: [{
      text: "See what would change:",
      command: "probekit plan recover-option-bytes",
      effect: "read",
    }],
    explain: "The option registers were read and compared field by field.",
  },
  "measurement-failed": {
    code: "E1002",
    class: "unit",
    title: "{name} is {value}, wanted is {wanted}",
    next: [{ text: "The unit does not pass; see the record for all measurements" }],
    explain: "A measurement judges the unit. A value that could not be measured fails as well.",
  },
  "no-free-name": {
    code: "E2064",
    class: "station",
    title: "Nothing was written: {file} and {count} names after it hold other content",
    next: [{ text: "Move older files away, or name another folder" }],
    explain:
      "A file that holds other content is not written over: what is new gets the next number. So many numbers are in use that this is no accident.",
  },
  "wrong-chip": {
    code: "E1150",
    class: "recipe",
    title: "{recipe} is for {chips}, and this chip is {chip}",
    next: [{ text: "Check that the probe is on the board you mean; probekit info says more" }],
    explain: "The chip's identity matches none of the patterns of target.chips.",
  },
  "supply-out-of-range": {
    code: "E1153",
    class: "station",
    title: "The board's supply is {volts} V; this recipe wants {range}",
    next: [{ text: "Check the supply and the GND wire, then run it again" }],
    retryable: true,
    explain:
      "Erasing, programming and option bytes need a supply that does not sag: a write on a sagging rail damages contents.",
  },
  "supply-unmeasured": {
    code: "E1154",
    class: "station",
    title: "The probe cannot measure the board's supply, and this recipe wants {range}",
    next: [
      { text: "Connect the probe's VDD (VTref) wire" },
      {
        text: "Or, when you have measured it yourself:",
        command: "--set-target supply.unmeasured=warn",
      },
    ],
    explain: "Many clones cannot measure. The way round it is written to the record.",
  },
  "hardware-watchdog": {
    code: "E1155",
    class: "unit",
    title: "A watchdog of this chip starts by hardware at every reset, so it was not programmed",
    causes: [
      {
        text:
          "The option bytes were damaged: {field} = 0 starts the {watchdog} without any program",
        likelihood: "likely",
        because: ["FLASH_OPTCR {optcr}", "a new part has {field} = 1"],
      },
      {
        text: "The product wants it so, and its program serves the watchdog",
        likelihood: "possible",
      },
    ],
    next: [
      {
        text: "See what bringing the option bytes back would change:",
        command: "probekit plan recover-option-bytes",
        effect: "read",
      },
      {
        text: "If the program serves the watchdog:",
        command: "--set hardware_watchdog=accept",
        effect: "reversible",
      },
    ],
    explain:
      "Programming with the core halted and the watchdog frozen would work; after the next reset the chip would reset itself again and again ({period}) unless the program serves the watchdog in time. Tools that program with a loader in RAM fail half way on such a chip.",
  },
  "rdp-above-limit": {
    code: "E1157",
    class: "recipe",
    title: "{file} asks for readout protection level {level}; this step allows at most {most}",
    next: [{ text: "Raise max_rdp to 1 at most, or change the profile" }],
    explain:
      "Level 1 locks a debugger out of flash until everything is erased; level 2 is for ever and is never written by option-bytes.ensure.",
  },
  "require-failed": {
    code: "E1158",
    class: "unit",
    title: "{message}",
    next: [{ text: "See why this recipe asks for it, at the line above" }],
    explain: "A `require` of the recipe was false; the recipe says why, and nothing was touched.",
  },
  "nothing-to-undo": {
    code: "E1170",
    class: "recipe",
    title: "There is nothing to undo: {why}",
    next: [{ text: "See what was written to this board: the journal is in {folder}" }],
    explain: "undo works from the journal, which holds what each run was about to overwrite.",
  },
  "cannot-undo": {
    code: "E1171",
    class: "unit",
    title: "Run {run} cannot be undone: {why}",
    next: [{ text: "See what the board holds:", command: "probekit options", effect: "read" }],
    explain:
      "undo brings back option bytes, and the flash that could be read before it was erased. What was closed to reading, or is for ever, it cannot.",
  },
  "power-not-switched": {
    code: "E1159",
    class: "station",
    title: "This step needs the board's power switched off and on, and probekit cannot switch it",
    next: [{ text: "Use fallback: ask-operator, or a board with a switched supply" }],
    explain: "No power switch is configured for this board.",
  },
  "region-outside-flash": {
    code: "E1162",
    class: "recipe",
    title: "{region} is not in flash, which is {flash}",
    next: [{ text: "Give a region inside it" }],
    explain: "flash.read, preserve and ignore take addresses of main flash or of its alias.",
  },
  "step-timed-out": {
    code: "E1163",
    class: "station",
    title: "Step {id} did not finish within {ms} ms",
    next: [{ text: "Run it again; if it stays, raise its timeout" }],
    retryable: true,
    explain: "The step's own time, retries included, was over; `finally` and `leave` ran.",
  },
  "not-confirmed": {
    code: "E3000",
    class: "approval",
    title: "This would {what}, and nobody agreed to it",
    next: [{ text: "{way}" }],
    explain: "Something would be lost that cannot be read back. Nothing was touched.",
  },
  "interrupted": {
    code: "E3001",
    class: "approval",
    title: "Stopped on request",
    next: [{ text: "Run it again: it continues with what is left" }],
    retryable: true,
    explain: "The run stopped between two exchanges; `finally` and `leave` ran.",
  },
  "nobody-to-ask": {
    code: "E3002",
    class: "approval",
    title: "An operator has to do this, and there is nobody to ask: {what}",
    next: [{ text: "Run it from a terminal" }],
    explain: "The step waits for a hand at the board.",
  },
  "seal-word-missing": {
    code: "E3003",
    class: "approval",
    title: "{what} can never be undone, and the word for it was not typed",
    next: [{ text: "Look at the plan and type the word it asks for, at a terminal" }],
    explain:
      "What cannot be undone needs a word made from the chip's unique id. It is asked for after the plan was shown and before anything is written; no option and no environment variable stands in for it.",
  },
  "plan-stale": {
    code: "E3100",
    class: "approval",
    title: "The plan is stale: {what} changed since it was made",
    next: [{ text: "Plan again, look at it, and apply that one" }],
    explain:
      "A plan carries the fingerprint of the chip (unique id, option bytes, flash), of the recipe and of its files. All are read again before the first write.",
  },
  "plan-used": {
    code: "E3101",
    class: "approval",
    title: "The plan {plan} was applied already",
    next: [{ text: "Plan again" }],
    explain: "A plan is for one use; a second one would do what nobody has looked at.",
  },
  "plan-unreadable": {
    code: "E3102",
    class: "recipe",
    title: "{file} is no plan that this version can read: {why}",
    next: [{ text: "Make it again with probekit plan -o {file}" }],
    explain:
      "format_version: a newer minor version may have keys that are ignored, a newer major version is refused.",
  },
  "board-state-unknown": {
    code: "E4000",
    class: "unit",
    title: "The state of the board is not known: {why}",
    next: [
      { text: "Do not use or ship this unit before it was looked at" },
      { text: "Give it power, then look:", command: "probekit options", effect: "read" },
    ],
    explain:
      "Contact was lost while something was being written that may leave the chip in a state no read has confirmed.",
  },
  "unknown-outcome": {
    code: "E4003",
    class: "unit",
    title:
      "Something that can never be undone was begun on this chip, and nobody knows what came of it: {what}",
    next: [{
      text: "Read the chip and write down what it says; that is all that may be done before:",
      command: "probekit reconcile",
      effect: "volatile",
    }],
    explain:
      "The intent is on disk, its outcome is not: the program or the link ended between the two. Writing again could do it twice, or to a chip that is closed already.",
  },
  "not-left-as-asked": {
    code: "E4001",
    class: "unit",
    title: "The board could not be left {leave}: {why}",
    next: [{ text: "Take its power away before you touch what it drives" }],
    explain: "Everything else was done; the core's state after detaching is not certain.",
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
