import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../src/base/mod.ts";
import { Semihosting } from "../../src/gdb/mod.ts";
import { latin1 } from "../../src/gdb/packet.ts";
import { Client } from "./support/client.ts";
import { FakeTarget } from "./support/fake_target.ts";

async function visit(
  act: (c: Client, t: FakeTarget) => Promise<void>,
  semihosting?: Semihosting,
): Promise<void> {
  const target = new FakeTarget();
  const client = new Client(target, semihosting);
  try {
    await act(client, target);
  } finally {
    await client.end();
  }
}

Deno.test("connect: gdb 13's own first packets get what it needs", () =>
  visit(async (c) => {
    assertStringIncludes(
      await c.ask("qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+"),
      "PacketSize=4000",
    );
    assertEquals(await c.ask("vMustReplyEmpty"), "");
    assertEquals(await c.ask("QStartNoAckMode"), "OK");
    assertEquals([
      await c.ask("Hg0"),
      await c.ask("?"),
      await c.ask("qfThreadInfo"),
      await c.ask("qsThreadInfo"),
    ], ["OK", "T05thread:1;", "m1", "l"]);
    assertEquals([await c.ask("qAttached"), await c.ask("qOffsets"), await c.ask("qTStatus")], [
      "1",
      "",
      "",
    ]);
  }));
Deno.test("qXfer: documents come in pieces, and together they are whole", () =>
  visit(async (c) => {
    let xml = "";
    for (let at = 0;; at += 0x50) {
      const part = await c.ask(`qXfer:features:read:target.xml:${at.toString(16)},50`);
      xml += part.slice(1);
      if (part[0] === "l") break;
    }
    assertStringIncludes(xml, `org.gnu.gdb.arm.m-profile`);
    assertEquals(xml.match(/<reg /g)?.length, 17 + 6 + 17);
    const map = await c.ask("qXfer:memory-map:read::0,1000");
    assertStringIncludes(
      map,
      `<memory type="flash" start="0x08000000" length="0x20000"><property name="blocksize">0x8000</property>`,
    );
    assertEquals(await c.ask("qXfer:features:read:nonsense.xml:0,10"), "E00");
  }));
Deno.test("registers: g carries 19 words, p and P the rest, doubles in two halves", () =>
  visit(async (c, t) => {
    t.registers["s2"] = 0x1111_2222;
    t.registers["s3"] = 0x3333_4444;
    const g = await c.ask("g");
    assertEquals([g.length, g.slice(15 * 8, 16 * 8)], [19 * 8, "00010008"]);
    assertEquals(await c.ask("p18"), "2222111144443333");
    assertEquals(await c.ask("P0=78563412"), "OK");
    assertEquals(t.registers["r0"], 0x1234_5678);
    assertEquals([await c.ask("P0=7856"), await c.ask("pff")], [
      "E.malformed packet",
      "E.no such register",
    ]);
  }));
Deno.test("memory: read, write in both spellings; flash is not written that way; a refusal is an error", () =>
  visit(async (c, t) => {
    assertEquals(await c.ask("M20000010,3:0a0b0c"), "OK");
    assertEquals(await c.ask(concat([latin1("X20000014,2:"), Uint8Array.of(0x7D, 0x23)])), "OK");
    assertEquals([...t.ram.subarray(0x10, 0x16)], [10, 11, 12, 0, 0x7D, 0x23]);
    assertEquals(await c.ask("m20000010,6"), "0a0b0c007d23");
    assertEquals(await c.ask("x20000010,2"), "b\x0a\x0b");
    assertEquals(await c.ask("X20000000,0:"), "OK");
    assertEquals([
      await c.ask("M8000000,1:00"),
      await c.ask("m30000000,4"),
      // in two digits always: gdb 13 takes words for data
      ...[await c.ask("m20000010"), await c.ask("mfffffffe,4"), await c.ask("xfffffffe,4")],
    ], ["E.memtype", "E01", "E01", "E01", "E01"]);
  }));
Deno.test("cache: code is read once for many small reads, and anew after running", () =>
  visit(async (c, t) => {
    for (let i = 0; i < 30; i++) await c.ask(`m${(0x0800_0100 + 2 * i).toString(16)},2`);
    assertEquals(t.reads, 1);
    await c.ask("vCont;s:1");
    await c.ask("m8000100,2");
    assertEquals(t.reads, 1);
    t.onLook = () => void (t.core = "halted");
    await c.ask("vCont;c");
    assertEquals(t.reads, 2, "the stack, which no step has to read then");
    await c.ask("m8000100,2");
    assertEquals(t.reads, 3);
    await c.ask("m20000fc0,20");
    assertEquals(t.reads, 3);
  }));
