import { runMonitor } from "../monitor/mod.ts";
import { fromHex } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

/** `qRcmd,hex`: a monitor command. What it says goes to gdb's console, then OK or an error. */
export const rcmd: PacketHandler = {
  prefix: "qRcmd,",
  console: true,
  async handle(session, args) {
    const bytes = fromHex(args);
    if (!bytes) return MALFORMED;
    session.cache.clear();
    session.forget();
    await session.sayLater();
    await runMonitor(session, new TextDecoder().decode(bytes));
    session.forget();
    return "OK";
  },
};
