/** examples/ide/vscode: what Cortex-Debug makes of it, with a real gdb, our server and the virtual board. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs } from "../support/need.ts";
import { cortexDebug, keyProblems, VSCODE_TASKS } from "./support/known_keys.ts";
import { console, freePort, HAS_GDB, onPort, PROJECT, Server, withMi } from "./support/session.ts";
import type { Mi } from "../gdb/support/mi.ts";

const BOARD = "sim:stm32f746g-disco";

interface Configuration {
  readonly [key: string]: unknown;
  readonly name: string;
  readonly request: string;
  readonly gdbTarget: string;
  readonly gdbPath: string;
  readonly executable: string;
  readonly preLaunchTask: string;
  readonly runToEntryPoint?: string;
  readonly preLaunchCommands?: readonly string[];
  readonly postLaunchCommands?: readonly string[];
  readonly overrideLaunchCommands?: readonly string[];
  readonly preAttachCommands?: readonly string[];
}
interface Task {
  readonly [key: string]: unknown;
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly presentation: object;
  readonly problemMatcher: {
    readonly pattern: { readonly regexp: string };
    readonly background: { readonly beginsPattern: string; readonly endsPattern: string };
  };
}

const expanded = (text: string): string => text.replaceAll("${workspaceFolder}", PROJECT);

/** Both files, with a port of their own. */
function files(port = "3333"): { launch: readonly Configuration[]; tasks: readonly Task[] } {
  const [launch = "", tasks = ""] = onPort(port, "vscode/launch.json", "vscode/tasks.json");
  return {
    launch: JSON.parse(expanded(launch)).configurations,
    tasks: JSON.parse(expanded(tasks)).tasks,
  };
}

function problems(c: Configuration): readonly string[] {
  return keyProblems(c.name, c, cortexDebug(c.request));
}
function taskProblems(t: Task): readonly string[] {
  const { presentation, problemMatcher } = t;
  return [
    ...keyProblems(t.label, t, VSCODE_TASKS.task),
    ...keyProblems("presentation", presentation, VSCODE_TASKS.presentation),
    ...keyProblems("problemMatcher", problemMatcher, VSCODE_TASKS.problemMatcher),
    ...keyProblems("pattern", problemMatcher.pattern, VSCODE_TASKS.pattern),
    ...keyProblems("background", problemMatcher.background, VSCODE_TASKS.background),
  ];
}
const configuration = (request: string, port?: string): Configuration => {
  const found = files(port).launch.find((c) => c.request === request);
  assert(found, request);
  return found;
};

Deno.test("vscode: every key is one that VS Code or Cortex-Debug reads, with a value of its kind", () => {
  const { launch, tasks } = files();
  assertEquals(launch.map((c) => c.request), ["launch", "attach"]);
  assertEquals([...launch.flatMap(problems), ...tasks.flatMap(taskProblems)], []);
  for (const c of launch) {
    assert(tasks.some((t) => t.label === c.preLaunchTask), c.preLaunchTask);
    // what external servers need, package.json of Cortex-Debug
    assertEquals([c["servertype"], c.gdbTarget], ["external", "127.0.0.1:3333"]);
    assert(Deno.statSync(c.executable).isFile);
  }
  for (const { pattern, background } of tasks.map((t) => t.problemMatcher)) {
    for (const text of [pattern.regexp, background.beginsPattern, background.endsPattern]) {
      assert(new RegExp(text));
    }
  }
});

Deno.test("vscode: a wrong key, a wrong word and a key of the other request are seen", () => {
  const launch = configuration("launch");
  assertEquals(problems({ ...launch, gdbtarget: "x" }), [`${launch.name}: there is no gdbtarget`]);
  assertEquals(problems({ ...launch, servertype: "probekit" }).length, 1);
  assertEquals(problems({ ...launch, preLaunchCommands: "set" as never }).length, 1);
  assertEquals(problems({ ...configuration("attach"), preLaunchCommands: [] }).length, 1);
  const [task] = files().tasks;
  assert(task);
  assertEquals(taskProblems({ ...task, background: true }).length, 1);
  const endPattern = { ...task.problemMatcher.background, endPattern: "x" };
  const problemMatcher = { ...task.problemMatcher, background: endPattern };
  assertEquals(taskProblems({ ...task, problemMatcher }), ["background: there is no endPattern"]);
});

/** A command of launch.json as it reaches gdb: gdb.ts, COMMAND_MAP. */
const mapped = (c: string): string =>
  ["continue", "c", "cont"].includes(c.trim())
    ? "exec-continue --all"
    : c.startsWith("-")
    ? c.slice(1)
    : `interpreter-exec console ${JSON.stringify(c.trim())}`;
