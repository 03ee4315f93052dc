/** Rows that only a whole program can produce, and no other test shows. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { diagnose, Fault } from "../../mod.ts";
import { renderDiagnostic } from "../../src/cli/mod.ts";
import { withUmockdev } from "../../src/sim/front/umockdev.ts";
import { serveUsbip } from "../../src/sim/front/usbip_server.ts";
import { Folder, normalised, probekit } from "../cli/support/program.ts";

const SIM = "sim:stm32f746g-disco";

Deno.test("rows: gdb-port-in-use", async (t) => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  const { exit, err } = await probekit(["gdb", "--port", String(port), "--probe", SIM]);
  assertEquals(exit, 75);
  await t.assertSnapshot(normalised(err).replaceAll(String(port), "PORT"));
});

Deno.test("rows: sim-needs-umockdev", async (t) => {
  const error = assertThrows(
    () => withUmockdev([], { folders: ["/nowhere"], warn: () => {} }),
    Fault,
  );
  await t.assertSnapshot(renderDiagnostic(diagnose(error)));
});

Deno.test("rows: sim-cannot-listen", async (t) => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  const error = assertThrows(() => serveUsbip([], port), Fault);
  assertEquals(error.exit, 75);
  await t.assertSnapshot(renderDiagnostic(diagnose(error)).replaceAll(String(port), "PORT"));
});

Deno.test("rows: journal-not-written: nothing is erased that could not be noted", async () => {
  using dir = new Folder();
  const state = dir.at("board.pk");
  const probe = `${SIM}?state=${state}`;
  await probekit(["options", "--probe", probe]);
  const before = Deno.readFileSync(state);
  const folder = "/proc/probekit-nowhere"; // no user may make a folder there
  const { exit, err } = await probekit(
    ["erase", "--yes", "--journal", folder, "--probe", probe],
  );
  assertMatch(err, /^error\[E2060 journal-not-written\]/m);
  assertEquals(exit, 20);
  assertEquals(Deno.readFileSync(state), before);
});
