/** What `gdb` and `debug` have in common: a board that is served. */
import { type Bench, boardTarget, loadImage, Semihosting } from "../mod.ts";
import {
  type Cli,
  cliFault,
  type Given,
  journalistOf,
  type OpenedSource,
  readBytes,
  SemihostFolder,
} from "../src/cli/mod.ts";
import { TOOL } from "./tool.ts";

/** What serves a program's semihosting calls. */
export type Semihosted = ReturnType<typeof semihostingOf>;

const HIGHEST_PORT = 65535;

/** The TCP port that was asked for. Fault: bad-usage. */
export function portOf(given: Given, verb: string, absent: string): number {
  const text = given.text("port") ?? absent;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= HIGHEST_PORT) return port;
  throw cliFault("bad-usage", { what: `"${text}" is no TCP port`, verb });
}

/** With the folder that this server looks in, which need not be gdb's: it is what an error shows. */
const whole = (file: string): string => file.startsWith("/") ? file : `${Deno.cwd()}/${file}`;

/** An attached board as a debugger sees it; what an earlier run left open is told first. */
export async function targetOf(
  given: Given,
  cli: Cli,
  opened: OpenedSource,
  bench: Bench,
  verb: string,
): ReturnType<typeof boardTarget> {
  const { core, chip, flash, probe } = bench;
  const journal = journalistOf(given, opened, bench, verb, TOOL);
  for (const note of await journal.begin(true)) cli.err(`note: ${note}\n`);
  return await boardTarget({
    ...{ core, chip, flash, probe, journal },
    watchdogOk: given.flag("watchdog-ok"),
    readImage: async (file, base) =>
      loadImage(file, await readBytes(whole(file)), base === undefined ? {} : { base }),
  });
}

/** Semihosting on this terminal, and the folder that it may have files in. Fault: bad-usage. */
export function semihostingOf(given: Given, cli: Cli, verb: string) {
  const files = new SemihostFolder(given.text("semihosting-files"), verb);
  const semihosting = new Semihosting((text) => cli.out(text), files);
  semihosting.enabled = given.flag("semihosting");
  return { files, semihosting };
}
