/** What a session does to a board that lasts: in the journal first; sectors that option bytes move; the doctor. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { concat, Fault } from "../../src/base/mod.ts";
import { latin1 } from "../../src/gdb/packet.ts";
import { type Intent, type IntentOutcome, type Journal, Journalist } from "../../src/recipe/mod.ts";
import { firmware } from "../cli/support/program.ts";
import { type Visit, visitBoard, type VisitWish } from "./support/board_client.ts";
import { Client } from "./support/client.ts";

const F746 = "sim:stm32f746g-disco";
const F767 = "sim:nucleo-f767zi";
const FLASH = 0x0800_0000;

async function ok(v: Visit, line: string): Promise<string> {
  const [reply, text] = await v.client.monitor(line);
  assertEquals(reply, "OK", `${line}: ${text}`);
  return text;
}
/** As gdb loads it: one erase, packets, done. Gives the last reply. */
async function load(client: Client, bytes: Uint8Array, at = FLASH, erase = 0x8000) {
  const hex = (n: number) => n.toString(16);
  const replies = [await client.ask(`vFlashErase:${hex(at)},${hex(erase)}`)];
  replies.push(await client.ask(concat([latin1(`vFlashWrite:${hex(at)}:`), bytes])));
  replies.push(await client.ask("vFlashDone"));
  return replies;
}

Deno.test("monitor doctor: the ladder, the cause, and what to do from gdb's own prompt", () =>
  visitBoard(`${F746}?scenario=so36160986`, async (v) => {
    const text = await ok(v, "doctor");
    assertStringIncludes(text, "✓ probe       ST-LINK/V2-1 V2J37M26");
    assertStringIncludes(text, "✗ options     OPTCR 0x00FFAAED");
    assertStringIncludes(text, "[optcr-openocd-2015]");
    assertStringIncludes(text, "  monitor recover   [reversible]");
    assertEquals(text.includes("probekit recover"), false);
    // that gdb has stopped the core is nothing to be cured
    assertEquals([text.includes("[halted]"), v.asked], [
      false,
      { options: 0, erases: 0, programs: 0 },
    ]);
  }));
Deno.test("monitor doctor of a board that is well, and of one that is locked", async () => {
  await visitBoard(F746, async (v) => {
    const text = await ok(v, "doctor");
    assertEquals([text.includes("✗"), text.includes("proven")], [false, false], text);
  });
  await visitBoard(`${F746}?scenario=rdp1`, async (v) => {
    assertStringIncludes(await ok(v, "doctor"), "monitor stm32f2x unlock 0   [DESTRUCTIVE");
  });
});

Deno.test("monitor options: shows, sets by name, refuses what it does not know and what would erase", () =>
  visitBoard(F746, async (v) => {
    assertStringIncludes(await ok(v, "options"), "OPTCR        0xC0FFAAFD");
    assertStringIncludes(await ok(v, "options BOR_LEV=1"), "! BOR_LEV ");
    assertEquals(v.asked.options, 1);
    assertStringIncludes(await ok(v, "options BOR_LEV=1"), "nothing differs: nothing written");
    assertEquals(v.asked.options, 1);
    assertStringIncludes(await ok(v, "recover"), "read back");
    for (
      const [wrong, why] of [
        ["nDBANK=0", "STM32F74x/F75x has no option nDBANK; it has BOR_LEV, "],
        ["constructor=1", "has no option constructor; it has BOR_LEV, "],
        ["BOR_LEV=9", "BOR_LEV = 9 does not fit: it is 0 to 0x3"],
      ] as const
    ) {
      const [reply, text] = await v.client.monitor(`options ${wrong}`);
      assertEquals(reply, "E01");
      assertStringIncludes(text, `E0299 bad-option-profile: Cannot use these option bytes: `);
      assertStringIncludes(text, why);
      assertStringIncludes(text, "see them all: monitor options");
    }
    for (
      const wrong of ["options BOR_LEV", "options BOR_LEV=x", "options BOR_LEV=1=2", "options =1"]
    ) {
      const [reply, text] = await v.client.monitor(wrong);
      assertEquals(reply, "E01");
      assertStringIncludes(text, "monitor-usage");
    }
    const [two, why] = await v.client.monitor("options RDP=0xCC");
    assertEquals(two, "E01", why);
    assertEquals(v.asked.options, 2);
  }));
