/** examples/ide/eclipse: what Eclipse's "GDB Hardware Debugging" makes of it, with a real gdb, our server and the virtual board. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs } from "../support/need.ts";
import { ECLIPSE, keyProblems } from "./support/known_keys.ts";
import { console, freePort, HAS_GDB, onPort, PROJECT, Server, withMi } from "./support/session.ts";
import type { Mi } from "../gdb/support/mi.ts";
import { type Element, parseXml } from "./support/xml.ts";

const BOARD = "sim:stm32f746g-disco";
const FILE = "eclipse/hello-f746.launch";
const TYPE = "org.eclipse.cdt.debug.gdbjtag.launchConfigurationType";
const JTAG = "org.eclipse.cdt.debug.gdbjtag.core.";

type Value = string | number | boolean | readonly string[];
const READ: Readonly<Record<string, (e: Element, text: string) => Value>> = {
  stringAttribute: (_, text) => text,
  intAttribute: (_, text) => /^\d+$/.test(text) ? Number(text) : text,
  booleanAttribute: (_, text) => text === "true" ? true : text === "false" ? false : text,
  listAttribute: (e) => e.children.map((c) => c.attributes["value"] ?? ""),
};

/** The attributes by key, and what is wrong with the file's own form. */
function attributes(root: Element): [Readonly<Record<string, Value>>, readonly string[]] {
  const wrong = root.name === "launchConfiguration" && root.attributes["type"] === TYPE
    ? []
    : [`it is no ${TYPE}`];
  const out: Record<string, Value> = {};
  for (const e of root.children) {
    const { key = "", value = "" } = e.attributes;
    const read = READ[e.name];
    if (!read) wrong.push(`there is no <${e.name}>`);
    else if (key in out) wrong.push(`${key} is there twice`);
    else out[key] = read(e, value);
  }
  return [out, wrong];
}
function problems(text: string): readonly string[] {
  const [values, wrong] = attributes(parseXml(text));
  return [...wrong, ...keyProblems("launch", values, ECLIPSE)];
}

Deno.test("eclipse: every attribute is one that CDT reads, of the type that it asks for", () => {
  const [text = ""] = onPort("3333", FILE);
  assertEquals(problems(text), []);
  const [wish] = attributes(parseXml(text));
  assert(Deno.statSync(`${PROJECT}/${wish["org.eclipse.cdt.launch.PROGRAM_NAME"]}`).isFile);
});

Deno.test("eclipse: a wrong key, a wrong type and a wrong word are seen", () => {
  const [text = ""] = onPort("3333", FILE);
  const cases: readonly (readonly [from: string, to: string, says: string])[] = [
    ["core.doReset", "core.reset", `there is no ${JTAG}reset`],
    ['core.delay" value="0"', 'core.delay" value="none"', 'delay is "none", not number'],
    ["<intAttribute", "<integerAttribute", "there is no <integerAttribute>"],
    ['core.doHalt" value="true"', 'core.doHalt" value="yes"', 'doHalt is "yes", not boolean'],
    ["jtagdevice.OpenOCDSocket", "jtagdevice.Probekit", "jtagDeviceId is"],
    [TYPE, "org.eclipse.cdt.launch.applicationLaunchType", "it is no"],
  ];
  for (const [from, to, says] of cases) {
    assertStringIncludes(text, from);
    assertStringIncludes(problems(text.replace(from, to)).join("\n"), says);
  }
});

/** Lines of a text field, as CDT splits them. */
const lines = (text: Value | undefined): readonly string[] =>
  String(text ?? "").split(/\r?\n/).filter((l) => l.trim() !== "" && !l.trim().startsWith("#"));

type Wish = (key: string) => Value | undefined;

/**
 * GDBJtagDSFFinalLaunchSequence and FinalLaunchSequence of CDT 90d1dd3, step by step. `old`: as CDT 9.2 did
 * it, where reset and halt were two commands. Gives the stop that the launch ends with.
 */
