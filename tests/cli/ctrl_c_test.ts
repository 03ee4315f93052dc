/** Ctrl-C while flash is being written: exit 130, the board's state told, and the next run completes it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Folder, noise, probekitJson, ROOT } from "./support/program.ts";

/** Starts a flash and sends the signal once an event of this kind is seen. */
async function interrupted(words: readonly string[], when: RegExp, signal: Deno.Signal) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, ...words, "--events", "-"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  const err = new Response(child.stderr).text();
  let out = "";
  let sent = false;
  for await (const chunk of child.stdout) {
    out += decoder.decode(chunk, { stream: true });
    if (!sent && when.test(out)) {
      sent = true;
      child.kill(signal);
    }
  }
  assert(sent, `nothing like ${when} was seen in\n${out}`);
  const end = out.trim().split("\n").map((l) => JSON.parse(l)).at(-1);
  return { exit: (await child.status).code, err: await err, end };
}

Deno.test("Ctrl-C while programming: exit 130, the state is told and true, the next run completes", async () => {
  using dir = new Folder();
  const image = dir.put("noise.bin", noise(512 * 1024, 5));
  const probe = `sim:stm32f746g-disco?scenario=blank&state=${dir.at("board.pk")}`;
  const words = ["flash", image, "--base", "0x08000000", "--probe", probe];
  const program = /"what":"program"/;
  const { exit, err, end } = await interrupted(words, program, "SIGINT");
  assertEquals(exit, 130, err);
  assertEquals([end.type, end.board.state], ["run.end", "partial"]);
  assertMatch(err, /board: partial: .*programming 524288 bytes has begun/);
  assertMatch(err, /= next: /);
  const again = await probekitJson(words);
  assertEquals([again.exit, again.verified], [0, true], again.err);
  assert(again.bytesProgrammed < 512 * 1024, "what was programmed stays");
});

Deno.test("SIGTERM before anything is written: exit 143, untouched", async () => {
  using dir = new Folder();
  const image = dir.put("noise.bin", noise(512 * 1024, 6));
  const probe = `sim:stm32f746g-disco?scenario=blank&state=${dir.at("board.pk")}`;
  const words = ["flash", image, "--base", "0x08000000", "--probe", probe];
  const { exit, err, end } = await interrupted(words, /"type":"attached"/, "SIGTERM");
  assertEquals([exit, end.exit, end.board.state], [143, 143, "untouched"], err);
});

Deno.test("a recipe in TypeScript that never ends: one Ctrl-C is enough", async () => {
  using dir = new Folder();
  const never: Readonly<Record<string, string>> = {
    "waits.ts": "await new Promise(() => setInterval(() => {}, 1000));",
    "turns.ts": "while (true) {}",
  };
  for (const [name, text] of Object.entries(never)) {
    const recipe = dir.put(name, `console.log("here");\n${text}\nexport default {};\n`);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, "lint", recipe],
      stdout: "piped",
    }).spawn();
    const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
    for await (const chunk of child.stdout) {
      if (new TextDecoder().decode(chunk).includes("here")) child.kill("SIGINT");
    }
    const { signal, code } = await child.status;
    clearTimeout(late);
    assertEquals([signal, code], ["SIGINT", 130], name);
  }
});