Deno.test("monitor options and recover at level 1: what would erase all is not done by the way", () =>
  visitBoard(`${F746}?scenario=rdp1`, async (v) => {
    for (const line of ["options RDP=0xAA", "recover"]) {
      const [reply, text] = await v.client.monitor(line);
      assertEquals(reply, "E01");
      assertStringIncludes(text, "E1149 monitor-would-erase");
      assertStringIncludes(text, "monitor stm32f2x unlock 0");
    }
    assertEquals(v.asked, { options: 0, erases: 0, programs: 0 });
  }));

Deno.test("nDBANK moves the sectors: said loudly, no load with the old map, the next connection has the new one", () =>
  visitBoard(F767, async (v) => {
    const map = "qXfer:memory-map:read::0,4000";
    assertStringIncludes(await v.client.ask(map), `<property name="blocksize">0x40000</property>`);
    const text = await ok(v, "options nDBANK=0");
    assertStringIncludes(text, "NOTE: flash is laid out anew: 24 sectors instead of 12");
    assertStringIncludes(text, "nothing is loaded before gdb has connected again");
    const before = { ...v.asked };
    for (const reply of (await load(v.client, new Uint8Array(8))).slice(0, 2)) {
      assertStringIncludes(reply, "E.E1147 The option bytes have changed flash's sectors");
    }
    assertEquals(v.asked, before);
    assertStringIncludes(await ok(v, "flash info 0"), "# 23:");
    await v.client.end();
    const next = new Client(v.target);
    assertStringIncludes(await next.ask(map), `<property name="blocksize">0x20000</property>`);
    const image = firmware(1024);
    assertEquals(await load(next, image, FLASH, 0x4000), ["OK", "OK", "OK"]);
    assertEquals(v.board.flash.subarray(0, 1024), image);
    await next.end();
  }));
Deno.test("nDBANK through options_write, as OpenOCD counts its bits", () =>
  visitBoard(F767, async (v) => {
    // user: OPTCR bits 7..2, then 11 IWDG_STOP, 10 IWDG_STDBY, 9 nDBANK, 8 nDBOOT
    const text = await ok(v, "stm32f7x options_write 0 0xdfc");
    assertStringIncludes(text, "flash is laid out anew: 24 sectors instead of 12");
    assertStringIncludes(await ok(v, "options"), "nDBANK");
  }));

Deno.test("a read of flash at level 1 is refused with the protection as its cause, not as an unknown address", () =>
  visitBoard(`${F746}?scenario=rdp1`, async (v) => {
    for (const at of ["0x08000010", "0x00200000"]) {
      const [reply, text] = await v.client.monitor(`mdw ${at}`);
      assertEquals(reply, "E01");
      assertStringIncludes(
        text,
        "E1100 flash-read-protected: This chip is read-protected (RDP level 1)",
      );
      assertStringIncludes(text, "monitor stm32f2x unlock 0");
    }
    const [, elsewhere] = await v.client.monitor("mdw 0x30000000");
    assertStringIncludes(elsewhere, "E2110 bus-refused");
  }));
Deno.test("an erase at level 1 is refused as an erase, with the board's state; the option bytes' own way goes", () =>
  visitBoard(`${F746}?scenario=rdp1`, async (v) => {
    for (
      const erase of [
        "flash erase_address 0x08000000 0x100000",
        "flash erase_sector 0 1 1",
        "stm32f2x mass_erase 0",
      ]
    ) {
      const [reply, text] = await v.client.monitor(erase);
      assertEquals(reply, "E01");
      const at = erase.includes("sector") ? "0x08008000" : "0x08000000";
      assertStringIncludes(text, `the debugger may not erase flash at ${at}`);
      assertStringIncludes(text, "board: nothing was written");
    }
    assertEquals(v.asked, { options: 0, erases: 0, programs: 0 });
    await ok(v, "stm32f2x unlock 0");
    await ok(v, "flash erase_sector 0 1 1");
  }));
