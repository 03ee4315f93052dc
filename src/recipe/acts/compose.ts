/** image.compose: the data of one unit laid over an image, in memory and nowhere else. */
import { hex } from "../../base/mod.ts";
import { type Image, loadImage, type Piece } from "../../image/mod.ts";
import type { Range } from "../../plan/mod.ts";
import { fault } from "../faults.ts";
import { parseScalar } from "../scalars.ts";
import type { Act, LookAt } from "./act.ts";
import { type Layout, readLayout } from "./layout.ts";
import { layOut } from "./layout_bytes.ts";

interface Written {
  readonly at: number;
  readonly layout: Layout;
  readonly values: Readonly<Record<string, unknown>>;
}

const KEYS = ["at", "layout", "values"] as const;

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

function wrong(what: string, text: unknown, wanted: string): never {
  throw fault("wrong-type", {
    key: what === "" ? "overlay" : `overlay.${what}`,
    text: String(text).slice(0, 80),
    wanted,
  });
}

async function overlayOf(at: LookAt, one: unknown): Promise<Written> {
  if (!isObject(one)) wrong("", one, "a mapping with at, layout and values");
  const extra = Object.keys(one).find((k) => !KEYS.some((known) => known === k));
  if (extra !== undefined) wrong(extra, one[extra], `one of ${KEYS.join(", ")}`);
  const address = parseScalar("address", String(one["at"] ?? ""));
  if (!address.ok) wrong("at", one["at"], address.wanted);
  const name = one["layout"];
  if (typeof name !== "string") wrong("layout", name, "the name of a layout file");
  const values = one["values"] ?? {};
  if (!isObject(values)) wrong("values", values, "a mapping of fields to values");
  const file = at.place(name);
  const layout = await readLayout(file, new TextDecoder().decode(await at.io.bytes(file)));
  return { at: address.value as number, layout, values };
}

/** The parts of `bytes` that the image does not hold. Fault: overlay-overlaps. */
function beside(image: Image, at: number, bytes: Uint8Array, from: string): readonly Piece[] {
  const out: Piece[] = [];
  const add = (start: number, end: number) => {
    if (end > start) out.push({ at: at + start, bytes: bytes.subarray(start, end), from });
  };
  let done = 0;
  for (const p of image.pieces) {
    const [start, end] = [
      Math.max(0, p.at - at),
      Math.min(bytes.length, p.at + p.bytes.length - at),
    ];
    if (start >= end) continue;
    for (let i = start; i < end; i++) {
      if (bytes[i] === p.bytes[at + i - p.at]) continue;
      throw fault("overlay-overlaps", { file: image.file, at: hex(at + i) });
    }
    add(done, start);
    done = end;
  }
  add(done, bytes.length);
  return out;
}

/** What the image says at a place, as text up to its end. Fault: image-says-nothing. */
function readText(image: Image, layout: Layout, name: string): string | undefined {
  const place = layout.reads[name];
  if (!place) return undefined;
  const piece = image.pieces.find((p) =>
    p.at <= place.at && place.at + place.size <= p.at + p.bytes.length
  );
  const bytes = piece?.bytes.subarray(place.at - piece.at, place.at - piece.at + place.size);
  const text = bytes && new TextDecoder("latin1").decode(bytes).replace(/[\0\xff][^]*$/, "");
  if (text !== undefined && /^[\x20-\x7e]+$/.test(text)) return text;
  throw fault("image-says-nothing", {
    image: image.file,
    at: hex(place.at),
    layout: layout.file,
    name,
  });
}

/** What the overlays add to an image. */
interface Composed {
  readonly pieces: readonly Piece[];
  readonly secret: readonly Range[];
  readonly places: readonly Range[];
  readonly told: readonly string[];
  readonly version: string | undefined;
}

const byAddress = (pieces: readonly Piece[]) => [...pieces].sort((a, b) => a.at - b.at);

async function compose(at: LookAt, image: Image, list: readonly unknown[]): Promise<Composed> {
  let pieces: readonly Piece[] = image.pieces;
  const secret: Range[] = [];
  const places: Range[] = [];
  const told: string[] = [];
  let version: string | undefined;
  for (const one of list) {
    const overlay = await overlayOf(at, one);
    const out = layOut(overlay.layout, overlay.values);
    pieces = byAddress([
      ...pieces,
      ...beside({ ...image, pieces }, overlay.at, out.bytes, overlay.layout.name),
    ]);
    secret.push(...out.secret.map((r) => ({ at: overlay.at + r.at, length: r.length })));
    places.push({ at: overlay.at, length: out.bytes.length });
    version ??= readText(image, overlay.layout, "version");
    const hidden = out.secret.length > 0 ? ", with a secret in it" : "";
    told.push(`${overlay.layout.name} (${out.bytes.length} bytes) at ${hex(overlay.at)}${hidden}`);
  }
  return { pieces, secret, places, told, version };
}

/**
 * image.compose. Faults: layout-wrong, image-says-nothing, layout-value-wrong, overlay-overlaps, wrong-type,
 * path-escapes, and those of image/.
 */
export const imageCompose: Act = async (at, p) => {
  const { io } = at;
  const base = String(p["base"]);
  const image = io.held(base) ?? loadImage(base, await io.bytes(base));
  const list = p["overlay"];
  if (!Array.isArray(list)) wrong("", "one value", "a list of { at, layout, values }");
  const { pieces, secret, places, told, version } = await compose(at, image, list);
  const file = await io.hold({ ...image, pieces }, secret);
  io.desk.overlays.push(...places);
  io.desk.unit.image = base;
  return {
    state: "unchanged",
    effect: "read",
    summary: `${base} with ${told.join(" and ")}, in memory`,
    secret,
    outputs: { file, ...(version === undefined ? {} : { version }) },
    sparesFlash: true,
  };
};
