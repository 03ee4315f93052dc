/** What can be wrong with an image file. Nothing has touched a board when one of these is thrown. */
import { catalogue } from "../base/mod.ts";

/** Faults of image files. */
export const fault = catalogue({
  "image-unknown-format": {
    code: "E0270",
    class: "recipe",
    title: "{file} is none of the known image formats",
    causes: [{ text: "it begins with {begins}", likelihood: "proven" }],
    next: [{
      text: "Give an ELF, Intel HEX, S-record or UF2 file, or name it .bin and say --base",
    }],
  },
  "image-needs-base": {
    code: "E0271",
    class: "recipe",
    title: "{file} is raw binary and does not say where it belongs",
    next: [{
      text: "Say the address of its first byte, for an STM32's flash",
      command: "--base 0x08000000",
    }],
  },
  "image-base-not-wanted": {
    code: "E0272",
    class: "recipe",
    title: "{file} says its own addresses ({format}), so a base address has no meaning",
    next: [{ text: "Leave --base out" }],
  },
  "image-bad-checksum": {
    code: "E0273",
    class: "recipe",
    title: "Line {line} of {file} has a wrong checksum: it says {says}, its bytes give {gives}",
    causes: [{ text: "the file was changed or damaged after it was built", likelihood: "likely" }],
    next: [{ text: "Build or download the file again" }],
  },
  "image-bad-record": {
    code: "E0274",
    class: "recipe",
    title: "Line {line} of {file} is no valid {format} record: {why}",
    next: [{ text: "Build or download the file again" }],
  },
  "image-truncated": {
    code: "E0275",
    class: "recipe",
    title: "{file} ends too early: {why}",
    causes: [{ text: "the file was not written or copied to its end", likelihood: "likely" }],
    next: [{ text: "Build or download the file again" }],
  },
  "image-after-end": {
    code: "E0276",
    class: "recipe",
    title: "{file} goes on after its end record, at line {line}",
    causes: [{ text: "two files were joined", likelihood: "possible" }],
    next: [{ text: "Give one image; join two with srec_cat or objcopy" }],
  },
  "image-overlap": {
    code: "E0277",
    class: "recipe",
    title: "{file} says twice what belongs at {at}: in {first} and in {second}",
    causes: [
      { text: "both say the same {same} bytes: a part is in the file twice", likelihood: "proven" },
      {
        text: "they disagree: at {differsAt} one says {says}, the other {saysToo}",
        likelihood: "proven",
      },
    ],
    next: [{ text: "Build the file again, or leave one of the two parts out" }],
  },
  "image-past-end": {
    code: "E0278",
    class: "recipe",
    title: "{file} has data outside of the addresses 0 … 0xFFFFFFFF ({from})",
    next: [{ text: "Check the base address and the linker script" }],
  },
  "image-too-large": {
    code: "E0279",
    class: "recipe",
    title: "{file} holds {size} bytes, more than any chip this tool knows ({limit})",
    next: [{ text: "Check that this is the file you meant" }],
  },
  "image-empty": {
    code: "E0280",
    class: "recipe",
    title: "{file} holds no bytes to program",
    next: [{ text: "Check the build: an ELF needs loadable segments" }],
  },
  "image-wrong-machine": {
    code: "E0281",
    class: "recipe",
    title: "{file} is an ELF file for {machine}, not for 32-bit little-endian Arm",
    next: [{ text: "Build it with arm-none-eabi-gcc" }],
  },
  "image-bad-structure": {
    code: "E0282",
    class: "recipe",
    title: "{file} is a damaged {format} file: {why}",
    next: [{ text: "Build or download the file again" }],
  },
});