Deno.test("run: a stop at a hardware breakpoint says so, and only when PC is there", () =>
  visit(async (c, t) => {
    assertEquals([await c.ask("Z1,8000100,2"), await c.ask("vCont?")], ["OK", "vCont;c;C;s;S;r"]);
    t.onLook = () => void (t.core = "halted");
    t.reason = { why: "breakpoint" };
    // only who takes this reason is given it
    assertEquals(await c.ask("vCont;c"), "T05thread:1;");
    await c.ask("qSupported:swbreak+;hwbreak-");
    assertEquals(await c.ask("vCont;c"), "T05thread:1;");
    await c.ask("qSupported:swbreak+;hwbreak+");
    assertEquals(await c.ask("vCont;c"), "T05hwbreak:;thread:1;");
    t.registers["pc"] = 0x0800_0104;
    assertEquals(await c.ask("c"), "T05thread:1;");
    const set = () => t.calls.filter((x) => x.startsWith("breakpoint"));
    // gdb takes it out at each stop and puts it back: the chip sees nothing of that
    assertEquals([await c.ask("z1,8000100,2"), await c.ask("Z1,8000100,2")], ["OK", "OK"]);
    assertEquals(set(), ["breakpoint 8000100 true"]);
    assertEquals(await c.ask("z1,8000100,2"), "OK");
    await c.ask("c");
    assertEquals(set(), ["breakpoint 8000100 true", "breakpoint 8000100 false"]);
  }));
Deno.test("run: a breakpoint in RAM is a BKPT in memory, taken out again; watchpoints tell their address", () =>
  visit(async (c, t) => {
    t.ram.set([0x11, 0x22], 0x40);
    t.flashBreakpointsOnly = true;
    await c.ask("Z0,20000040,2");
    assertEquals([...t.ram.subarray(0x40, 0x42)], [0x00, 0xBE]);
    await c.ask("z0,20000040,2");
    assertEquals([...t.ram.subarray(0x40, 0x42)], [0x11, 0x22]);
    assertEquals(await c.ask("Z2,20000080,4"), "OK");
    t.onLook = () => void (t.core = "halted");
    t.reason = { why: "watchpoint", at: 0x2000_0080 };
    assertEquals(await c.ask("vCont;c"), "T05watch:20000080;thread:1;");
  }));
Deno.test("run: Ctrl-C stops it; a fault is told on the console first", () =>
  visit(async (c, t) => {
    await c.send("vCont;c");
    await c.raw(Uint8Array.of(3));
    assertEquals(await c.reply(), "T02thread:1;");
    t.banner = ["probekit: the core is in HardFault"];
    t.registers["xpsr"] = 0x0100_0003;
    t.onLook = () => void (t.core = "halted");
    const told = () => c.console.match(/the core is in HardFault/g)?.length ?? 0;
    await c.ask("vCont;c");
    assertEquals(told(), 1);
    // not again at every step through the handler; but again when it has run
    for (let i = 0; i < 3; i++) await c.ask("vCont;s:1");
    assertEquals(told(), 1);
    await c.ask("vCont;c");
    assertEquals(told(), 2);
  }));
Deno.test("load: gathered, then programmed at once; what is wrong with the vectors is said at the next run", () =>
  visit(async (c, t) => {
    assertEquals(await c.ask("vFlashErase:08000000,00008000"), "OK");
    assertEquals(
      await c.ask(concat([latin1("vFlashWrite:8000000:"), Uint8Array.of(1, 0x3A, 3)])),
      "OK",
    );
    assertEquals(await c.ask("vFlashDone"), "OK");
    assertEquals(t.calls.slice(-2), ["program 8000000+3 erase 8000000+32768", "reset halt"]);
    t.onLook = () => void (t.core = "halted");
    await c.ask("vCont;c");
    assertStringIncludes(c.console, "probekit: warning: the vector table is blank");
    assertEquals([await c.ask("vFlashErase:20000000,1000"), await c.ask("vFlashWrite:zz:x")], [
      "E.memtype",
      "E.malformed packet",
    ]);
  }));
Deno.test("leaving: detach takes breakpoints back and lets the core run", () =>
  visit(async (c, t) => {
    await c.ask("Z1,8000100,2");
    assertEquals(await c.ask("D"), "OK");
    await c.served;
    assertEquals(t.calls.slice(-2), ["breakpoint 8000100 false", "resume"]);
  }));

const said = (line: string, want: RegExp, reply = "OK") =>
  visit(async (c) => {
    const [answer, text] = await c.monitor(line);
    assertEquals(answer, reply, text);
    assert(want.test(text), `${line}: ${text}`);
  });
