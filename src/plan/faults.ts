/** What can be wrong with an image before anything is written. */
import { catalogue } from "../base/mod.ts";

const WHERE_FLASH = "Flash of this chip is {flashFrom}..{flashTo} ({flashKiB} KiB)";

/** Faults of placing and planning. */
export const fault = catalogue({
  "image-outside-flash": {
    code: "E0290",
    class: "recipe",
    title: "{from} holds data for {first}..{last}, where this chip has {what}",
    causes: [
      {
        text: "the image was linked for another chip, or for RAM",
        likelihood: "likely",
        because: [WHERE_FLASH],
      },
      { text: "a raw binary was given the wrong --base", likelihood: "possible" },
    ],
    next: [{ text: "Link the image for {flashFrom}..{flashTo}; run a RAM image from a debugger" }],
  },
  "image-on-option-bytes": {
    code: "E0291",
    class: "recipe",
    title: "{from} holds data for {first}..{last}: the option bytes",
    causes: [{
      text: "the image carries option bytes as some tool chains emit them",
      likelihood: "likely",
      because: ["option bytes are stored at {regionFrom}..{regionTo}"],
    }],
    next: [
      { text: "Leave that part out of the image" },
      {
        text: "Set option bytes by name:",
        command: "probekit run recover-option-bytes",
        effect: "destructive",
      },
    ],
    explain:
      "Option bytes are written through registers, field by field, never as a part of an image: one wrong word closes a chip for ever or lets it reset for ever.",
  },
  "image-on-otp": {
    code: "E0292",
    class: "recipe",
    title: "{from} holds data for {first}..{last}: one-time programmable memory",
    causes: [{
      text: "the image names memory that can be written once and never erased",
      likelihood: "proven",
      because: ["OTP is {regionFrom}..{regionTo}"],
    }],
    next: [{ text: "Leave that part out of the image" }],
  },
  "image-on-system-memory": {
    code: "E0293",
    class: "recipe",
    title: "{from} holds data for {first}..{last}: {what}",
    causes: [{
      text: "the image names the boot loader that ST put there; it cannot be written",
      likelihood: "proven",
      because: ["{what} is {regionFrom}..{regionTo}"],
    }],
    next: [{ text: "Leave that part out of the image" }],
  },
  "image-larger-than-flash": {
    code: "E0294",
    class: "recipe",
    title: "{file} reaches to {last}, and this chip's flash ends at {flashTo}",
    causes: [
      {
        text: "the image was linked for a part with more flash",
        likelihood: "likely",
        because: [WHERE_FLASH, "the data comes from {from}"],
      },
      { text: "{doubt}", likelihood: "possible" },
    ],
    next: [{ text: "Make the image {tooMuch} bytes smaller, or use a part with more flash" }],
  },
  "no-such-sector": {
    code: "E0295",
    class: "recipe",
    title: "Sector {wanted} does not exist: this chip has sectors {sectors}",
    causes: [
      {
        text: "the numbers are those of another family (F2 and F4 parts have sectors 0..11)",
        likelihood: "possible",
        because: ["{chip}: {flashKiB} KiB, {banks}"],
      },
      { text: "{doubt}", likelihood: "possible" },
    ],
    next: [{ text: "Name sectors of {sectors}, or all of them: --sectors {sectors}" }],
  },
  "bad-sector-list": {
    code: "E0296",
    class: "recipe",
    title: 'Cannot read the sector list "{text}": {why}',
    next: [{ text: "Write numbers and ranges, for example: --sectors 0..3,7" }],
  },
  "image-pieces-overlap": {
    code: "E0297",
    class: "recipe",
    title: "{from} and {other} both hold data for {first}..{last}",
    causes: [{
      text:
        "one of them is linked for the read-only view of flash at {alias}, which is the same memory",
      likelihood: "proven",
      because: ["{alias} is a view of {flashFrom}"],
    }],
    next: [{ text: "Link the image for one of the two address ranges" }],
  },
  "sector-holds-more": {
    code: "E0298",
    class: "recipe",
    title: "Sector {sector} must be erased, and it holds data outside the image at {first}",
    causes: [{
      text: "something else is kept in the same sector (settings, a boot loader, a serial number)",
      likelihood: "likely",
      because: ["{count} bytes outside the image are not erased"],
    }],
    next: [
      { text: "Keep them: partial_page: read-modify-write", effect: "reversible" },
      { text: "Give them up: partial_page: erase", effect: "destructive" },
    ],
    explain:
      "Flash is erased by whole sectors. With `refuse` nothing is erased that the image does not replace.",
  },
});
