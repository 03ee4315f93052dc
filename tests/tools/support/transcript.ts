/** What a tool said, as a file that later runs are compared with. `deno test -A -- -u` accepts what is new. */
import { assertEquals } from "@std/assert";
import type { ToolRun } from "./tool.ts";

/** Takes out what differs from run to run and says nothing: times, speeds, registers of a running core. */
export function normalised(text: string): string {
  return text
    .replaceAll(/[^\n]*\r(?!\n)/g, "") // a progress line that was written over
    .replaceAll("\r", "")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d /g, "")
    .replaceAll(/in \d+\.\d+s \(\d+\.\d+ KiB\/s\)/g, "in … s")
    .replaceAll(/\d+(\.\d+)? ([kK]i?B\/s)/g, "… $2")
    .replaceAll(/^\d{7} (?=[A-Z] )/gm, "") // pyOCD counts milliseconds
    // what st-flash mends depends on whether the watchdog bit just before
    .replaceAll(/^INFO (flash_loader.c: Clear \w+|common.c: Go to Thumb mode)\n?/gm, "")
    .replaceAll(/(Loader state: R2) \w+ (R15) \w+/g, "$1 … $2 …")
    .replaceAll(/(DHCSR|DFSR|CFSR|HFSR) 0x\w+/g, "$1 …")
    .replaceAll(/[ \t]+$/gm, "")
    .trimEnd();
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
  const file = new URL(`../transcripts/${name}.txt`, import.meta.url);
  const said = normalised(run.text).split("\n").filter((l) => sometimes?.test(l) !== true).join(
    "\n",
  );
  const text = `$ ${command}\n${said}\nexit ${run.code}\n`;
  if (Deno.args.includes("-u") || Deno.args.includes("--update")) {
    Deno.mkdirSync(new URL(".", file), { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  assertEquals(text, Deno.readTextFileSync(file), `${file.pathname} differs; -u accepts`);
}
