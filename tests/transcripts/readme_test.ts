import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { Folder, probekit, ROOT } from "../cli/support/program.ts";

const readme = await Deno.readTextFile(`${ROOT}/README.md`);
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, text]) => text ?? "");
const squeezed = (text: string): string => text.replace(/\s+/g, " ");

Deno.test("README: what the first block shows is what the program says", async () => {
  using dir = new Folder();
  const image = dir.put("hello.hex", Deno.readTextFileSync(`${ROOT}/tests/fixtures/hello.hex`));
  const probe = `sim:stm32f746g-disco?scenario=so36160986&state=${dir.at("board.pk")}`;
  const [story = ""] = blocks("console");
  const calls = story.split(/^\$ probekit /m).slice(1);
  assertEquals(calls.map((c) => c.split("\n")[0]), ["flash hello.hex", "recover", "flash hello.hex"]);
  for (const call of calls) {
    const [typed = "", ...shown] = call.split("\n");
    const args = typed.split(" ").map((word) => word === "hello.hex" ? image : word);
    const extra = args[0] === "recover" ? ["--backup", dir.at("backup")] : [];
    const { out, err } = await probekit([...args, ...extra, "--probe", probe]);
    for (const line of shown.filter((l) => l.trim() !== "")) {
      assertStringIncludes(squeezed(out + err), squeezed(line.trim()), typed);
    }
  }
});

Deno.test("README: every task, verb and file that its other blocks name is there", async () => {
  const shell = blocks("sh").join("\n");
  const tasks = [...shell.matchAll(/task ([a-z:]+)/g)].map(([, name]) => name ?? "");
  assert(tasks.length >= 4);
  for (const name of tasks) assert(name in config.tasks, name);
  for (const [, file = ""] of shell.matchAll(/(recipes\/\S+\.ts)/g)) assert(Deno.statSync(`${ROOT}/${file}`).isFile);
  const { out } = await probekit(["--help"]);
  const table = readme.split("## What it does")[1]?.split("##")[0] ?? "";
  const verbs = [...table.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`([a-z]+)/g)].map(([, v]) => v ?? ""));
  assert(verbs.length > 15, verbs.join());
  for (const verb of verbs) assert(new RegExp(`^ {2}${verb}\\b`, "m").test(out), verb);
});

Deno.test("README: what it says to type in this folder works in this folder", async () => {
  using dir = new Folder();
  const lines = blocks("sh").join("\n").split("\n").filter((l) => /^deno (?:task \w+|run -A) /.test(l));
  assertEquals(lines.length, 3);
  for (const line of lines) {
    const backup = line.includes("recover.ts") ? ` --set backup=${dir.at("backup")}` : "";
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", `deno() { "$DENO" "$@"; }; ${line}${backup}`],
      cwd: ROOT,
      env: { DENO: Deno.execPath() },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, `${line}: ${said}`);
  }
});