Deno.test("load: pieces in any order, unaligned, touching; overlapping ones are refused; an erase alone erases", () =>
  visitBoard(F746, async (v) => {
    const write = (at: number, byte: number, length: number) =>
      v.client.ask(
        concat([latin1(`vFlashWrite:${at.toString(16)}:`), new Uint8Array(length).fill(byte)]),
      );
    const erase = () => v.client.ask("vFlashErase:08000000,00008000");
    assertEquals([await erase(), await write(FLASH + 0x101, 4, 3), await write(FLASH, 5, 5)], [
      "OK",
      "OK",
      "OK",
    ]);
    assertEquals([await write(FLASH + 5, 6, 2), await v.client.ask("vFlashDone")], ["OK", "OK"]);
    assertEquals([...v.board.flash.subarray(0, 8)], [5, 5, 5, 5, 5, 6, 6, 255]);
    assertEquals([...v.board.flash.subarray(0x100, 0x105)], [255, 4, 4, 4, 255]);
    const before = v.board.flash;
    await write(FLASH, 1, 100);
    await write(FLASH + 16, 2, 100);
    assertStringIncludes(
      await v.client.ask("vFlashDone"),
      "E.E0297 what gdb sent for 0x08000000 and what gdb sent for 0x08000010 both hold data",
    );
    assert(v.board.flash.every((b, i) => b === before[i]));
    assertEquals([await erase(), await v.client.ask("vFlashDone")], ["OK", "OK"]);
    assert(v.board.flash.subarray(0, 0x8000).every((b) => b === 255));
  }));
Deno.test("memory is read also after monitor resume, when registers cannot be", () =>
  visitBoard(F746, async (v) => {
    await v.client.ask("?");
    await v.bench.core.memory.write(0x2000_0000, Uint8Array.of(1, 2, 3, 4));
    await ok(v, "resume");
    assertEquals(await v.client.ask("m20000000,4"), "01020304");
  }));
Deno.test("RAM: code is read with the step, a BKPT of ours is not shown, a write is seen", () =>
  visitBoard(F746, async (v) => {
    const code = 0x2000_1000;
    const { client, bench } = v;
    const bytes = async () => await client.ask("m20001000,8");
    await client.ask("?");
    await client.ask("M20001000,8:0130013001300130"); // adds r0, #1 (Thumb)
    await bench.core.writeRegisters({ pc: code, r0: 0, xpsr: 0x0100_0000 });
    await client.monitor("version");
    assertEquals(await client.ask("Z0,20001004,2"), "OK");
    const before = bench.probe.counters.exchanges;
    assertEquals(await client.ask("vCont;s:1"), "T05thread:1;");
    assertEquals(await client.ask("z0,20001004,2"), "OK");
    const removed = bench.probe.counters.exchanges;
    assertEquals(await bytes(), "0130013001300130");
    assertEquals(bench.probe.counters.exchanges, removed, "it came with the step");
    assert(removed - before <= 3 + 5, `${removed - before}`);
    await client.ask("M20001000,2:00bf");
    assertEquals(await bytes(), "00bf013001300130");
  }));
Deno.test("option bytes that the chip does not take are said, with what is not certain", () =>
  visitBoard(F746, async (v) => {
    v.board.chip.flash.operations.startOptions = () => {}; // written, and never stored
    const [reply, text] = await v.client.monitor("options BOR_LEV=1");
    assertEquals(reply, "E01");
    assertStringIncludes(text, "E2249 monitor-options-not-taken: The option bytes were written");
    assertStringIncludes(text, "but BOR_LEV still reads");
    assertStringIncludes(text, "board: option bytes were written; what is stored is not certain");
    assertStringIncludes(text, "Take the board's supply away for a second");
  }));
Deno.test("verify_image says where flash differs, what it holds and what the file wants", () =>
  visitBoard(F746, async (v) => {
    v.board.putFlash(FLASH, Uint8Array.of(1, 2, 3, 4));
    const [reply, text] = await v.client.monitor("verify_image /a.bin 0x08000000 bin");
    assertEquals(reply, "E01");
    assertStringIncludes(
      text,
      "E1005 monitor-differs: Memory differs from /a.bin at 0x08000002: it holds 0x03, the file 0x09",
    );
  }, { files: { "/a.bin": Uint8Array.of(1, 2, 9, 4) } }));

Deno.test("a command that takes its time lets gdb know that it lives, a load does not", () =>
  visitBoard(F746, async (v) => {
    v.board.putFlash(FLASH, firmware(0x10_0000, 1));
    const since = v.target.clock.now();
    await ok(v, "flash erase_address 0x08000000 0x100000");
    const seconds = (v.target.clock.now() - since) / 1000;
    assert(seconds > 3, `${seconds} s`);
    assert(v.client.alive >= 3, `${v.client.alive} signs of life in ${seconds} s`);
    const { alive } = v.client;
    await load(v.client, firmware(0x4000, 2));
    assertEquals(v.client.log.filter((l) => l === ""), []);
    assertEquals(v.client.alive, alive); // gdb would take such a packet for the answer
  }));