const send = async (mi: Mi, commands: readonly string[]): Promise<void> => {
  for (const command of commands) await mi.ok(`-${command}`);
};

/** What comes before the target: mi2.ts start() and gdb.ts processLaunchAttachRequest(), Cortex-Debug 428af02. */
async function begin(mi: Mi, c: Configuration): Promise<void> {
  await send(mi, [
    "gdb-version",
    "gdb-set mi-async on",
    mapped("set print demangle on"),
    mapped("set print asm-demangle on"),
    "enable-pretty-printing",
    mapped("set output-radix 0xa"),
    mapped("set input-radix 0xa"),
    `file-exec-and-symbols "${c.executable}"`,
    `target-select extended-remote ${c.gdbTarget}`, // external.ts, initCommands()
  ]);
}

/** The task of the configuration, started as VS Code starts it, up to where it lets the debugger begin. */
async function serverOf(c: Configuration, port: string, board = BOARD): Promise<Server> {
  const task = files(port).tasks.find((t) => t.label === c.preLaunchTask);
  assert(task);
  const server = new Server(task.command, task.args, board);
  await server.ready(new RegExp(task.problemMatcher.background.endsPattern));
  return server;
}

const withGdb = (name: string, fn: () => Promise<void>): void =>
  needs("gdb-multiarch", HAS_GDB, `vscode: ${name}`, fn);

withGdb(
  "launch: programs, runs to main, shows variables, steps, pauses, resets; the server ends",
  async () => {
    const port = freePort();
    const c = configuration("launch", port);
    await using server = await serverOf(c, port);
    await withMi(async (mi) => {
      await begin(mi, c);
      // external.ts, launchCommands(); gdb.ts puts the file's own around them
      const standard = [
        mapped("monitor reset halt"),
        "target-download",
        mapped("monitor reset halt"),
      ];
      await send(mi, [
        ...(c.preLaunchCommands ?? []).map(mapped),
        ...c.overrideLaunchCommands?.map(mapped) ?? standard,
        ...(c.postLaunchCommands ?? []).map(mapped),
      ]);
      assertStringIncludes(mi.transcript, 'load-size="584"');
      await mi.ok(`-break-insert -t --function "${c.runToEntryPoint}" `);
      assertMatch(await mi.run("-exec-continue --all"), /reason="breakpoint-hit".*func="main"/);
      await mi.ok("-thread-info");
      await mi.ok("-stack-list-frames --thread 1 0 20");
      await mi.ok("-stack-list-variables --thread 1 --frame 0 --simple-values");
      await mi.ok(`-break-insert "${PROJECT}/main.c:95" `);
      await mi.ok('-var-create --thread 1 --frame 0 watch_1 @ "ticks_said"');
      await mi.ok("-data-list-register-values N 0 15 25");
      assertMatch(await mi.run("-exec-continue --thread 1"), /reason="breakpoint-hit".*line="95"/);
      await mi.ok("-break-delete 2");
      assertMatch(await mi.run("-exec-next --thread 1"), /reason="end-stepping-range"/);
      await mi.ok("-exec-continue --thread 1");
      await mi.ok("-exec-interrupt --all");
      assertMatch(await mi.stopped(), /signal-name="SIGINT"|signal-name="0"/);
      await send(mi, [mapped("monitor reset halt")]); // resetCommands()
      await mi.ok("-target-disconnect");
    });
    assertEquals(await server.end(), 0, server.said);
  },
);

withGdb("attach: halts the program where it is and lets it go again", async () => {
  const port = freePort();
  const c = configuration("attach", port);
  await using server = await serverOf(c, port);
  await withMi(async (mi) => {
    await begin(mi, c);
    await send(mi, (c.preAttachCommands ?? []).map(mapped));
    await send(mi, [mapped("monitor halt")]); // external.ts, attachCommands()
    assertStringIncludes(await console(mi, "monitor poll"), "core: halted");
    await mi.ok("-stack-list-frames --thread 1 0 20");
    await mi.ok("-target-detach");
  });
  assertEquals(await server.end(), 0, server.said);
  assertEquals(/download|program:/.test(server.said), false, server.said);
});

withGdb(
  "the damaged board: the cause is in the server's terminal and in the debug console",
  async () => {
    const port = freePort();
    const c = configuration("launch", port);
    await using server = await serverOf(c, port, `${BOARD}?scenario=so36160986`);
    await withMi(async (mi) => {
      await begin(mi, c);
      await send(mi, [mapped("monitor reset halt")]);
      assertEquals((await mi.ask("-target-download")).what, "error");
      assertStringIncludes((await mi.cli("monitor version")).console, "E1155 hardware-watchdog");
    });
    await server.end();
    assertStringIncludes(server.said, "E1155 hardware-watchdog");
    assertStringIncludes(server.said, "monitor recover");
  },
);
