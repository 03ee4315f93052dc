/** Semihosting on a virtual board: a program's calls, served by the debugger, its files in their folder. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { wordsToBytes } from "../../src/base/mod.ts";
import { SemihostFolder } from "../../src/cli/mod.ts";
import { Semihosting } from "../../src/gdb/mod.ts";
import { Folder } from "../cli/support/program.ts";
import { type Visit, visitBoard } from "./support/board_client.ts";

const [CODE, BLOCK, TEXT] = [0x2000_1000, 0x2000_1100, 0x2000_1200];
const FAILED = 0xFFFF_FFFF;
// bkpt 0xAB; bkpt 0: the call, and where the program stops after it (ARMv7-M ARM §A7.7.17)
const CALL = Uint8Array.of(0xAB, 0xBE, 0x00, 0xBE);

/** One call as a program makes it: r0 the operation, r1 its block of words. Gives r0 after it. */
async function call(
  v: Visit,
  op: number,
  block: readonly number[],
  at: number = BLOCK,
): Promise<number> {
  const { core } = v.bench;
  await core.memory.write(CODE, CALL);
  if (block.length) await core.memory.write(at, wordsToBytes([...block]));
  await core.writeRegisters({ pc: CODE, r0: op, r1: at, xpsr: 0x0100_0000 });
  await v.client.monitor("version"); // what the session knew of registers counts no more
  assertEquals(await v.client.ask("vCont;c"), "T05thread:1;");
  const [pc, r0 = 0] = await core.readRegisters(["pc", "r0"]);
  assertEquals(pc, CODE + 2);
  return r0;
}
async function put(v: Visit, text: string): Promise<readonly [at: number, length: number]> {
  await v.bench.core.memory.write(TEXT, new TextEncoder().encode(text));
  return [TEXT, text.length];
}

Deno.test("semihosting: text to the terminal, files in the folder, names that leave it refused", async () => {
  using dir = new Folder();
  let printed = "";
  const files = new SemihostFolder(dir.path);
  const semihosting = new Semihosting((text) => void (printed += text), files);
  await visitBoard("sim:stm32f746g-disco", async (v) => {
    assertEquals((await v.client.monitor("arm semihosting enable"))[0], "OK");
    const [out, outLength] = await put(v, "said\n");
    assertEquals(await call(v, 0x05, [1, out, outLength]), 0);
    assertEquals(printed, "said\n");
    const [name, nameLength] = await put(v, "log.txt");
    const handle = await call(v, 0x01, [name, 4, nameLength]);
    assert(handle >= 3 && handle !== FAILED, String(handle));
    const [data, length] = await put(v, "kept");
    assertEquals(await call(v, 0x05, [handle, data, length]), 0);
    assertEquals(await call(v, 0x02, [handle]), 0);
    assertEquals(Deno.readTextFileSync(dir.at("log.txt")), "kept");
    for (const bad of ["../log.txt", "/etc/hostname"]) {
      const [at, n] = await put(v, bad);
      assertEquals(await call(v, 0x01, [at, 0, n]), FAILED, bad);
    }
    assertEquals(await call(v, 0x77, [0]), FAILED);
    assertEquals(printed.includes("operation 0x77 is not served"), true);
  }, { semihosting });
  files.closeAll();
});
Deno.test("semihosting: a block may end where RAM does; a call with addresses that are none fails, and is told", async () => {
  let printed = "";
  const semihosting = new Semihosting((text) => void (printed += text));
  semihosting.enabled = true;
  await visitBoard("sim:stm32f746g-disco", async (v) => {
    await v.client.ask("?");
    assertEquals(await call(v, 0x09, [1], 0x2004_FFFC), 1); // ISTTY of stdout
    assertEquals(await call(v, 0x31, [], 0x2004_FFFE), FAILED); // TICKFREQ: R1 is nothing to it
    assertEquals(printed, "semihosting operation 0x31 is not served\n");
    assertEquals(await call(v, 0x04, [], 0x3000_0000), FAILED);
    assertStringIncludes(
      printed,
      "operation 0x04 with R1 0x30000000 fails: The chip's bus refused",
    );
    assertEquals(await call(v, 0x05, [1, 0x3000_0000, 5]), FAILED);
  }, { semihosting });
});
Deno.test("semihosting that is not enabled is a breakpoint like any other", () =>
  visitBoard("sim:stm32f746g-disco", async (v) => {
    await v.client.ask("?");
    await v.bench.core.memory.write(CODE, CALL);
    await v.bench.core.writeRegisters({ pc: CODE, r0: 5, r1: BLOCK, xpsr: 0x0100_0000 });
    assertEquals(await v.client.ask("vCont;c"), "T05thread:1;");
    assertEquals(await v.bench.core.readRegisters(["pc", "r0"]), [CODE, 5]);
  }));
