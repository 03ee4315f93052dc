/** A program's UART, both ways, with its receive interrupt. */
import { assertEquals } from "@std/assert";
import { loadImage } from "../../src/image/mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { upperFirmware, withCompiler } from "../support/upper_firmware.ts";

withCompiler("UART: firmware speaks, and hears what is typed by its interrupt", async () => {
  const { board } = openSim("sim:stm32f746g-disco?scenario=blank");
  for (const p of loadImage("upper.elf", await upperFirmware()).pieces) {
    board.putFlash(p.at, p.bytes);
  }
  board.pressReset();
  board.run(2);
  assertEquals(board.text, "ready\n");
  assertEquals(board.core, "sleeping");
  board.send("Hello, f746 z\n");
  board.run(1); // eleven bytes have come in, ten have gone out
  assertEquals(board.text, "ready\nHELLO, F74");
  board.run(1);
  assertEquals(board.text, "ready\nHELLO, F746 Z\n");
  assertEquals(board.warnings, []);
});
