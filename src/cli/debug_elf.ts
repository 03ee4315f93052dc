/** The file that is debugged: is it one, is it for this kind of chip, does it say what gdb needs? */
import { hex, hexBytes, shellWord } from "../base/mod.ts";
import { type Image, loadImage } from "../image/mod.ts";
import { readBytes } from "./files.ts";
import { fault } from "./faults.ts";

const MAGIC = "7f454c46";
const FORMATS: Readonly<Record<Image["format"], string>> = {
  ihex: "Intel HEX: addresses and bytes",
  srec: "S-records: addresses and bytes",
  uf2: "UF2: addresses and bytes",
  bin: "raw bytes",
  elf: "an ELF file",
};

/** what may be done about a place that is none */
export const PLACES =
  "Leave --break out, or name a function, a line (main.c:95), or an address (*0x08000100)";

function formatText(file: string, bytes: Uint8Array): string {
  try {
    return FORMATS[loadImage(file, bytes, /\.bin$/i.test(file) ? { base: 0 } : {}).format];
  } catch {
    return `nothing known; it begins with ${hexBytes(bytes.subarray(0, 8), " ") || "nothing"}`;
  }
}

const beside = async (file: string): Promise<string | undefined> => {
  const elf = file.replace(/\.\w+$/, ".elf");
  try {
    return elf !== file && (await Deno.stat(elf)).isFile ? elf : undefined;
  } catch {
    return undefined;
  }
};

/** Why only an ELF will do, and what works with this file. */
async function noElf(file: string, bytes: Uint8Array): Promise<Error> {
  const elf = await beside(file);
  const what =
    `${file} is no ELF file, and debugging needs one: only an ELF has names and source lines`;
  return fault("bad-usage", { what, verb: "debug" }, {
    causes: [{ text: `it is ${formatText(file, bytes)}`, likelihood: "proven" }],
    next: [
      elf === undefined
        ? { text: "Give the ELF file that it was made from" }
        : { text: "It seems to be beside it:", command: `probekit debug ${shellWord(elf)}` },
      {
        text: "Only program it:",
        command: `probekit flash ${shellWord(file)}`,
        effect: "reversible",
      },
      { text: "Serve the board to a debugger without one:", command: "probekit gdb" },
    ],
  });
}

/** An inlined function is no symbol, but its name is among the debugger's. Other places than names gdb judges. */
const mayBe = (stopAt: string, bytes: Uint8Array): boolean =>
  !/^[A-Za-z_]\w*$/.test(stopAt) ||
  new TextDecoder("latin1").decode(bytes).includes(`${stopAt}\0`);

/** What is known of it before a board is touched. */
export interface DebugElf {
  readonly file: string;
  readonly image: Image;
  /** what gdb will miss in it, one sentence each */
  readonly warnings: readonly string[];
}

// SRAM of every Cortex-M (ARMv7-M ARM §B3.1), and the ITCM RAM of a Cortex-M7 below what aliases there
const isRam = (at: number): boolean => at >= 0x2000_0000 && at < 0x4000_0000 || at < 0x0010_0000;

/** What is loaded into RAM is no business of programming flash: gdb does that, when it is there. */
function requireNoRam(file: string, image: Image): void {
  const piece = image.pieces.find((p) => isRam(p.at));
  if (!piece) return;
  const what = `${file} has data to be loaded into RAM, at ${hex(piece.at)}: ` +
    "programming flash does not put it there";
  throw fault("bad-usage", { what, verb: "debug" }, {
    next: [{
      text: "Let gdb load it, RAM and flash alike; breakpoints come after that:",
      command: `probekit debug ${
        shellWord(file)
      } --no-flash -- -ex load -ex "tbreak main" -ex continue`,
      effect: "reversible",
    }],
  });
}

/**
 * Reads the file. `stopAt` is where the user wants to stop first; a plain name must be one of its symbols.
 * `flashes`: whether it is programmed before gdb starts.
 * Faults: cannot-read-file, bad-usage, image-wrong-machine and others of image/.
 */
export async function debugElf(
  file: string,
  stopAt: string | undefined,
  flashes = false,
): Promise<DebugElf> {
  const bytes = await readBytes(file);
  if (hexBytes(bytes.subarray(0, 4)) !== MAGIC) {
    throw await noElf(file, bytes);
  }
  const image = loadImage(file, bytes);
  if (flashes) requireNoRam(file, image);
  const names = new Set((image.symbols ?? []).map((s) => s.name));
  if (stopAt !== undefined && !names.has(stopAt) && !mayBe(stopAt, bytes)) {
    throw fault("bad-usage", {
      what: `${file} has no function called \`${stopAt}\` to stop at`,
      verb: "debug",
    }, {
      causes: names.size > 0 ? [] : [{
        text: "it has no symbols: it was built without, or stripped",
        likelihood: "proven",
      }],
      next: [{ text: PLACES }],
    });
  }
  const warnings = names.size > 0 ? [] : [
    `${file} has no symbols: gdb knows only addresses in it; build it with -g and do not strip it`,
  ];
  return { file, image, warnings };
}
