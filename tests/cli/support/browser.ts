/** A page in headless Chromium: what it looks like, and what it became after loading. */
import { programPath } from "../../support/need.ts";
import { Folder } from "./program.ts";

/** Its path, or undefined. */
export const CHROMIUM = programPath("chromium") ?? programPath("chromium-browser");

const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  // any name a page asks for leads nowhere: what it needs from a network is missing, and is reported
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--enable-logging=stderr",
];

/** How to look at it. */
export interface Look {
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

async function browse(args: readonly string[], look: Look): Promise<{ out: string; log: string }> {
  using profile = new Folder();
  const { width = 1120, height = 1400, dark = false } = look;
  const { code, stdout, stderr } = await new Deno.Command(CHROMIUM ?? "chromium", {
    args: [
      ...QUIET,
      `--user-data-dir=${profile.path}`,
      `--window-size=${width},${height}`,
      // Blink's PreferredColorScheme: 0 is dark, 1 is light
      `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`,
      ...args,
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (b: Uint8Array) => new TextDecoder().decode(b);
  if (code !== 0) throw new Error(`chromium ended with ${code}: ${text(stderr)}`);
  return { out: text(stdout), log: text(stderr) };
}

/** The page's document after loading, and what the browser complained about. */
export async function dumpDom(
  file: string,
  look: Look = {},
): Promise<{ dom: string; complaints: readonly string[] }> {
  const { out, log } = await browse(["--dump-dom", `file://${file}`], look);
  return { dom: out, complaints: log.split("\n").filter((l) => l.includes("CONSOLE")) };
}

/** Pixels of a picture of the page, four bytes each: red, green, blue, alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): readonly [r: number, g: number, b: number];
}

/** A picture of the page. */
export async function screenshot(file: string, look: Look = {}): Promise<Pixels> {
  using folder = new Folder();
  const png = folder.at("page.png");
  await browse([`--screenshot=${png}`, `file://${file}`], look);
  return await decodePng(Deno.readFileSync(png));
}

async function inflate(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const stream = new Blob(parts.map((p) => p.slice())).stream().pipeThrough(
    new DecompressionStream("deflate"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The nearest of left, above and above-left (PNG specification §9.4). */
function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** 8-bit RGB or RGBA without interlacing, which is what Chromium writes. */
export async function decodePng(file: Uint8Array): Promise<Pixels> {
  const view = new DataView(file.buffer, file.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = file[25] === 6 ? 4 : file[25] === 2 ? 3 : 0;
  if (file[24] !== 8 || channels === 0 || file[28] !== 0) throw new Error("not such a PNG");
  const data: Uint8Array[] = [];
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (name === "IDAT") data.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = await inflate(data);
  const line = width * channels;
  const out = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const a = x >= channels ? out[y * line + x - channels] ?? 0 : 0;
      const b = y > 0 ? out[(y - 1) * line + x] ?? 0 : 0;
      const c = x >= channels && y > 0 ? out[(y - 1) * line + x - channels] ?? 0 : 0;
      const add = [0, a, b, Math.floor((a + b) / 2), paeth(a, b, c)][filter ?? 0] ?? 0;
      out[y * line + x] = ((raw[y * (line + 1) + 1 + x] ?? 0) + add) % 256;
    }
  }
  const one = (x: number, y: number, i: number) => out[y * line + x * channels + i] ?? 0;
  return { width, height, at: (x, y) => [one(x, y, 0), one(x, y, 1), one(x, y, 2)] };
}
