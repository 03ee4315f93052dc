/** Refusals of gdb's monitor commands that no other test shows. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { diagnose, Fault, openBench } from "../../mod.ts";
import { renderDiagnostic } from "../../src/cli/mod.ts";
import { boardCommands } from "../../src/gdb/board_commands.ts";
import { Held, type TargetParts } from "../../src/gdb/held.ts";
import { openSim } from "../../src/sim/mod.ts";
import { Client } from "../gdb/support/client.ts";
import { FakeTarget } from "../gdb/support/fake_target.ts";

/** The board's side of monitor commands on a virtual board; its fault as its reader sees it. */
async function refusedOn(
  scenario: string,
  act: (commands: ReturnType<typeof boardCommands>) => Promise<unknown>,
  change: (parts: TargetParts) => TargetParts = (p) => p,
): Promise<string> {
  const { source, board } = openSim(`sim:stm32f746g-disco?scenario=${scenario}`);
  await using bench = await openBench({ source, attach: "under-reset" });
  const { core, chip, flash } = bench;
  const readImage = () => Promise.reject(new Error("no image is read here"));
  const commands = boardCommands(new Held(change({ core, chip, flash, readImage })), () => {});
  const before = board.options.written;
  const error = await assertRejects(() => act(commands), Fault);
  assertEquals(board.options.written, before);
  return renderDiagnostic(diagnose(error));
}

Deno.test("monitor: taking the options back at RDP level 1 would erase, and is refused", async (t) => {
  await t.assertSnapshot(await refusedOn("rdp1", (c) => c.recover(() => {})));
});

Deno.test("monitor: options that were written and do not read so", async (t) => {
  const text = await refusedOn(
    "factory",
    (c) => c.writeOptions({ BOR_LEV: 1 }, () => {}),
    // a chip that takes the write and keeps the old value
    (parts) => ({
      ...parts,
      flash: new Proxy(parts.flash, {
        get: (flash, name) => {
          if (name === "writeOptions") return () => Promise.resolve();
          const value = Reflect.get(flash, name, flash);
          return typeof value === "function" ? value.bind(flash) : value;
        },
      }),
    }),
  );
  await t.assertSnapshot(text);
});

Deno.test("monitor: memory that differs, and ranges outside flash, are told with their place", async () => {
  const target = new FakeTarget();
  const client = new Client(target);
  try {
    const [reply, text] = await client.monitor("verify_image app.bin 0x20000000 bin");
    assertEquals(reply, "E01");
    assertStringIncludes(text, "Memory differs from app.bin at 0x20000000");
    const [refused, why] = await client.monitor("flash erase_address 0x08000000 0x200000");
    assertEquals(refused, "E01");
    assertStringIncludes(why, "is not in this device's flash, which is");
  } finally {
    await client.end();
  }
});
