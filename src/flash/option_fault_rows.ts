/** What can go wrong with option bytes: the rows of {@link ./faults.ts} that are theirs. */
import type { FaultRow } from "../base/mod.ts";

const OPTIONS = {
  text: "See the option bytes:",
  command: "probekit options",
  effect: "read",
} as const;

/** Rows of flash/'s catalogue about option bytes. */
export const optionRows = {
  "bad-option-profile": {
    code: "E0299",
    class: "recipe",
    title: "Cannot use these option bytes: {why}",
    next: [{
      text: "Name fields as the reference manual does; see them all:",
      command: "probekit options",
      effect: "read",
    }],
    explain:
      "A profile names option fields, or whole words. Fields it leaves out stay as they are, unknown ones are refused, reserved bits are always kept as read.",
  },
  "options-permanent": {
    code: "E1111",
    class: "approval",
    title: "{field} = {text} can never be undone, so it was not written",
    causes: [{ text: "{guarded}", likelihood: "proven" }],
    next: [{ text: "Leave {field} out; there is no way to do this by accident" }],
    explain:
      "RDP level 2 closes the debug port for ever, on this chip, for everybody. Such a value is written only with a permit that names the field, the value and this very chip.",
  },
  "options-above-supply": {
    code: "E1112",
    class: "unit",
    title: "{field} = {text} needs a supply of {needs} V or more, and the supply {measured}",
    next: [{ text: "Raise the supply, or choose a lower brown-out level" }],
    explain:
      "With a brown-out level above its supply the chip stays in reset from the next cold start on, and no debugger reaches it until the supply is raised.",
  },
  "options-frozen": {
    code: "E1113",
    class: "unit",
    title: "The option bytes of this chip can never be changed again (RDP level 2)",
    next: [OPTIONS],
  },
  "options-stale": {
    code: "E1114",
    class: "unit",
    title: "{register} reads {is}, and the change was planned for {planned}: nothing was written",
    next: [{
      text: "Read the option bytes and plan again",
      command: "probekit options",
      effect: "read",
    }],
    retryable: true,
  },
  "options-locked-until-reset": {
    code: "E1115",
    class: "unit",
    title: "The chip refuses the option keys until the next reset",
    causes: [{
      text: "wrong keys were written since the last reset, by firmware or by another tool",
      likelihood: "likely",
      because: ["FLASH_OPTCR.OPTLOCK is still 1 after both keys"],
    }],
    next: [{
      text: "Reset the board and run it again:",
      command: "probekit reset --halt",
      effect: "volatile",
    }],
    retryable: true,
  },
  "options-unnamed-bits": {
    code: "E1116",
    class: "tool",
    title:
      "The planned {register} {after} changes bits {bits}, which have no name: nothing was written",
    next: [{ text: "Report it: a plan may change named fields only" }],
  },
  "option-profile-not-for-chip": {
    code: "E1117",
    class: "recipe",
    title: "This option profile has no variant for {chip}",
    causes: [{
      text: "it was written for other parts",
      likelihood: "likely",
      because: ["its variants are for {variants}"],
    }],
    next: [{ text: "Use a profile for this part, or add a variant for it" }],
    explain: "What is right for one part closes or breaks another, so a variant is never guessed.",
  },
  "options-close-at-reset": {
    code: "E1118",
    class: "unit",
    title:
      "RDP level 2 is programmed in this chip and not in force yet: the next reset closes it for ever, so it was not reset",
    causes: [{
      text: "a tool, or the program, wrote RDP = {rdp}, and the chip was not reset since",
      likelihood: "proven",
    }],
    next: [
      {
        text: "Save what it holds while it answers; this does not reset it:",
        command: "probekit read {at} {kib}KiB -o flash.bin",
        effect: "read",
      },
      { text: "Neither reset the board nor switch it off before; if it is to be closed, do so" },
    ],
    explain:
      "Option bytes are programmed at once and come into force with a reset. At RDP level 2 the debug port is dead, and nothing opens it again: attaching under reset, flashing, which ends with a reset, and recovering would each be the last thing done to this chip. So whatever resets looks first, and is refused.",
  },
  "options-close-flash-at-reset": {
    code: "E1119",
    class: "unit",
    title:
      "RDP level 1 is in flash and not in force yet: the next reset closes flash, and opening it again erases it; so it was not reset",
    causes: [{
      text: "a tool, or the program, wrote the option bytes, and the chip was not reset since",
      likelihood: "likely",
    }],
    next: [
      {
        text: "Save what it holds while it can be read; this does not reset it:",
        command: "probekit backup",
        effect: "read",
      },
      {
        text: "Then put the option bytes back, which erases all flash:",
        command: "probekit recover --allow-erase",
        effect: "destructive",
      },
      { text: "If it is to be closed, switch the board off and on" },
    ],
    explain:
      "Option bytes are programmed at once and come into force with a reset. A word that does not match its complement counts as level 1, too. Flashing ends with a reset: what was written could then be neither verified nor changed.",
  },
  "options-not-taken": {
    code: "E2208",
    class: "unit",
    title: "{register} was written as {wants} and reads back {is}",
    causes: [
      { text: "the chip was reset, or lost power, meanwhile", likelihood: "possible" },
      { text: "a protection in force does not allow the change", likelihood: "possible" },
    ],
    next: [OPTIONS],
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