async function launch(mi: Mi, wish: Wish, old = false): Promise<string> {
  const program = `${PROJECT}/${wish("PROGRAM_NAME")}`;
  for (
    const command of [
      "-gdb-version",
      `-environment-cd ${PROJECT}`,
      "-gdb-set breakpoint pending on",
      "-enable-pretty-printing",
      "-gdb-set print object on",
      "-gdb-set print sevenbit-strings on",
      "-gdb-set charset ISO-8859-1",
      old ? "-gdb-set target-async off" : "-gdb-set mi-async on",
      "-gdb-set pagination off",
      "-gdb-set auto-solib-add on",
      `-file-exec-file ${program}`, // stepSetExecutableFile
    ]
  ) await mi.ok(command);
  if (wish("loadSymbols")) await console(mi, `symbol-file ${program}`);
  if (wish("useRemoteTarget")) {
    // stepConnectToTarget: what follows the scheme of the URI; DefaultGDBJtagConnectionImpl.doTarget
    const connection = String(wish("connection")).replace(/^[a-z]+:/, "");
    await mi.ok(`-target-select ${wish("protocol")} ${connection}`);
  }
  if (wish("doReset") && wish("doHalt") && wish("delay") === 0 && !old) {
    await console(mi, "monitor reset halt"); // OpenOCDSocket.doResetAndHalt
  } else {
    if (wish("doReset")) await console(mi, "monitor reset run");
    if (wish("delay") !== 0) await console(mi, `monitor sleep ${Number(wish("delay")) * 1000}`);
    if (wish("doHalt")) await console(mi, "monitor halt");
  }
  await console(mi, ...lines(wish("initCommands")));
  if (wish("loadImage")) {
    assertMatch(await console(mi, `load ${program} `), /Loading section \.text, size 0x248/);
  }
  if (wish("setPcRegister")) await console(mi, `set $pc=0x${wish("pcRegister")}`);
  if (wish("setStopAt")) await mi.ok(`-break-insert -t -f ${wish("stopAt")}`);
  await console(mi, ...lines(wish("runCommands")));
  return wish("setResume") ? await mi.run("-exec-continue") : "";
}

function wishes(port: string): Wish {
  const [values] = attributes(parseXml(onPort(port, FILE)[0] ?? ""));
  return (key) => values[JTAG + key] ?? values[`org.eclipse.cdt.launch.${key}`];
}
async function withServer(board: string, act: (mi: Mi, wish: Wish, s: Server) => Promise<void>) {
  const port = freePort();
  await using server = new Server("probekit", ["gdb", "--port", port], board);
  await server.ready(/target extended-remote/);
  await withMi((mi) => act(mi, wishes(port), server));
}
const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", HAS_GDB, `eclipse: ${name}`, fn);

for (const old of [false, true]) {
  withGdb(
    `${old ? "CDT 9.2" : "CDT now"}: programs, stops at main, views fill, steps, suspends`,
    () =>
      withServer(BOARD, async (mi, wish) => {
        assertMatch(await launch(mi, wish, old), /reason="breakpoint-hit".*func="main"/);
        // the views: Debug, Variables, Registers, Memory, Disassembly
        await mi.ok("-thread-info");
        assertStringIncludes((await mi.ok("-stack-info-depth --thread 1 11")).text, `depth="1"`);
        await mi.ok("-stack-list-frames --thread 1 0 0");
        await mi.ok("-stack-list-locals --thread 1 --frame 0 1");
        await mi.ok("-data-list-register-names");
        await mi.ok("-data-list-register-values --thread 1 --frame 0 N 0 15 25");
        await mi.ok("-data-read-memory-bytes 0x40023C14 4"); // FLASH_OPTCR
        await mi.ok(`-break-insert -f ${PROJECT}/main.c:95`);
        assertMatch(await mi.run("-exec-continue --thread 1"), /breakpoint-hit.*line="95"/);
        await mi.ok("-break-delete 2");
        assertMatch(await mi.run("-exec-next --thread 1 1"), /end-stepping-range/);
        await mi.ok("-exec-continue --thread 1");
        if (old) await mi.interrupt();
        else {
          await mi.ok("-exec-interrupt");
          await mi.stopped();
        }
        await mi.ok("-target-detach");
      }),
  );
}

withGdb(
  "the damaged board: the launch stops at load with the cause; monitor recover, and it goes through",
  () =>
    withServer(`${BOARD}?scenario=so36160986`, async (mi, wish, server) => {
      let failed = "";
      try {
        await launch(mi, wish);
      } catch (e) {
        failed = String(e);
      }
      assertStringIncludes(failed, "load ");
      assertStringIncludes(server.said, "E1155 hardware-watchdog");
      assertStringIncludes(
        await console(mi, "monitor recover"),
        "taken up by a reset, and read back",
      );
      await mi.ok("-target-disconnect");
      assertMatch(await launch(mi, wish), /reason="breakpoint-hit".*func="main"/);
    }),
);
