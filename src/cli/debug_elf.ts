/** The file that is debugged: is it one, is it for this kind of chip, does it say what gdb needs? */
import { hexBytes } from "../base/mod.ts";
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

/** What is known of it before a board is touched. */
export interface DebugElf {
  readonly file: string;
  readonly image: Image;
  /** what gdb will miss in it, one sentence each */
  readonly warnings: readonly string[];
}

/**
 * Reads the file. `stopAt` is where the user wants to stop first; a plain name must be one of its symbols.
 * Faults: cannot-read-file, debug-needs-elf, no-such-function, image-wrong-machine and others of image/.
 */
export async function debugElf(file: string, stopAt: string | undefined): Promise<DebugElf> {
  const bytes = await readBytes(file);
  if (hexBytes(bytes.subarray(0, 4)) !== MAGIC) {
    const elf = await beside(file);
    const next = elf === undefined
      ? []
      : [{ text: "It seems to be beside it:", command: `probekit debug ${elf}` }];
    throw fault("debug-needs-elf", { file, format: formatText(file, bytes) }, { next });
  }
  const image = loadImage(file, bytes);
  const names = new Set((image.symbols ?? []).map((s) => s.name));
  if (stopAt !== undefined && /^[A-Za-z_]\w*$/.test(stopAt) && !names.has(stopAt)) {
    const symbols = names.size === 0 ? { symbols: "no symbols" } : {};
    throw fault("no-such-function", { file, name: stopAt, ...symbols });
  }
  const warnings = names.size > 0 ? [] : [
    `${file} has no symbols: gdb knows only addresses in it; build it with -g and do not strip it`,
  ];
  return { file, image, warnings };
}
