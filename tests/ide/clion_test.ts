/** examples/ide/clion: what CLion makes of its run configurations, with a real gdb, our server and the virtual board. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { needs } from "../support/need.ts";
import { CLION, keyProblems } from "./support/known_keys.ts";
import { console, freePort, HAS_GDB, onPort, PROJECT, Server, withMi } from "./support/session.ts";
import { allOf, type Element, parseXml } from "./support/xml.ts";

const BOARD = "sim:stm32f746g-disco";
const [PROGRAM, ATTACH] = ["clion/program.run.xml", "clion/attach.run.xml"];

/** What CLion would not understand in a run configuration. */
function problems(root: Element): readonly string[] {
  const [configuration] = root.children;
  if (root.name !== "component" || root.attributes["name"] !== "ProjectRunConfigurationManager") {
    return ["it is no run configuration"];
  }
  const type = configuration?.attributes["type"] ?? "";
  const known = CLION[type];
  if (!configuration || !known) return [`there is no type ${type}`];
  return allOf(configuration).flatMap((e) => {
    const keys = known[e.name];
    if (!keys) return [`${type}: there is no <${e.name}>`];
    const values = Object.entries(e.attributes).map(([k, v]) =>
      [k, keys[k] === "number" && /^\d+$/.test(v) ? Number(v) : v] as const
    );
    return keyProblems(e.name, Object.fromEntries(values), keys);
  });
}
const parsed = (port: string, file: string): Element => parseXml(onPort(port, file)[0] ?? "");
/** The attributes of an element of the file. */
function attributes(root: Element, name: string): Readonly<Record<string, string>> {
  const found = allOf(root).find((e) => e.name === name);
  assert(found, name);
  return found.attributes;
}

Deno.test("clion: every element and attribute is one that CLion writes itself", () => {
  for (const file of [PROGRAM, ATTACH]) assertEquals(problems(parsed("3333", file)), [], file);
  const file = attributes(parsed("3333", ATTACH), "configuration")["symbolFile"] ?? "";
  assert(Deno.statSync(file.replace("$PROJECT_DIR$", PROJECT)).isFile);
});

Deno.test("clion: a wrong attribute, element, word or type is seen, and broken XML too", () => {
  const [text = ""] = onPort("3333", PROGRAM);
  const cases: readonly (readonly [from: string, to: string, says: string])[] = [
    ["reset-cmd=", "reset-command=", "custom-gdb-server: there is no reset-command"],
    ["<debugger ", "<gdb ", "there is no <gdb>"],
    ['"ALWAYS"', '"always"', 'download-type is "always"'],
    ['warmup-ms="2000"', 'warmup-ms="2s"', 'warmup-ms is "2s", not number'],
    ['"com.jetbrains.cidr.embedded.customgdbserver.type"', '"OpenOCD"', "there is no type OpenOCD"],
    ["ProjectRunConfigurationManager", "RunManager", "it is no run configuration"],
  ];
  for (const [from, to, says] of cases) {
    assertStringIncludes(text, from);
    assertStringIncludes(problems(parseXml(text.replace(from, to))).join("\n"), says);
  }
  const broken = [
    text.replace("</method>", ""),
    text.replace('ELEVATE="false"', "ELEVATE=false"),
    text.replace('name="probekit', 'name="&probekit;'),
    `${text}<component/>`,
  ];
  for (const bad of broken) assertThrows(() => parseXml(bad), Error, "XML");
});

const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", HAS_GDB, `clion: ${name}`, fn);

/** Starts what the file says the server is, as CLion does before gdb. */
async function serverOf(root: Element, port: string, board = BOARD): Promise<Server> {
  const { executable = "" } = attributes(root, "custom-gdb-server");
  const { PROGRAM_PARAMS = "" } = attributes(root, "configuration");
  const server = new Server(executable, PROGRAM_PARAMS.split(" "), board);
  await server.ready(new RegExp(`on port ${port}: `));
  return server;
}

withGdb("Embedded GDB Server: starts the server, loads, resets, breaks, and ends it", async () => {
  const port = freePort();
  const root = parsed(port, PROGRAM);
  const wish = attributes(root, "custom-gdb-server");
  await using server = await serverOf(root, port);
  await withMi(async (mi) => {
    // CLion's help, "Embedded GDB Server": target remote ARGS, download, reset command
    await mi.ok(`-file-exec-and-symbols ${PROJECT}/build/hello.elf`);
    await mi.ok(`-target-select remote ${wish["gdb-connect"]}`);
    if (wish["download-type"] !== "NONE") {
      assertMatch(await console(mi, "load"), /Loading section \.text/);
    }
    if (wish["reset-after-download"] === "true") await console(mi, wish["reset-cmd"] ?? "");
    await mi.ok(`-break-insert ${PROJECT}/main.c:92`);
    assertMatch(await mi.run("-exec-continue"), /reason="breakpoint-hit".*func="main".*line="92"/);
    await mi.ok("-stack-list-frames");
    await mi.ok("-stack-list-variables --thread 1 --frame 0 --all-values");
    assertMatch(await mi.run("-exec-step"), /func="say"/);
    assertMatch(await mi.run("-exec-finish"), /reason="function-finished"/);
    await mi.ok("-target-detach");
  });
  assertEquals(await server.end(), 0, server.said);
});

withGdb(
  "Embedded GDB Server on the damaged board: load fails with the cause, recover mends it",
  async () => {
    const port = freePort();
    const root = parsed(port, PROGRAM);
    const wish = attributes(root, "custom-gdb-server");
    await using _server = await serverOf(root, port, `${BOARD}?scenario=so36160986`);
    await withMi(async (mi) => {
      await mi.ok(`-file-exec-and-symbols ${PROJECT}/build/hello.elf`);
      await mi.ok(`-target-select remote ${wish["gdb-connect"]}`);
      assertEquals((await mi.cli("load")).what, "error");
      assertStringIncludes(await console(mi, "monitor recover"), "E1155 hardware-watchdog");
      assertMatch(await console(mi, "load"), /Loading section \.text/);
      await console(mi, wish["reset-cmd"] ?? "");
    });
  },
);

withGdb("Remote Debug: connects to a server that runs and looks", async () => {
  const port = freePort();
  const wish = attributes(parsed(port, ATTACH), "configuration");
  await using server = new Server("probekit", ["gdb", "--port", port, "--once"], BOARD);
  await server.ready(/target extended-remote/);
  await withMi(async (mi) => {
    const file = (wish["symbolFile"] ?? "").replace("$PROJECT_DIR$", PROJECT);
    await mi.ok(`-file-exec-and-symbols ${file}`);
    await mi.ok(`-target-select remote ${wish["remoteCommand"]}`);
    await mi.ok("-stack-list-frames");
    assertStringIncludes(await console(mi, "info registers pc"), "pc ");
    await mi.ok("-target-detach");
  });
  assertEquals(await server.end(), 0, server.said);
});
