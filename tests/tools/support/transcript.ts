/** What a tool said, as a file that later runs are compared with. `deno test -A -- -u` accepts what is new. */
import { assertEquals } from "@std/assert";
import type { ToolRun } from "./tool.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
/** colours and cursors, which some print even to a file */
const ESCAPE = new RegExp(String.fromCharCode(27) + "\\[[0-9;]*[A-Za-z]", "g");

/** Takes out what differs from run to run and says nothing: times, speeds, registers of a running core. */
export function normalised(text: string): string {
  return text
    .replaceAll(ESCAPE, "")
    .replaceAll(/[^\n]*\r(?!\n)/g, "") // a progress line that was written over
    .replaceAll("\r", "")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d /g, "")
    .replaceAll(/in \d+\.\d+s \(\d+\.\d+ KiB\/s\)/g, "in … s")
    .replaceAll(/\d+(\.\d+)? ([kK]i?B\/s)/g, "… $2")
    .replaceAll(/(Finished in) [\d.]+s/g, "$1 … s")
    .replaceAll(/^\[?\d{7} (?=[A-Z] )/gm, "") // pyOCD counts milliseconds, and writes over its bar
    // where our files lie here, and at which of their lines
    .replaceAll(ROOT, "")
    .replaceAll(/\/(tmp|job)\/pk-tool-\w+\//g, "")
    .replaceAll(/(recipes\/[\w.-]+):\d+:\d+/g, "$1")
    .replaceAll(/^\s*\d* \|.*\n/gm, "")
    // what st-flash mends depends on whether the watchdog bit just before
    .replaceAll(/^INFO (flash_loader.c: Clear \w+|common.c: Go to Thumb mode)\n?/gm, "")
    .replaceAll(/(Loader state: R2) \w+ (R15) \w+/g, "$1 … $2 …")
    .replaceAll(/(DHCSR|DFSR|CFSR|HFSR) 0x\w+/g, "$1 …")
    .replaceAll(/[ \t]+$/gm, "")
    .trimEnd();
}

const fileOf = (name: string): URL => new URL(`../transcripts/${name}.txt`, import.meta.url);
/** A run as a transcript has it. */
export const transcript = (command: string, said: string, code: number): string =>
  `$ ${command}\n${said}\nexit ${code}\n`;
/** Writes transcripts/NAME.txt. */
export function writeTranscript(name: string, text: string): void {
  Deno.mkdirSync(new URL(".", fileOf(name)), { recursive: true });
  Deno.writeTextFileSync(fileOf(name), text);
}

/**
 * Compares with transcripts/NAME.txt, or writes it. `sometimes`: lines that are said or not, as the time falls;
 * they are left out.
 */
export function assertTranscript(
  name: string,
  command: string,
  run: ToolRun,
  sometimes?: RegExp,
): void {
  const file = fileOf(name);
  const said = normalised(run.text).split("\n").filter((l) => sometimes?.test(l) !== true).join(
    "\n",
  );
  const text = transcript(command, said, run.code);
  if (Deno.args.includes("-u") || Deno.args.includes("--update")) {
    writeTranscript(name, text);
  }
  assertEquals(text, Deno.readTextFileSync(file), `${file.pathname} differs; -u accepts`);
}
