/** `probekit gdb` says the address that a debugger can connect to. */
import { needs } from "../support/need.ts";
import { Server } from "../ide/support/session.ts";

// all of 127.0.0.0/8 is this computer on Linux, and `:PORT` reaches only the first
needs(
  "Linux",
  Deno.build.os === "linux",
  "gdb --listen: another address than localhost is said with its port",
  async () => {
    for (
      const [listen, says] of [
        ["127.0.0.2", /target extended-remote 127\.0\.0\.2:\d+/],
        ["127.0.0.1", /target extended-remote :\d+/],
      ] as const
    ) {
      await using server = new Server(
        "probekit",
        ["gdb", "--port", "0", "--listen", listen],
        "sim:stm32f746g-disco",
      );
      await server.ready(says);
    }
  },
);
