/** gdb itself against the virtual board: the story's own script, and what a day of debugging asks for. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { u32le } from "../../src/base/mod.ts";
import { needs } from "../support/need.ts";
import { GDB, HELLO_ELF, HELLO_HEX, type Served, served } from "./support/virtual.ts";

const BOARD = "sim:stm32f746g-disco";
const RESET_HANDLER = 0x0800_01DC;

const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", GDB !== undefined, name, fn);

/** The commands of the story, letter by letter but for the port and the file's folder. */
const story = (s: Served) => ({
  connect: [`target remote localhost:${s.port}`],
  script: [
    "monitor flash protect 0 0 11 off",
    "monitor flash erase_address 0x08000000 0x100000",
    `monitor flash write_image erase "${HELLO_HEX}" 0 ihex`,
    "monitor reset halt",
  ],
});
async function playStory(s: Served) {
  const { connect, script } = story(s);
  return await s.gdb(script, { connect, goOn: false });
}
async function atResetHandler(s: Served): Promise<void> {
  const [pc] = await s.bench.core.readRegisters(["pc"]);
  assertEquals(pc, RESET_HANDLER);
  assertEquals(u32le(await s.bench.flash.read(0x0800_0004, 4)), RESET_HANDLER + 1);
}

withGdb(
  "story: the script runs on a new board and stops at the reset handler",
  () =>
    served(BOARD, async (s) => {
      const { code, text } = await playStory(s);
      assertEquals(code, 0, text);
      assertStringIncludes(text, "NOTE: this device has sectors 0..7, not 0..11");
      assertStringIncludes(text, "not protected: nothing written");
      assertMatch(text, /erased address 0x08000000 \(length 1048576\)/);
      assertMatch(text, /wrote 584 bytes from file .*hello\.hex/);
      assertMatch(text, /halted, mode: Thread\nxPSR: 0x01000000 pc: 0x080001DC sp: 0x20050000/);
      await atResetHandler(s);
    }, { onDetach: "halt" }),
);

withGdb(
  "story, so36160986: the script ends at the true cause; after monitor recover it runs",
  () =>
    served(`${BOARD}?scenario=so36160986`, async (s) => {
      const { code, text } = await playStory(s);
      assertEquals(code, 1, text);
      assertStringIncludes(
        text,
        "E1155 hardware-watchdog: A watchdog of this chip starts by hardware",
      );
      assertStringIncludes(text, "FLASH_OPTCR 0x00FFAAED");
      assertStringIncludes(text, "monitor recover");
      assertEquals(text.includes("wrote 584 bytes"), false);
      const recovered = await s.gdb(["monitor recover"]);
      assertStringIncludes(recovered.text, "taken up by a reset, and read back");
      const again = await playStory(s);
      assertEquals(again.code, 0, again.text);
      await atResetHandler(s);
    }, { onDetach: "halt" }),
);

withGdb(
  "story, wrp: its first line takes the protection off, says so, and the script runs",
  () =>
    served(`${BOARD}?scenario=wrp`, async (s) => {
      const { code, text } = await playStory(s);
      assertEquals(code, 0, text);
      assertStringIncludes(text, "write-protected by the option bytes: sectors 0..1");
      assertStringIncludes(text, "monitor recover");
      assertStringIncludes(text, "cleared protection for sectors 0 through 7");
      await atResetHandler(s);
    }, { onDetach: "halt" }),
);

withGdb(
  "story without its first line, wrp: ends at the true cause; after monitor recover it runs",
  () =>
    served(`${BOARD}?scenario=wrp`, async (s) => {
      const { connect, script } = story(s);
      for (const from of [1, 2]) {
        const { code, text } = await s.gdb(script.slice(from), { connect, goOn: false });
        assertEquals(code, 1, text);
        assertStringIncludes(text, "E1101 flash-write-protected: Write-protected: ");
        assertStringIncludes(text, "FLASH_OPTCR.nWRP = 0x0FC");
        assertStringIncludes(text, "monitor recover");
      }
      assertStringIncludes((await s.gdb(["monitor recover"])).text, "taken up by a reset");
      const again = await s.gdb(script.slice(1), { connect, goOn: false });
      assertEquals(again.code, 0, again.text);
      await atResetHandler(s);
    }, { onDetach: "halt" }),
);

