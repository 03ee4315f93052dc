/** The shape of one packet's file. */
import type { GdbSession } from "../session.ts";

/** What a packet begins with, and what it does. Gives the reply, or undefined when it is sent later. */
export interface PacketHandler {
  readonly prefix: string;
  /** what must follow; else it is some other packet, and not supported */
  readonly shape?: RegExp;
  /** whether it may come while the core runs */
  readonly whileRunning?: boolean;
  /** whether a failure is nothing to speak of: gdb tries things */
  readonly mayFail?: boolean;
  /** whether gdb takes, and newer ones show, an error in words */
  readonly tells?: boolean;
  /** whether gdb takes console text until the reply comes */
  readonly console?: boolean;
  /** `args`: what follows the prefix, a character a byte; `payload`: the whole packet */
  handle(
    session: GdbSession,
    args: string,
    payload: Uint8Array,
  ): Promise<string | Uint8Array | undefined> | string | Uint8Array | undefined;
}

/** The packet said something that it cannot mean. */
export const MALFORMED = "E.malformed packet";
