/** examples/ide/gdbinit: gdb itself reads it, against our server and the virtual board. */
import { assertEquals, assertMatch } from "@std/assert";
import { runChild } from "../gdb/support/virtual.ts";
import { needs } from "../support/need.ts";
import { freePort, HAS_GDB, onPort, PROJECT, Server } from "./support/session.ts";

needs(
  "gdb-multiarch",
  HAS_GDB,
  "gdbinit: programs, stops at main, and restart starts over",
  async () => {
    const port = freePort();
    const file = await Deno.makeTempFile({ suffix: ".gdb" });
    await using server = new Server(
      "probekit",
      ["gdb", "--port", port, "--once"],
      "sim:stm32f746g-disco",
    );
    await server.ready(/target extended-remote/);
    try {
      await Deno.writeTextFile(file, onPort(port, "gdbinit")[0] ?? "");
      const { code, text } = await runChild("gdb-multiarch", [
        ...["-nx", "-batch", "-x", file],
        ...["-ex", "next", "-ex", "restart", "-ex", "info registers pc"],
        `${PROJECT}/build/hello.elf`,
      ]);
      assertEquals(code, 0, text);
      assertMatch(
        text,
        /Temporary breakpoint 1, main \(\)[^]*pc +0x80001dc +0x80001dc <Reset_Handler>/,
      );
    } finally {
      await Deno.remove(file);
    }
  },
);
