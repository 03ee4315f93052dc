/** Where what is said goes, when it cannot go there. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { needsProgram } from "../support/need.ts";
import { firmware, Folder, probekit, ROOT } from "./support/program.ts";

const WORDS = [Deno.execPath(), "run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`];

/** Runs the program in a shell, so that its streams go where `redirect` says. */
async function shell(args: readonly string[], redirect: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", `"$@" ${redirect}`, "sh", ...WORDS, ...args],
    env,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  return { exit: code, out: out ?? "", err: err ?? "" };
}

Deno.test("a full disk under an output stream ends no work on the board", async () => {
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    [">/dev/full", [], 20],
    [">/dev/full", ["--json"], 20],
    [">/dev/full", ["--events", "-"], 20],
    ["2>/dev/full", [], 0],
  ];
  for (const [redirect, words, exit] of cases) {
    using dir = new Folder();
    const image = dir.put("app.bin", firmware(2048));
    const board = ["--base", "0x08000000", "--probe", `sim:stm32f746g-disco?state=${dir.at("b")}`];
    const ran = await shell(["flash", image, ...board, ...words], redirect);
    assertEquals(ran.exit, exit, ran.err);
    if (exit) {
      assertStringIncludes(
        ran.err,
        "error[E2066 stdout-not-written]: Standard output could not be",
      );
      assertStringIncludes(ran.err, "No space left on device");
    }
    const holds = await probekit(["verify", image, ...board, "--quiet"]);
    assertEquals(holds.exit, 0, `${redirect} ${words}: ${holds.err}`);
  }
});

Deno.test("a full disk under an output stream: an error of the work itself counts", async () => {
  const ran = await shell(
    ["recover", "--set", "nix=1", "--probe", "sim:stm32f746g-disco", "--json"],
    ">/dev/full",
  );
  assertEquals(ran.exit, 2, ran.err);
  assertStringIncludes(ran.err, "unknown-input");
});

Deno.test("packages that are not here and cannot be had are said, without a stack", async () => {
  using dir = new Folder();
  const env = { DENO_DIR: dir.at("deno"), HTTPS_PROXY: "http://127.0.0.1:9" };
  const ran = await shell(["info", "--probe", "sim:stm32f746g-disco"], "", env);
  assertEquals([ran.exit, ran.out], [20, ""]);
  assertStringIncludes(ran.err, "error[E2067 packages-missing]: A package that probekit needs");
  assertStringIncludes(ran.err, "DENO_TLS_CA_STORE=system");
  assertEquals(/^\s+at /m.test(ran.err), false, ran.err);
});

needsProgram(
  "script",
  "colours go to terminals only: not into a file that one stream is piped to, nor where TERM is dumb",
  async () => {
    using dir = new Folder();
    const words = WORDS.map((w) => `'${w}'`).join(" ");
    const probe = "--probe 'sim:stm32f746g-disco?scenario=wrp'";
    const inTerminal = async (
      redirect: string,
      term = "xterm",
      more: Record<string, string> = {},
    ) => {
      const file = dir.at("typescript");
      const { success } = await new Deno.Command("script", {
        args: ["-q", "-c", `cd '${dir.path}' && ${words} doctor ${probe} ${redirect}`, file],
        env: { TERM: term, NO_COLOR: "", ...more },
        stdin: "null",
        stdout: "null",
      }).output();
      assertEquals(success, true);
      return Deno.readTextFileSync(file);
    };
    assertStringIncludes(await inTerminal(""), "\x1b[32m✓\x1b[0m USB");
    await inTerminal(">out.txt");
    const out = Deno.readTextFileSync(dir.at("out.txt"));
    assertStringIncludes(out, "✓ USB");
    assertEquals(out.includes("\x1b"), false);
    await inTerminal("2>err.txt");
    assertEquals(Deno.readTextFileSync(dir.at("err.txt")).includes("\x1b"), false);
    assertEquals((await inTerminal("", "dumb")).includes("\x1b"), false);
    assertEquals((await inTerminal("", "xterm", { NO_COLOR: "1" })).includes("\x1b"), false);
  },
);
