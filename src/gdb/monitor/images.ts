/** Image files: `flash write_image`, `program`, `verify_image`, `load_image`, in OpenOCD's words. */
import { firstDifference, hex } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import type { GdbSession } from "../session.ts";
import { line, type MonitorCommand, need, usage } from "./command.ts";
import { layoutOf, rate, took } from "./flash.ts";
import { requireNoFlash } from "./memory.ts";

type Pieces = readonly { at: number; bytes: Uint8Array }[];
const bytesOf = (pieces: Pieces): number => pieces.reduce((n, p) => n + p.bytes.length, 0);

/** what an image may be said to be; which it is, its own bytes say, but for raw ones */
const TYPES = ["bin", "ihex", "elf", "s19"];
const TYPE = `[${TYPES.join("|")}]`;

/** An image file, its addresses moved by `offset`; for a raw binary the offset is its address. */
async function image(
  command: MonitorCommand,
  session: GdbSession,
  file: string,
  how?: string,
  type?: string,
): Promise<Pieces> {
  const offset = how === undefined ? 0 : need(command, how);
  if (type !== undefined && !TYPES.includes(type)) throw usage(command);
  const raw = type === "bin" || (type === undefined && file.toLowerCase().endsWith(".bin"));
  const base = raw ? offset || layoutOf(session).at : undefined;
  const pieces = await session.target.board.readImage(file, base);
  return raw ? pieces : pieces.map((p) => ({ ...p, at: p.at + offset }));
}

const writeImage = (name: string): MonitorCommand => {
  const command: MonitorCommand = {
    name,
    usage: `[erase] [unlock] file [offset] ${TYPE}`,
    help: "program a file: compares, erases what differs, programs, reads back",
    async run(session, args) {
      const words = ["erase", "unlock"].filter((w) => args.slice(0, 2).includes(w));
      const [file, offset, type] = args.slice(words.length);
      if (file === undefined) throw usage(command);
      if (words.includes("erase")) await line(session, "auto erase enabled");
      if (words.includes("unlock")) await line(session, "auto unlock enabled");
      const pieces = await image(command, session, file, offset, type);
      session.target.board.requirePlaced(file, pieces);
      const since = session.target.clock.now();
      if (words.includes("unlock")) await unlock(session, pieces);
      const report = await session.target.program(pieces, [], session.working);
      await line(
        session,
        `wrote ${bytesOf(pieces)} bytes from file ${file} in ${
          rate(bytesOf(pieces), took(session, since))
        }`,
      );
      await line(
        session,
        `(${report.sectorsErased} sectors erased, ${report.bytesProgrammed} bytes programmed, read back and equal)`,
      );
      for (const p of report.vectorProblems) await line(session, `WARNING: ${p}`);
    },
  };
  return command;
};
async function unlock(session: GdbSession, pieces: Pieces): Promise<void> {
  const hit = layoutOf(session).sectors.filter((s) =>
    pieces.some((p) => p.at < s.at + s.size && p.at + p.bytes.length > s.at)
  );
  await session.target.board.protect(hit.map((s) => s.index), false, session.working);
}

const verifyImage = (name: string): MonitorCommand => ({
  name,
  usage: `file [offset] ${TYPE}`,
  help: "compare memory with a file",
  async run(session, [file, offset, type]) {
    if (file === undefined) throw usage(verify);
    const pieces = await image(verify, session, file, offset, type);
    const since = session.target.clock.now();
    for (const p of pieces) {
      const got = await session.target.readMemory(p.at, p.bytes.length);
      const at = firstDifference(got, p.bytes);
      if (at < 0) continue;
      throw fault("monitor-differs", {
        file,
        at: hex(p.at + at),
        is: hex(got[at] ?? 0, 2),
        wants: hex(p.bytes[at] ?? 0, 2),
      });
    }
    await line(
      session,
      `verified ${bytesOf(pieces)} bytes in ${rate(bytesOf(pieces), took(session, since))}`,
    );
  },
});
const verify = verifyImage("verify_image");
const load: MonitorCommand = {
  name: "load_image",
  usage: `file [offset] ${TYPE}`,
  help: "write a file into RAM",
  async run(session, [file, offset, type]) {
    if (file === undefined) throw usage(load);
    const pieces = await image(load, session, file, offset, type);
    for (const p of pieces) requireNoFlash(session, p.at, p.bytes.length);
    for (const p of pieces) {
      await session.target.writeMemory(p.at, p.bytes);
      await line(session, `${p.bytes.length} bytes written at address ${hex(p.at).toLowerCase()}`);
    }
  },
};
/** what OpenOCD's `program` takes; what is written is compared first in any case */
const WORDS = ["preverify", "verify", "reset", "exit"];
const program: MonitorCommand = {
  name: "program",
  usage: "file [preverify] [verify] [reset] [exit] [offset]",
  help: "reset and halt, program, and as asked verify and run",
  async run(session, [file, ...rest]) {
    if (file === undefined) throw usage(program);
    const offset = rest.find((w) => /^(0x|\d)/.test(w));
    if (!rest.every((w) => w === offset || WORDS.includes(w))) throw usage(program);
    const pieces = await image(program, session, file, offset);
    session.target.board.requirePlaced(file, pieces);
    await session.target.reset(true);
    await line(session, "** Programming Started **");
    await writeImage("program").run(session, [
      "erase",
      file,
      ...(offset === undefined ? [] : [offset]),
    ]);
    await line(session, "** Programming Finished **");
    if (rest.includes("verify")) {
      await line(session, "** Verify Started **");
      await verify.run(session, [file, ...(offset === undefined ? [] : [offset])]);
      await line(session, "** Verified OK **");
    }
    if (rest.includes("reset")) {
      await line(session, "** Resetting Target **");
      await session.target.reset(false);
    }
    if (rest.includes("exit")) {
      await line(session, "NOTE: the server stays; end it in its terminal");
    }
  },
};

/** Everything that reads or writes whole images. */
export const images: readonly MonitorCommand[] = [
  writeImage("flash write_image"),
  verify,
  verifyImage("flash verify_image"),
  load,
  program,
];