withGdb(
  "load is refused with the cause, at once in the server's terminal, in gdb when it takes text",
  async () => {
    for (
      const [scenario, code] of [
        ["so36160986", "E1155 hardware-watchdog"],
        ["wrp", "E1101 flash-write-protected"],
        ["rdp1", "E1100 flash-read-protected"],
      ]
    ) {
      await served(`${BOARD}?scenario=${scenario}`, async (s) => {
        const { text } = await s.gdb(["load", "monitor version"], { elf: HELLO_ELF });
        assertStringIncludes(text, "Error finishing flash operation");
        assertStringIncludes(text, `probekit: ${code}`);
        assertStringIncludes(text, "nothing was written");
        assert(s.log.some((l) => l.startsWith(`probekit: ${code}`)));
      });
    }
  },
);

withGdb(
  "so36160986: monitor watchdog_ok lets a program in that serves the watchdog",
  () =>
    served(`${BOARD}?scenario=so36160986`, async (s) => {
      const { text } = await s.gdb(["monitor watchdog_ok", "load", "compare-sections"], {
        elf: HELLO_ELF,
      });
      assertStringIncludes(text, "Section .text, range 0x8000000 -- 0x8000248: matched.");
    }),
);

withGdb(
  "load, compare-sections, break main, finish, tbreak, until, registers",
  () =>
    served(BOARD, async (s) => {
      const { text } = await s.gdb([
        "load",
        "compare-sections",
        "break main",
        "continue",
        "info registers",
        "print $fpscr",
        "print $d7",
        "set $s1 = 2.5",
        "print $s1",
        "print $primask",
        "tbreak say",
        "continue",
        "backtrace",
        "finish",
        "until 97",
        "info threads",
      ], { elf: HELLO_ELF });
      assertMatch(text, /Loading section \.text, size 0x248 lma 0x8000000/);
      assertStringIncludes(text, "Section .text, range 0x8000000 -- 0x8000248: matched.");
      assertStringIncludes(text, "Breakpoint 1, main () at");
      assertMatch(text, /msp +0x2004fff8/);
      assertStringIncludes(text, "$1 = 0\n");
      assertStringIncludes(text, "$3 = 2.5");
      assertMatch(text, /Temporary breakpoint 2, say \(/);
      assertMatch(text, /#0 {2}say .*\n#1 .* in main \(\)/);
      assertMatch(text, /main \(\) at \S*main\.c:97/);
      assertStringIncludes(text, `Thread 1 "core"`);
      assertStringIncludes(text, "[Inferior 1 (Remote target) detached]");
    }),
);

withGdb(
  "watch a variable: each change stops with the old and the new value",
  () =>
    served(BOARD, async (s) => {
      const { text } = await s.gdb(
        ["load", "break main", "continue", "watch ticks_said", "continue", "continue"],
        { elf: HELLO_ELF },
      );
      assertMatch(text, /Old value = 0\nNew value = 1\n[^]*Old value = 1\nNew value = 2\n/);
      assertStringIncludes(text, "in say_number (n=2)");
    }),
);

withGdb("rwatch and awatch stop at reads", () =>
  served(BOARD, async (s) => {
    const { text } = await s.gdb(
      [
        "load",
        "break main",
        "continue",
        "rwatch milliseconds",
        "continue",
        "bt 1",
        "delete 2",
        "awatch milliseconds",
        "continue",
      ],
      { elf: HELLO_ELF },
    );
    assertMatch(text, /Hardware read watchpoint 2: milliseconds\n\nValue = 0/);
    assertMatch(text, /access \(read\/write\) watchpoint 3: milliseconds\n\n(Old v|V)alue = 0\n/);
  }));

withGdb(
  "8 breakpoints in flash, and the 9th is refused in words",
  () =>
    served(BOARD, async (s) => {
      // an instruction's address each, of this very build
      const lines = [0x6C, 0x9C, 0x138, 0x40, 0x188, 0xE4, 0x124, 0x144, 0x14C].map((at) =>
        `break *${0x0800_0000 + at}`
      );
      const eight = await s.gdb(["load", ...lines.slice(0, 8), "continue"], { elf: HELLO_ELF });
      assertMatch(eight.text, /Breakpoint \d, .*main/);
      const nine = await s.gdb([...lines, "continue", "monitor version"], {
        elf: HELLO_ELF,
      });
      assertStringIncludes(nine.text, "Cannot insert hardware breakpoint");
      assertMatch(nine.text, /probekit: E\d{4} core-no-breakpoint-left: .*8/);
    }),
);

withGdb("a breakpoint in RAM, and stepping over code there", () =>
  served(BOARD, async (s) => {
    const { text } = await s.gdb([
      "load",
      "break main",
      "continue",
      // nop; nop; b .-4 (ARMv7-M ARM §A7.7)
      "set {short}0x20001000 = 0xbf00",
      "set {short}0x20001002 = 0xbf00",
      "set {short}0x20001004 = 0xe7fc",
      "set $pc = 0x20001000",
      "break *0x20001002",
      "continue",
      "print/x $pc",
      "continue",
      "print/x $pc",
      "x/1hx 0x20001002",
    ], { elf: HELLO_ELF });
    assertStringIncludes(text, "$1 = 0x20001002");
    assertStringIncludes(text, "$2 = 0x20001002");
    assertMatch(text, /0x20001002:\s+0xbf00/);
  }));

withGdb(
  "detach lets the program run and takes breakpoints back; the next gdb attaches",
  () =>
    served(BOARD, async (s) => {
      await s.gdb(["load", "break main", "hbreak say", "continue", "detach"], { elf: HELLO_ELF });
      assertEquals(await s.target.state() === "halted", false);
      const { text } = await s.gdb(["backtrace", "monitor poll"], { elf: HELLO_ELF });
      assertStringIncludes(text, "core: halted");
      assertMatch(text, /in main \(\)|main \(\) at/);
    }),
);

withGdb("kill and run start over from the reset handler", () =>
  served(BOARD, async (s) => {
    const { text } = await s.gdb(
      ["load", "break main", "run", "bt", "run", "print/x $pc", "kill"],
      { elf: HELLO_ELF },
    );
    assertEquals(text.match(/Breakpoint 1, main/g)?.length, 2, text);
  }));

withGdb(
  "the vector table of what was loaded is looked at before anybody steps into nowhere",
  () =>
    served(BOARD, async (s) => {
      const file = await Deno.makeTempFile({ suffix: ".bin" });
      try {
        await Deno.writeFile(file, Uint8Array.of(0, 0, 5, 0x20, 0, 2, 0, 8)); // PC without its Thumb bit
        const { text } = await s.gdb([`monitor flash write_image erase "${file}" 0x08000000 bin`]);
        assertMatch(text, /WARNING: .*Thumb/);
      } finally {
        await Deno.remove(file);
      }
    }),
);

withGdb(
  "unknown and failing commands are errors with a reason; erasing outside changes nothing",
  () =>
    served(BOARD, async (s) => {
      const before = await s.bench.flash.read(0x0800_0000, 1024);
      for (
        const [command, reason] of [
          ["monitor nonsense", "no command of that name is known"],
          ["monitor flash protect 0 0 11 on", "sectors 0..7, there is no sector 11"],
          ["monitor flash erase_address 0x08000000 0x200000", "is not in this device's flash"],
          ["monitor flash erase_sector 0 0 11", "sectors 0..7"],
          ["monitor rtos auto", "no thread awareness"],
          ["monitor flash write_image /nonexistent.hex", "nonexistent.hex"],
        ] as const
      ) {
        const { code, text } = await s.gdb([command], { goOn: false });
        assertEquals(code, 1, `${command}: ${text}`);
        assertStringIncludes(text, reason);
      }
      assertEquals(await s.bench.flash.read(0x0800_0000, 1024), before);
    }),
);
