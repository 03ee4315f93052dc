/** Which room may know which: the logic of the house's import rules, as plain functions. */

/** Rooms from the ground up; rooms of one level are strangers. */
export const LEVELS: readonly (readonly string[])[] = [
  ["base"],
  ["usb", "chip", "image"],
  ["probe", "plan"],
  ["coresight"],
  ["cortex"],
  ["flash"],
  ["recipe"],
  ["doctor"],
  ["gdb", "cli"],
];
/** All that the simulator may import. */
const CELLAR: readonly string[] = ["base", "usb"];
/** Tasks that check or measure the house itself may look into any room. */
const INSPECTORS = /^tasks\/(check|bench)\/|^tasks\/(oracle|schema)\.ts$/;

const rank = (room: string): number => LEVELS.findIndex((level) => level.includes(room));

/** A file's path inside the house: `src/probe/stlink/driver.ts`. */
export function inHouse(path: string): string {
  const plain = path.replaceAll("\\", "/");
  return plain.match(/(?:^|\/)((?:src|tasks|recipes|ffi|tests|examples)\/.*|mod\.ts)$/)?.[1] ??
    plain;
}
/** The room of a file under src/, or undefined. */
export const roomOf = (file: string): string | undefined =>
  inHouse(file).match(/^src\/([a-z_]+)\//)?.[1];

function fromSource(room: string, target: string): string | undefined {
  const to = roomOf(target);
  if (target.startsWith("ffi/") && room !== "usb") return "only src/usb may import ffi/";
  if (/^(tasks|recipes|tests|examples)\/|^mod\.ts$/.test(target)) {
    return `src/ may not import ${target.split("/")[0]}`;
  }
  if (!to || to === room) return;
  if (room === "sim") {
    if (!CELLAR.includes(to)) return `sim/ may not import ${to}/`;
  } else {
    if (to === "sim") return "nobody in src/ imports sim/";
    if (rank(room) < 0) return `${room}/ is no room of the house`;
    if (rank(to) >= rank(room)) return `${room}/ may not import ${to}/: it is not below`;
  }
  if (target !== `src/${to}/mod.ts`) return `enter ${to}/ by its door, ${to}/mod.ts`;
}

function fromAttic(file: string, target: string): string | undefined {
  if (file.startsWith("recipes/")) {
    const allowed = target === "mod.ts" || target === "tasks/probekit.ts" ||
      target.startsWith("recipes/");
    return allowed ? undefined : "a recipe sees mod.ts only";
  }
  if (file.startsWith("tasks/") && !INSPECTORS.test(file)) {
    const to = roomOf(target);
    if (to === undefined || to === "cli" || to === "sim") return;
    return "tasks/ sees mod.ts, src/cli and src/sim";
  }
}

/** Why `file` may not import `spec`, or undefined when it may. */
export function wrongImport(file: string, spec: string): string | undefined {
  const here = inHouse(file);
  if (spec.startsWith("node:") && here.startsWith("src/")) {
    return "src/ is plain Web TypeScript: no node: imports";
  }
  if (spec === "probekit" && here.startsWith("src/")) {
    return "src/ may not import its own front door";
  }
  if (!spec.startsWith(".")) return;
  const target = new URL(spec, `file:///${here}`).pathname.slice(1);
  const room = roomOf(here);
  return room ? fromSource(room, target) : fromAttic(here, target);
}
