import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadImage } from "../../src/image/mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { needsProgram } from "../support/need.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const EXAMPLE = new URL("../../examples/hello-f746/", import.meta.url);

/** Puts an image on a blank board, lets it live for a good second, says what it did. */
function lived(file: string, bytes: Uint8Array) {
  const { board } = openSim("sim:stm32f746g-disco?scenario=blank");
  for (const p of loadImage(file, bytes).pieces) board.putFlash(p.at, p.bytes);
  let edges = 0;
  board.onPin = (pin) => void (edges += pin === "PI1" ? 1 : 0);
  board.pressReset();
  board.run(1050); // the eighth edge comes 1000 ms after the clocks are up
  return { board, edges };
}

for (const name of ["hello.hex", "hello.elf"]) {
  Deno.test(`demo firmware (${name}): blinks LD1 four times a second and says so at 216 MHz`, async () => {
    const { board, edges } = lived(name, await Deno.readFile(new URL(name, FIXTURES)));
    assertEquals(
      board.text,
      "hello from an STM32F746 at 216 MHz\r\n" + [1, 2, 3, 4].map((n) => `blink ${n}\r\n`).join(""),
    );
    assertEquals(edges, 8);
    assertEquals(board.resets.length, 1);
    assertEquals(board.warnings, []);
  });
}

needsProgram(
  "arm-none-eabi-gcc",
  "demo firmware: built from its source it does the same",
  async () => {
    const folder = await Deno.makeTempDir();
    for (const file of ["main.c", "startup.c", "stm32f746.ld", "Makefile"]) {
      await Deno.copyFile(new URL(file, EXAMPLE), `${folder}/${file}`);
    }
    const text = await Deno.readTextFile(`${folder}/Makefile`);
    await Deno.writeTextFile(`${folder}/Makefile`, text.replace(/^include .*$/m, ""));
    const made = await new Deno.Command("make", { args: ["-C", folder, "all"] }).output();
    assertEquals(made.code, 0, new TextDecoder().decode(made.stderr));
    const { board, edges } = lived("hello.elf", await Deno.readFile(`${folder}/build/hello.elf`));
    await Deno.remove(folder, { recursive: true });
    assertStringIncludes(board.text, "hello from an STM32F746 at 216 MHz\r\nblink 1\r\n");
    assertEquals(edges, 8);
  },
);

Deno.test("demo firmware: the core's clock follows RCC from 16 to 216 MHz", async () => {
  const { board } = lived("hello.hex", await Deno.readFile(new URL("hello.hex", FIXTURES)));
  const before = board.chip.core.cycles;
  // asleep in WFI between SysTicks it counts little; kept awake it counts every cycle of HCLK
  const { board: busy } = openSim("sim:stm32f746g-disco?scenario=blank");
  busy.putFlash(0x0800_0000, Uint8Array.of(0, 0, 5, 0x20, 9, 0, 0, 8, 0xFE, 0xE7));
  busy.pressReset();
  const start = busy.chip.core.cycles;
  busy.run(10);
  const perSecond = (busy.chip.core.cycles - start) * 100;
  assert(Math.abs(perSecond - 16e6) < 0.01 * 16e6, `${perSecond} cycles a second at HSI`);
  board.run(1);
  assert(board.chip.core.cycles > before);
});