/** A journal in memory. */
class Notes implements Journal {
  readonly entries: (Intent | IntentOutcome)[] = [];
  readonly kept: Uint8Array[] = [];
  intent = (e: Intent) => Promise.resolve(void this.entries.push(e));
  outcome = (e: IntentOutcome) => Promise.resolve(void this.entries.push(e));
  open = () => Promise.resolve([]);
  keep = (bytes: Uint8Array) => {
    this.kept.push(bytes);
    return Promise.resolve({ file: `kept-${this.kept.length}`, sha256: "0" });
  };
  get texts(): readonly string[] {
    return this.entries.map((e) => e.kind === "intent" ? e.text : e.result);
  }
}
const journaled = (notes: Notes): VisitWish => ({
  parts: (bench) => ({
    journal: new Journalist(notes, bench, {
      run: "RUN",
      tool: "test",
      recipe: "gdb",
      nowMs: () => 0,
    }),
  }),
});

Deno.test("journal: what a load, an erase and an option write are about to overwrite is noted first", async () => {
  const notes = new Notes();
  await visitBoard(F746, async (v) => {
    const old = firmware(0x8000, 2);
    v.board.putFlash(FLASH, old);
    const image = firmware(1000, 3);
    assertEquals(await load(v.client, image), ["OK", "OK", "OK"]);
    assertEquals(notes.texts, ["sector 0 was being written for gdb", "done"]);
    assertEquals(notes.kept, [old]);
    // the same again: nothing is about to be overwritten
    assertEquals(await load(v.client, image), ["OK", "OK", "OK"]);
    assertEquals(notes.entries.length, 2);
    await ok(v, "flash erase_sector 0 0 0");
    await ok(v, "options BOR_LEV=1");
    await ok(v, "flash protect 0 3 3 on");
    assertEquals(notes.texts.slice(2), [
      "sector 0 was being erased for gdb",
      "done",
      notes.texts[4],
      "done",
      notes.texts[6],
      "done",
    ]);
    assertStringIncludes(notes.texts[4] ?? "", "option bytes were being written for gdb: BOR_LEV");
    assertStringIncludes(notes.texts[6] ?? "", "nWRP");
    const [first, , , , option] = notes.entries;
    assert(first?.kind === "intent" && option?.kind === "intent");
    assertEquals([first.uid, first.recipe, first.step, first.effect], [
      v.bench.chip.uid,
      "gdb",
      "writing",
      "reversible",
    ]);
    assertEquals(first.ranges, [{ at: FLASH, length: 0x8000 }]);
    assertEquals([option.before?.["OPTCR"], option.what], ["0xC0FFAAFD", "options"]);
  }, journaled(notes));
});
Deno.test("journal: a write that the board did not survive stays open; one that was refused is not done", async () => {
  const notes = new Notes();
  await visitBoard(`${F746}?scenario=wrp`, async (v) => {
    const [reply] = (await load(v.client, firmware(1000))).slice(-1);
    assertStringIncludes(reply ?? "", "E1101");
    assertEquals(notes.entries, []); // refused before it was even meant
    const { operations } = v.board.chip.flash;
    const program = operations.program.bind(operations);
    let words = 0;
    operations.program = (...word) => {
      if (++words === 100) v.board.unplug();
      program(...word);
    };
    v.board.putFlash(FLASH + 0x1_0000, firmware(0x100, 5));
    await v.client.ask("vFlashErase:8010000,8000");
    await v.client.ask(concat([latin1("vFlashWrite:8010000:"), firmware(2000, 6)]));
    const end = await Promise.race([v.client.ask("vFlashDone"), v.client.served.catch((e) => e)]);
    assert(end instanceof Fault, String(end)); // the probe is gone: the server ends, and says what is
    assertEquals([end.slug, end.options.board?.state], ["probe-lost", "partial"]);
    assertEquals(v.target.boardState().text, "interrupted when sector 2 was being written for gdb");
    assertEquals(v.client.log.some((l) => l.includes("it was only read")), false);
    assertEquals(notes.texts, ["sector 2 was being written for gdb", "unknown"]);
  }, journaled(notes)).catch((e) => assertStringIncludes(String(e), "probe"));
  assertEquals(notes.texts.length, 2);
});
