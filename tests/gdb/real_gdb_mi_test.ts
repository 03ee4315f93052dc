/** gdb/MI, as Eclipse drives it: runs, stops, Ctrl-C, WFI, kill -9. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs, programPath } from "../support/need.ts";
import { Mi } from "./support/mi.ts";
import { GDB, HELLO_ELF, runChild, type Served, served } from "./support/virtual.ts";

const BOARD = "sim:stm32f746g-disco";
const GCC = programPath("arm-none-eabi-gcc");

const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", GDB !== undefined, name, fn);

async function withMi(
  s: Served,
  act: (mi: Mi) => Promise<void>,
  elf: string = HELLO_ELF,
): Promise<void> {
  const mi = new Mi(elf);
  try {
    await mi.ok(`-target-select extended-remote localhost:${s.port}`);
    await act(mi);
  } finally {
    await mi.end();
  }
}
withGdb(
  "next steps over WFI: the interrupt it waits for is served, and the loop ends",
  () =>
    served(BOARD, (s) =>
      withMi(s, async (mi) => {
        await mi.ok("-target-download");
        await mi.ok("-break-insert -t main.c:95");
        await mi.run("-exec-continue");
        const stop = await mi.run("-exec-next");
        assertMatch(stop, /reason="end-stepping-range".*line="97"/);
        const { text } = await mi.ok(`-data-evaluate-expression milliseconds`);
        assert(Number(/value="(\d+)"/.exec(text)?.[1]) >= 125, text);
      })),
);

withGdb(
  "Ctrl-C stops a program that runs, and one that is stepped through a long loop",
  () =>
    served(BOARD, (s) =>
      withMi(s, async (mi) => {
        await mi.ok("-target-download");
        await mi.ok("-break-insert -t main.c:95");
        await mi.run("-exec-continue");
        for (const how of ["-exec-continue", "-exec-next"]) {
          await mi.ok(how);
          assertMatch(await mi.interrupt(), /signal-name="SIGINT"|end-stepping-range/);
        }
        assertStringIncludes((await mi.ok("-stack-list-frames")).text, `func="main"`);
      })),
);

withGdb(
  "Eclipse's way: reset, halt, load, tbreak main, variables, registers, memory, detach",
  () =>
    served(BOARD, (s) =>
      withMi(s, async (mi) => {
        await mi.ok("-gdb-set mem inaccessible-by-default off");
        for (const c of ["reset init", "halt", "arm semihosting enable"]) {
          assertEquals((await mi.cli(`monitor ${c}`)).what, "done");
        }
        assertStringIncludes((await mi.ok("-target-download")).text, `load-size="584"`);
        for (const c of ["reset halt", "halt"]) await mi.cli(`monitor ${c}`);
        await mi.ok("-break-insert -t -f main");
        assertStringIncludes((await mi.cli("monitor reg")).console, "===== arm v7m registers");
        const stop = await mi.run("-exec-continue");
        assertMatch(stop, /reason="breakpoint-hit",disp="del".*func="main"/);
        assertStringIncludes((await mi.ok("-stack-info-depth")).text, `depth="1"`);
        const names = (await mi.ok("-data-list-register-names")).text;
        for (const r of ["r0", "xpsr", "msp", "primask", "d15", "fpscr"]) {
          assertStringIncludes(names, `"${r}"`);
        }
        assertMatch((await mi.ok("-data-list-register-values x 15")).text, /value="0x800006c"/);
        assertStringIncludes(
          (await mi.ok("-data-read-memory-bytes 0x08000000 8")).text,
          `contents="00000520dd010008"`,
        );
        await mi.ok("-var-create v * ticks_said");
        await mi.ok("-break-watch ticks_said");
        assertStringIncludes(await mi.run("-exec-continue"), `reason="watchpoint-trigger"`);
        assertStringIncludes((await mi.ok("-var-update v")).text, `name="v"`);
        const disassembly = await mi.ok(`-data-disassemble -s $pc -e "$pc + 8" -- 0`);
        assertStringIncludes(disassembly.text, "asm_insns");
        await mi.ok("-target-detach");
      })),
);

withGdb(
  "kill -9 in the middle of a load: nothing is written, that is said, and the next gdb works",
  () =>
    served(BOARD, async (s) => {
      const before = await s.bench.flash.read(0x0800_0000, 584);
      const mi = new Mi(HELLO_ELF);
      await mi.ok(`-target-select extended-remote localhost:${s.port}`);
      await mi.ok("-break-insert -h main");
      // the two packets that a load begins with; gdb dies before the third
      await mi.cli("maintenance packet vFlashErase:08000000,00008000");
      await mi.cli("maintenance packet vFlashWrite:08000000:xxxxyyyy");
      await mi.kill();
      while (!s.log.some((l) => l.startsWith("gone"))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert(s.log.some((l) => l.includes("8 bytes had come in, nothing of them was written")));
      assert(s.log.some((l) => l.includes("went without detaching: the core stays halted")));
      assertEquals(await s.bench.flash.read(0x0800_0000, 584), before);
      const { text } = await s.gdb(["load", "compare-sections", "break main", "continue"], {
        elf: HELLO_ELF,
      });
      assertStringIncludes(text, "-- 0x8000248: matched.");
      assertStringIncludes(text, "Breakpoint 1, main ()");
    }),
);

withGdb(
  "kill -9 while the program runs: its breakpoints are gone, it runs on, the next gdb works",
  () =>
    served(BOARD, async (s) => {
      const mi = new Mi(HELLO_ELF);
      await mi.ok(`-target-select extended-remote localhost:${s.port}`);
      await mi.ok("-target-download");
      await mi.ok("-break-insert Stop_Handler");
      await mi.ok("-exec-continue");
      // gdb says so before it sends the packet; the server then looks at the core again and again
      for (const from = s.exchanges(); s.exchanges() < from + 50;) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await mi.kill();
      while (!s.log.some((l) => l.startsWith("gone"))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assertStringIncludes(s.log.join("\n"), "went without detaching: the core runs");
      assertEquals(await s.bench.core.memory.read(0xE000_2008, 32), new Uint8Array(32));
      assertStringIncludes((await s.gdb(["bt"], { elf: HELLO_ELF })).text, "main");
    }),
);

needs(
  "gdb-multiarch and arm-none-eabi-gcc",
  GDB !== undefined && GCC !== undefined,
  "a HardFault stops with its registers in words, and the backtrace leads to the instruction",
  async () => {
    const folder = await Deno.makeTempDir();
    const here = new URL("./support/", import.meta.url).pathname;
    const elf = `${folder}/crash.elf`;
    try {
      const flags =
        "-mcpu=cortex-m7 -mfpu=fpv5-sp-d16 -mfloat-abi=hard -mthumb -O1 -g3 -nostdlib " +
        "-fno-optimize-sibling-calls";
      const built = await runChild(GCC ?? "", [
        ...flags.split(" "),
        ...["-T", `${here}crash.ld`, "-o", elf, `${here}crash.c`],
      ]);
      assertEquals(built.code, 0, built.text);
      await served(BOARD, async (s) => {
        const { text } = await s.gdb(
          [
            "load",
            "continue",
            "backtrace",
            "stepi",
            "print $s5",
            "print half",
            "monitor reset halt",
          ],
          { elf },
        );
        assertStringIncludes(text, "probekit: the core is in HardFault");
        assertStringIncludes(text, "bus error at 0x30000000 (PRECISERR)");
        assertStringIncludes(text, "It became a HardFault because its own handler is off");
        assertMatch(text, /stacked pc 0x080000\w\w, lr 0x080000\w\w/);
        assertEquals(text.match(/the core is in HardFault/g)?.length, 1, "told once, not by stepi");
        assertStringIncludes(text, "signal SIGSEGV");
        const frames =
          /#0 .*HardFault_Handler[^]*#1 .*signal handler[^]*#2 .*innermost[^]*#3 .*middle[^]*#4 .*main/;
        assertMatch(text, frames);
        assertEquals(text.match(/\$\d = 0\.5/g)?.length, 2);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
