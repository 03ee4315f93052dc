import { u32le } from "../../base/mod.ts";
import { type GdbRegister, IN_G } from "../registers.ts";
import type { GdbSession } from "../session.ts";
import { fromHex, hexNumber, wordHex } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

const partsOf = (registers: readonly GdbRegister[]): string[] => registers.flatMap((r) => r.parts);

async function read(session: GdbSession, registers: readonly GdbRegister[]): Promise<string> {
  const values = await session.registers.read(partsOf(registers));
  return values.map(wordHex).join("");
}

async function write(
  session: GdbSession,
  registers: readonly GdbRegister[],
  text: string,
): Promise<string> {
  const bytes = fromHex(text);
  const parts = partsOf(registers);
  if (!bytes || bytes.length < 4 * parts.length) return MALFORMED;
  session.ram.forget(); // it may be the stack pointer
  await session.registers.write(
    Object.fromEntries(parts.map((name, i) => [name, u32le(bytes, 4 * i)])),
  );
  return "OK";
}

/** `g`: the registers that a probe reads in one exchange; gdb asks for the rest by `p`. */
export const readAll: PacketHandler = {
  prefix: "g",
  shape: /^$/,
  tells: true,
  handle: (session) => read(session, session.described.slice(0, IN_G)),
};
/** `G`: the same ones. */
export const writeAll: PacketHandler = {
  prefix: "G",
  tells: true,
  handle: (session, args) => write(session, session.described.slice(0, IN_G), args),
};
/** `p n` */
export const readOne: PacketHandler = {
  prefix: "p",
  tells: true,
  handle(session, args) {
    const register = session.described[hexNumber(args) ?? -1];
    return register ? read(session, [register]) : "E.no such register";
  },
};
/** `P n=value` */
export const writeOne: PacketHandler = {
  prefix: "P",
  tells: true,
  handle(session, args) {
    const [number, value = ""] = args.split("=");
    const register = session.described[hexNumber(number) ?? -1];
    if (!register) return "E.no such register";
    // gdb sends a register's own bytes; a description of 32 bits means 8 digits
    return value.length * 4 === register.bits ? write(session, [register], value) : MALFORMED;
  },
};
