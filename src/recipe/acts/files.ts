/** Files that actions read and write. */
import { Fault } from "../../base/mod.ts";
import { type Chip, type Layout, unalias } from "../../chip/mod.ts";
import { profileWishes } from "../../flash/mod.ts";
import { type Image, loadImage } from "../../image/mod.ts";
import { placeImage } from "../../plan/mod.ts";
import { PLACED_IMAGES } from "../action_row.ts";
import { Unknown } from "../expressions.ts";
import { fault } from "../faults.ts";
import { Findings } from "../findings.ts";
import { scalarText } from "../scalars.ts";
import { plain } from "../shape.ts";
import { Lines } from "../text_tree.ts";
import type { Region } from "../types.ts";
import { readYaml } from "../yaml_text.ts";
import type { ActIo, LookAt } from "./act.ts";

/** An image, placed on this chip. */
export interface Placed {
  readonly image: Image;
  readonly pieces: ReturnType<typeof placeImage>;
  readonly bytes: number;
}

const saysWhere = (file: string): boolean =>
  PLACED_IMAGES.some((ending) => file.toLowerCase().endsWith(ending));

/** Refuses a damaged image before any board is touched; one whose place is said elsewhere waits. Faults: those of image/. */
export function checkImage(file: string, data: Uint8Array): void {
  if (saysWhere(file)) loadImage(file, data);
}

/** Reads and places an image. Faults: those of image/ and of placing. */
export async function imageOf(
  { io, view }: LookAt,
  file: string,
  base: number | undefined,
): Promise<Placed> {
  const image = io.held(file) ??
    loadImage(file, await io.bytes(file), base === undefined ? {} : { base });
  const pieces = placeImage(image, view.chip, view.layout);
  return { image, pieces, bytes: pieces.reduce((n, p) => n + p.bytes.length, 0) };
}

/** A profile as a plain object: `.ob.yaml`, every scalar as text. Faults: those of YAML. */
export async function readProfile(file: string, text: string): Promise<unknown> {
  const findings = new Findings(new Lines({ file, text }));
  const tree = await readYaml(text, findings);
  const [first] = findings.all;
  if (!tree) throw first?.fault ?? fault("not-a-recipe", { what: `${file} is empty` });
  return plain(tree);
}

/** What a profile wants of this chip, by field. Faults: bad-option-profile, option-profile-not-for-chip. */
export async function profileOf(
  { io, view }: LookAt,
  file: string,
): Promise<Readonly<Record<string, number>>> {
  const text = new TextDecoder().decode(await io.bytes(file));
  const profile = await readProfile(file, text);
  try {
    return profileWishes(profile, view.chip);
  } catch (error) {
    throw error instanceof Fault ? error.within({ doing: `reading ${file}` }) : error;
  }
}

/** Regions as ranges of main flash; `all` is all of it. Fault: region-outside-flash. */
export function rangesOf(
  chip: Chip,
  layout: Layout,
  regions: readonly Region[],
): readonly { readonly at: number; readonly length: number }[] {
  return regions.map((r) => {
    if (r === "all") return { at: layout.at, length: layout.size };
    const at = unalias(chip, layout, r.at);
    if (at >= layout.at && at + r.length <= layout.at + layout.size) {
      return { at, length: r.length };
    }
    throw fault("region-outside-flash", {
      region: scalarText("region", r),
      flash: scalarText("region", { at: layout.at, length: layout.size }),
    });
  });
}

/** Where a step's file goes. */
export interface Output {
  /** the name it has when nothing else has it */
  readonly file: string;
  /** whether the recipe or its input says this very name */
  readonly chosen: boolean;
  /** whether something has the name now */
  readonly taken: boolean;
}

/** Names a step's file: `to` when it ends as wanted, else one in it that is named after the chip and `part` of it. */
export async function outputOf(
  { io, view }: LookAt,
  to: string,
  ending: string,
  part = "",
): Promise<Output> {
  const file = outputFile(to, view.chip, ending, part);
  return { file, chosen: file === to, taken: await io.isThere(file) };
}

/** The name as a plan can say it. */
export const outputText = ({ file, chosen, taken }: Output): string =>
  !taken
    ? file
    : chosen
    ? `${file}, keeping other content that is there under another name`
    : `${file}, or under the next name when that holds other content`;

/** What an output says of its file before it is written. */
export const outputName = ({ file, chosen, taken }: Output): string | Unknown =>
  taken && !chosen ? new Unknown(["file"]) : file;

/** Writes it; gives its name, and that in words. */
export async function writeOutput(
  io: ActIo,
  { file, chosen }: Output,
  data: Uint8Array | string,
): Promise<{ readonly file: string; readonly text: string }> {
  const kept = await io.keep?.(file, data, chosen) ?? { file };
  const older = kept.older === undefined ? "" : ` (what was there is in ${kept.older} now)`;
  return { file: kept.file, text: `${kept.file}${older}` };
}

function outputFile(to: string, chip: Chip, ending: string, part = ""): string {
  if (to.toLowerCase().endsWith(ending)) return to;
  const words = [chip.sub.matches[0] ?? chip.sub.name, chip.uid, part];
  const name = words.filter((t) => t !== "").join("-");
  return `${to.replace(/\/+$/, "")}/${name}${ending}`;
}
