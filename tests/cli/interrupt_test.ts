import { assertEquals } from "@std/assert";

/** Runs the handler in a process of its own: the test runner keeps SIGINT for itself. */
async function interrupted(signals: string): Promise<string> {
  const door = new URL("../../src/cli/interrupt.ts", import.meta.url).href;
  const program = `import { lendTerminal, onInterrupt } from ${JSON.stringify(door)};
    const forced = [];
    const i = onInterrupt((exit) => { forced.push(exit); });
    const gone = new Promise((r) => i.signal.addEventListener("abort", r));
    const pause = (ms) => new Promise((r) => setTimeout(r, ms));
    ${signals}
    await gone;
    await pause(20);
    console.log(JSON.stringify({ exit: i.exit, forced }));
    i[Symbol.dispose]();`;
  const run = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = run.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  return new TextDecoder().decode((await run.output()).stdout).trim();
}
const kill = (name: string) => `Deno.kill(Deno.pid, "${name}");`;

Deno.test("interrupt: the doubled signal of a task runner counts once", async () => {
  assertEquals(await interrupted(kill("SIGINT") + kill("SIGINT")), `{"exit":130,"forced":[]}`);
});
Deno.test("interrupt: a later signal forces the end with the first one's code", async () => {
  const later = `${kill("SIGTERM")} await pause(600); ${kill("SIGINT")}`;
  assertEquals(await interrupted(later), `{"exit":143,"forced":[143]}`);
});
Deno.test("interrupt: while the terminal is lent Ctrl-C and SIGQUIT are the other program's, SIGTERM is not", async () => {
  const lent = `const terminal = lendTerminal(); ${kill("SIGINT")} ${
    kill("SIGQUIT")
  } await pause(600);
    if (i.exit !== undefined) throw "it was not lent";
    ${kill("SIGINT")} await pause(50); ${kill("SIGTERM")} await gone; terminal[Symbol.dispose]();`;
  assertEquals(await interrupted(lent), `{"exit":143,"forced":[]}`);
});
Deno.test("interrupt: given back, Ctrl-C counts again", async () => {
  const given = `lendTerminal()[Symbol.dispose](); ${kill("SIGINT")}`;
  assertEquals(await interrupted(given), `{"exit":130,"forced":[]}`);
});