Deno.test("monitor: OpenOCD's words for resets, memory, flash and options", async () => {
  await said("reset halt", /^halted, mode: Thread\nxPSR: 0x01000000 pc: 0x08000100/);
  await said("mww 0x20000000 0xdeadbeef 2; mdw 0x20000000 2", /^0x20000000: deadbeef deadbeef\n$/);
  await said("reg pc", /pc \(\/32\): 0x08000100/);
  await said("flash info 0", /#\s+4: 0x00020000 \(0x20000 128kB\) not protected/);
  await said("flash erase_sector 0 0 last", /^erased sectors 0 through 7 on flash bank 0/);
  await said(
    "flash erase_address 0x08000000 0x100000",
    /^erased address 0x08000000 \(length 1048576\)/,
  );
  await said(
    `flash write_image erase "/abs/hello.hex" 0 ihex`,
    /auto erase enabled\nwrote 4 bytes from file \/abs\/hello.hex/,
  );
  await said("stm32f2x options_read 0", /OPTCR 0xC0FFAAFD/);
  await said("stm32f7x unlock 0", /option bytes written/);
  await said("arm semihosting enable", /^semihosting is enabled\n$/);
  await said("help flash", /flash protect bank first last on\|off/);
});
Deno.test("monitor: protect off beyond the last sector says so, does what is meant, and is OK", () =>
  visit(async (c, t) => {
    t.closed = [2, 3];
    const [reply, text] = await c.monitor("flash protect 0 0 11 off");
    assertEquals(reply, "OK");
    assertStringIncludes(text, "NOTE: this device has sectors 0..7, not 0..11");
    assertStringIncludes(text, "cleared protection for sectors 0 through 7");
    assertEquals(t.closed, []);
    const [, again] = await c.monitor("flash protect 0 0 11 off");
    assertStringIncludes(again, "nothing written");
  }));
Deno.test("monitor: what cannot be done is refused with its reason, and changes nothing", () =>
  visit(async (c, t) => {
    for (
      const [line, why] of [
        ["flash protect 0 0 11 on", "This device has sectors 0..7, there is no sector 11"],
        ["flash erase_sector 0 0 11", "there is no sector 11"],
        ["flash erase_address 0x08000000 0x200000", "is not in this device's flash"],
        [
          "flash erase_address 0x08000000 0x100",
          "does not begin and end with sectors: erasing it would take sector 0 whole",
        ],
        ["mdw 0x30000000", "The bus refused 0x30000000"],
        ["flash explode", "of flash there are: flash probe"],
        ["nonsense", "There is no monitor command `nonsense`"],
        ["mww 0x20000000", "is called as: mww address value [count]"],
        ["soft_reset_halt", "soft_reset_halt"],
      ] as const
    ) {
      const [reply, text] = await c.monitor(line);
      assertEquals(reply, "E01", line);
      assertStringIncludes(text, why);
    }
    assertEquals(t.calls, ["halt"]);
  }));
Deno.test("monitor gdb_sync: the next step executes nothing", () =>
  visit(async (c, t) => {
    await c.monitor("gdb_sync");
    assertEquals(await c.ask("vCont;s:1"), "T05thread:1;");
    assertEquals(t.calls.includes("step"), false);
  }));
Deno.test("semihosting: text goes out, the program goes on; its end is a stop", async () => {
  let printed = "";
  const semihosting = new Semihosting((text) => void (printed += text));
  semihosting.enabled = true;
  await visit(async (c, t) => {
    t.ram.set([0xAB, 0xBE], 0x100);
    t.ram.set(latin1("hi\n\0"), 0x200);
    Object.assign(t.registers, { pc: 0x2000_0100, r0: 4, r1: 0x2000_0200 });
    t.reason = { why: "breakpoint" };
    let looks = 0;
    t.onLook = () => {
      t.core = "halted";
      if (++looks === 2) Object.assign(t.registers, { pc: 0x2000_0100, r0: 0x18, r1: 0x2_0026 });
    };
    assertEquals(await c.ask("vCont;c"), "T05thread:1;");
    assertEquals(printed, "hi\nthe program has ended with exit code 0\n");
    assertEquals(semihosting.exitCode, 0);
  }, semihosting);
});

Deno.test("garbage of every kind: the session lives and answers the next packet", async () => {
  const letters = fc.constantFrom(..."gGpPmMxXZzvqQHTDkRcsCS?!".split(""));
  const junk = fc.tuple(letters, fc.string({ maxLength: 30 })).map(([a, b]) => a + b).filter((p) =>
    !/^[DkcsCSR]|^vCont|^vKill|^vRun/.test(p)
  );
  await visit(async (c) => {
    await c.ask("QStartNoAckMode");
    await fc.assert(
      fc.asyncProperty(junk, async (packet) => void assert((await c.ask(packet)).length >= 0)),
      { numRuns: 300 },
    );
    await c.raw(
      Uint8Array.from({ length: 3000 }, (_, i) => (i * 37) % 256).filter((b) => b !== 0x24),
    );
    assertEquals(await c.ask("qC"), "QC1");
  });
});
