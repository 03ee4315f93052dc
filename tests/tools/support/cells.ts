/** Cells that several tools do the same way: by gdb at their server, or by one command. */
import { type Cell, type Seen, seen } from "./matrix.ts";
import { BASE, COUNTER, IMAGE, KIB_64, PRINTED, PRINTER } from "./programs.ts";
import type { Bench } from "./tool.ts";

export const ELF: string = new URL("../../fixtures/hello.elf", import.meta.url).pathname;

/** Where most of them run. */
export const HERE = "over libusb and umockdev";

/** The first line of what a program says. */
export async function firstLine(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return text.split("\n")[0] ?? "";
}
/** Whether a text holds all of these. */
export const has = (...parts: readonly (string | RegExp)[]) => (text: string): boolean =>
  parts.every((p) => typeof p === "string" ? text.includes(p) : p.test(text));

const COUNTED = ["hbreak *0x08000204", "continue", "continue", "p $r0", "p/x $pc"];
/** The printing program ends in a loop at 0x0800_0206. */
const PRINTING = ["hbreak *0x08000206", "continue", "p/x $pc"];

/** gdb does not notice what a monitor command does to the registers. */
const FORGET = "maintenance flush register-cache";

/** A cell that puts a program into flash and lets gdb work with it. */
const debugged = (
  server: readonly string[],
  code: Uint8Array,
  commands: readonly string[],
  check: (gdb: string, server: string) => boolean,
): Cell =>
async (b) => {
  b.board.putFlash(BASE, code);
  const said = await b.gdb(server, ["monitor reset halt", FORGET, ...commands]);
  const good = check(said.gdb, said.server);
  return { text: good ? said.gdb : `${said.server}\n${said.gdb}`, good };
};
const loaded = (server: readonly string[]): Cell => async (b) => {
  b.board.putFlash(BASE, COUNTER); // a new board holds this ELF already
  const commands = [`file ${ELF}`, "monitor reset halt", "load", "compare-sections"];
  const { gdb, server: said } = await b.gdb(server, commands);
  const good = has("Loading section .text, size 0x248", /\.text.*matched/)(gdb);
  return { text: good ? gdb : `${said}\n${gdb}`, good };
};
/** The debugging rows by gdb. */
export const byGdb = (server: readonly string[], semihosting: readonly string[]) => ({
  registers: debugged(server, COUNTER, ["info registers"], has(/sp +0x20010000/, /pc +0x8000200/)),
  step: debugged(server, COUNTER, ["stepi", "p/x $pc"], has("= 0x8000202")),
  breakpoint: debugged(server, COUNTER, COUNTED, has(/= 2\n/, "= 0x8000204")),
  load: loaded(server),
  semihosting: debugged(
    [...server, ...semihosting],
    PRINTER,
    PRINTING,
    (gdb, said) => gdb.includes("= 0x8000206") && (said.includes(PRINTED) || gdb.includes(PRINTED)),
  ),
});
/** Whether these are the image's bytes, all of them. */
export const sameAsImage = (bytes: Uint8Array): boolean =>
  bytes.length === IMAGE.length && bytes.every((x, i) => x === IMAGE[i]);
export const readBack = async (b: Bench, command: readonly string[]): Promise<Seen> => {
  b.board.putFlash(BASE, IMAGE);
  const [program = "", ...args] = command;
  const s = await seen(b, () => true, program, ...args);
  return { ...s, good: s.good && sameAsImage(b.folder.get("back.bin")) };
};
/** A command that shall erase all flash and leave `left` at its beginning. */
export const erasedBut = async (
  left: Uint8Array,
  b: Bench,
  command: readonly string[],
): Promise<Seen> => {
  b.board.putFlash(BASE + 4 * KIB_64, IMAGE);
  const [program = "", ...args] = command;
  const s = await seen(b, () => true, program, ...args);
  return { ...s, good: s.good && b.board.flash.every((x, i) => x === (left[i] ?? 0xFF)) };
};
export const erased = (b: Bench, command: readonly string[]): Promise<Seen> =>
  erasedBut(new Uint8Array(0), b, command);
export const NO_OPTIONS = "has no command for option bytes";
