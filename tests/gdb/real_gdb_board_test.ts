/** gdb itself and what lasts on the board: doctor, options, moved sectors, death in the midst of programming, the journal. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadImage } from "../../src/image/mod.ts";
import { readState } from "../../tasks/plugs.ts";
import { openSim } from "../../src/sim/mod.ts";
import { encodeHex } from "../../src/image/ihex.ts";
import { firmware, Folder, probekit, ROOT } from "../cli/support/program.ts";
import { needs } from "../support/need.ts";
import { Mi } from "./support/mi.ts";
import { GDB, HELLO_ELF, HELLO_HEX, runChild, served } from "./support/virtual.ts";

const F746 = "sim:stm32f746g-disco";
const FLASH = 0x0800_0000;
const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", GDB !== undefined, name, fn);
/** Looks again and again; what has not come by then never comes. */
async function until(there: () => boolean): Promise<void> {
  for (let look = 0; !there(); look++) {
    if (look > 20_000) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const hello = loadImage(HELLO_ELF, Deno.readFileSync(HELLO_ELF));

withGdb(
  "monitor doctor, options, recover: the cause, the bytes by name, and back to factory",
  () =>
    served(`${F746}?scenario=so36160986`, async (s) => {
      const { text } = await s.gdb(["monitor doctor", "monitor options", "monitor recover"]);
      assertStringIncludes(text, "✗ options     OPTCR 0x00FFAAED");
      assertStringIncludes(
        text,
        "proven: The option bytes are those that OpenOCD of 2015–16 leaves",
      );
      assertStringIncludes(text, "monitor recover   [reversible]");
      assertMatch(text, /! WWDG_SW /);
      assertStringIncludes(text, "option bytes written, taken up by a reset, and read back");
      const after = await s.gdb(["monitor doctor", "monitor recover"]);
      assertStringIncludes(after.text, "✓ options     OPTCR 0xC0FFAAFD");
      assertStringIncludes(after.text, "nothing differs: nothing written");
    }),
);

withGdb(
  "story without its protect line, wrp: taking only the protection off is enough",
  () =>
    served(`${F746}?scenario=wrp`, async (s) => {
      const script = [
        "monitor flash erase_address 0x08000000 0x100000",
        `monitor flash write_image erase "${HELLO_HEX}" 0 ihex`,
        "monitor reset halt",
      ];
      const first = await s.gdb(script, { goOn: false });
      assertEquals(first.code, 1, first.text);
      assertStringIncludes(first.text, "Write-protected: sectors 0..1 cannot be erased");
      assertStringIncludes(first.text, "monitor recover");
      assertStringIncludes(first.text, "monitor flash protect 0 0 last off");
      await s.gdb(["monitor flash protect 0 0 last off"]);
      const again = await s.gdb(script, { goOn: false });
      assertEquals(again.code, 0, again.text);
      assertMatch(again.text, /wrote 584 bytes from file/);
    }),
);

withGdb(
  "nDBANK by monitor options: load by the old sectors is refused in words, after a new connect it goes",
  () =>
    served("sim:nucleo-f767zi", async (s) => {
      const { text } = await s.gdb([
        "monitor options nDBANK=0",
        "load",
        "monitor version",
        "disconnect",
        `target extended-remote localhost:${s.port}`,
        "info mem",
        "load",
        "compare-sections",
      ], { elf: HELLO_ELF });
      assertStringIncludes(text, "NOTE: flash is laid out anew: 24 sectors instead of 12");
      assertStringIncludes(
        text,
        "E1147 gdb-map-stale: The option bytes have changed flash's sectors",
      );
      assertMatch(text, /0x08000000 0x08010000 flash blocksize 0x4000/);
      assertMatch(text, /Section \.text, range 0x8000000 -- 0x8000248: matched\./);
    }),
);

withGdb(
  "kill -9 while flash is being programmed: it is brought to its end, that is said, the next gdb works",
  () =>
    served(F746, async (s) => {
      const mi = new Mi(HELLO_ELF);
      await mi.ok(`-target-select extended-remote localhost:${s.port}`);
      const [begun, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const { program } = s.target;
      // vFlashDone is there and nothing is written yet when gdb dies
      s.target.program = async (...load) => {
        begun.resolve();
        await killed.promise;
        return await program(...load);
      };
      await mi.send("-target-download");
      await begun.promise;
      await mi.kill();
      killed.resolve();
      await until(() => s.log.some((l) => l.startsWith("gone")));
      assertStringIncludes(
        s.log.join("\n"),
        "gdb went while flash was being programmed; that was brought to its end: 1 sectors erased, 584 bytes programmed, read back and equal",
      );
      assertStringIncludes(s.log.join("\n"), "went without detaching: the core stays halted");
      const [piece] = hello.pieces;
      assertEquals(s.board.flash.subarray(0, piece?.bytes.length), piece?.bytes);
      const { text } = await s.gdb(["compare-sections", "break main", "run"], { elf: HELLO_ELF });
      assertStringIncludes(text, "matched.");
      assertStringIncludes(text, "Breakpoint 1, main ()");
    }),
);

withGdb(
  "a load that fails while gdb is dead says so in the server's terminal",
  () =>
    served(`${F746}?scenario=wrp`, async (s) => {
      const mi = new Mi(HELLO_ELF);
      await mi.ok(`-target-select extended-remote localhost:${s.port}`);
      const [begun, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const { program } = s.target;
      s.target.program = async (...load) => {
        begun.resolve();
        await killed.promise;
        return await program(...load);
      };
      await mi.send("-target-download");
      await begun.promise;
      await mi.kill();
      killed.resolve();
      await until(() => s.log.some((l) => l.startsWith("gone")));
      const log = s.log.join("\n");
      assertStringIncludes(log, "E1101 flash-write-protected");
      assertStringIncludes(log, "board: nothing was written");
      assertEquals(log.includes("brought to its end"), false);
    }),
);

withGdb("detach leaves the core halted when it was asked so, and running when not", async () => {
  for (const onDetach of ["halt", "run"] as const) {
    await served(F746, async (s) => {
      await s.gdb(["load", "break main", "continue", "detach"], { elf: HELLO_ELF });
      assertEquals(s.board.core === "halted", onDetach === "halt");
    }, { onDetach });
  }
});

/** A port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
/** gdb in batch; it tries again until the server listens. */
const gdbOn = (port: number, commands: readonly string[]) =>
  runChild(GDB ?? "gdb", [
    ...["-nx", "-batch", "-ex", "set confirm off"],
    ...[`target extended-remote localhost:${port}`, ...commands].flatMap((c) => ["-ex", c]),
    HELLO_ELF,
  ]);

withGdb(
  "probekit gdb: a load stands in the journal, and probekit undo brings back what it overwrote",
  async () => {
    using dir = new Folder();
    const probe = `${F746}?state=${dir.at("board.pk")}`;
    const sim = openSim(probe);
    const old = firmware(0x8000, 2);
    sim.board.putFlash(FLASH, old);
    Deno.writeFileSync(dir.at("board.pk"), sim.board.save());
    const flash = () => openSim(probe, { readState }).board.flash.slice(0, old.length);
    const port = freePort();
    const [server, gdb] = await Promise.all([
      probekit(["gdb", "--once", "--port", `${port}`, "--probe", probe]),
      gdbOn(port, ["load", "compare-sections"]),
    ]);
    assertEquals(server.exit, 0, server.err);
    assertStringIncludes(gdb.text, "matched.");
    const [piece] = hello.pieces;
    assertEquals(flash().subarray(0, piece?.bytes.length), piece?.bytes);
    const journal = Deno.readTextFileSync(`${dir.at("board.pk")}.journal/journal.jsonl`);
    assertStringIncludes(journal, "sector 0 was being written for gdb");
    const undo = await probekit(["undo", "--yes", "--probe", probe]);
    assertEquals(undo.exit, 0, undo.err);
    assertEquals(flash(), old);
    const open = await probekit(["reconcile", "--probe", probe]);
    assertStringIncludes(open.out, "Nothing is open");
  },
);

withGdb(
  "kill -9 of the server while it programs: the journal knows, the next server and reconcile say so",
  async () => {
    using dir = new Folder();
    const probe = `${F746}?scenario=blank&state=${dir.at("board.pk")}`;
    const sim = openSim(probe);
    sim.board.putFlash(FLASH, firmware(0x10_0000, 2));
    Deno.writeFileSync(dir.at("board.pk"), sim.board.save());
    const image = dir.put("image.hex", encodeHex([{ at: FLASH, bytes: firmware(0x10_0000, 3) }]));
    const journal = `${dir.at("board.pk")}.journal/journal.jsonl`;
    const port = freePort();
    const server = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, "gdb"],
        ...["--port", `${port}`, "--probe", probe],
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const gdb = gdbOn(port, [`load ${image}`]);
    const noted = () => {
      try {
        return Deno.readTextFileSync(journal).includes("intent");
      } catch {
        return false;
      }
    };
    await until(noted);
    server.kill("SIGKILL");
    await Promise.all([server.status, gdb]);
    assertEquals(Deno.readTextFileSync(journal).includes("outcome"), false);
    const again = freePort();
    const [next] = await Promise.all([
      probekit(["gdb", "--once", "--port", `${again}`, "--probe", probe]),
      gdbOn(again, ["monitor version"]),
    ]);
    assertMatch(
      next.err,
      /note: run \w+ .* was interrupted when sectors 0\.\.7 were being written for gdb/,
    );
    const { exit, out, err } = await probekit(["reconcile", "--probe", probe]);
    assertEquals(exit, 0, err);
    assertStringIncludes(out, "sectors 0..7 were being written for gdb");
  },
);

withGdb(
  "probekit gdb: --watchdog-ok, as flash has it; without it the load is refused",
  async () => {
    for (const flags of [["--watchdog-ok"], []]) {
      const port = freePort();
      const probe = `${F746}?scenario=so36160986`;
      const [server, gdb] = await Promise.all([
        probekit(["gdb", "--once", "--port", `${port}`, "--probe", probe, ...flags]),
        gdbOn(port, ["load", "compare-sections"]),
      ]);
      assertEquals(server.exit, 0, server.err);
      assertEquals(gdb.text.includes("matched."), flags.length > 0, gdb.text);
      assertEquals(server.err.includes("E1155 hardware-watchdog"), flags.length === 0, server.err);
    }
  },
);

Deno.test("probekit gdb: a port that is taken is said, with what to do, and nothing is done to the board", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { exit, err } = await probekit(["gdb", "--port", `${taken.addr.port}`, "--probe", F746]);
  assertEquals(exit, 75);
  assertStringIncludes(err, `Port ${taken.addr.port} on 127.0.0.1 is in use`);
  const nowhere = await probekit(["gdb", "--listen", "192.0.2.1", "--port", "0", "--probe", F746]);
  assertEquals(nowhere.exit, 75);
  assertStringIncludes(nowhere.err, "E7504 gdb-cannot-listen");
});
