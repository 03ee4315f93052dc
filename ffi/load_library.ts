/** Looking for a library without asking for a permission that was not given, and loading it. */

/** How looking for a library ended. */
export type Found<T> =
  | { readonly path: string; readonly library: T }
  | { readonly missing: readonly string[] }
  | { readonly notAllowed: string }
  | { readonly unfit: string; readonly why: string; readonly cause: unknown };

/** What looking needs of the system. */
export interface LoadHost<T> {
  /** whether this process may load the file; `prompt`: the user may be asked */
  allowed(path: string): "granted" | "prompt" | "denied";
  /** undefined when it cannot be told: no permission to look, or a bare name */
  exists(path: string): boolean | undefined;
  /** throws what the system's loader says; an Error named NotCapable when it was not allowed */
  load(path: string): T;
}

const NOT_THERE = /no such file|could not be found|image not found/i;

function attempt<T>(path: string, host: LoadHost<T>): Found<T> {
  try {
    return { path, library: host.load(path) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Error && cause.name === "NotCapable") return { notAllowed: path };
    // a library whose own dependency is missing is reported by that other name
    const missing = NOT_THERE.test(why) && why.includes(`${path}:`) && host.exists(path) !== true;
    return missing ? { missing: [path] } : { unfit: path, why, cause };
  }
}

/**
 * Loads the first candidate that can be loaded. Those that are allowed come first, so that a run with
 * `--allow-ffi=<one path>` neither asks nor fails; then the one file that the user would have to allow.
 */
export function findLibrary<T>(candidates: readonly string[], host: LoadHost<T>): Found<T> {
  const possible = candidates.filter((path) => host.exists(path) !== false);
  const allowed = possible.filter((path) => host.allowed(path) === "granted");
  let unfit: Found<T> | undefined;
  for (const path of allowed) {
    const found = attempt(path, host);
    if ("library" in found) return found;
    if ("unfit" in found) unfit ??= found;
  }
  if (unfit) return unfit;
  const ask = possible.filter((path) => host.allowed(path) !== "granted");
  const there = ask.find((path) => host.exists(path) === true);
  // all is known: nothing there is nothing to ask for. A bare name alone is no reason to ask either
  const unknown = ask.find((path) => /[/\\]/.test(path));
  const guess = there ?? unknown;
  return guess === undefined ? { missing: candidates } : attempt(guess, host);
}

const granted = (permission: Deno.PermissionDescriptor): boolean =>
  Deno.permissions.querySync(permission).state === "granted";
const isPath = (name: string): boolean => /[/\\]/.test(name);

/** Whether this process may load `path`; a bare name needs the whole permission. Never prompts. */
export function mayLoad(path: string): "granted" | "prompt" | "denied" {
  const all = Deno.permissions.querySync({ name: "ffi" }).state;
  if (all === "granted" || !isPath(path)) return all;
  return Deno.permissions.querySync({ name: "ffi", path }).state;
}

/** Whether the file is there; undefined for a bare name or when this process may not look. Never prompts. */
export function isThere(path: string): boolean | undefined {
  if (!isPath(path) || !granted({ name: "read", path })) return undefined;
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A variable of the environment, when this process may read it. Never prompts. */
export const variableOf = (variable: string): string | undefined =>
  granted({ name: "env", variable }) ? Deno.env.get(variable) : undefined;

/** Text of /etc/os-release, empty when there is none or it may not be read. */
export function osRelease(): string {
  const path = "/etc/os-release";
  try {
    return granted({ name: "read", path }) ? Deno.readTextFileSync(path) : "";
  } catch {
    return "";
  }
}
