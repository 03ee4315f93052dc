/** What a shell proposes when Tab is pressed: bash itself, and what zsh and fish are answered. */
import { assertEquals } from "@std/assert";
import { needsProgram } from "../support/need.ts";
import { Folder, probekit, ROOT } from "./support/program.ts";

const answer = async (...words: readonly string[]) =>
  (await probekit(["complete", "--", ...words])).out.trimEnd().split("\n");

Deno.test("completions: where nothing is proposed, the shell may propose names of files", async () => {
  assertEquals(await answer("flash", ""), [":0"]);
  assertEquals(await answer("flash", "build/he"), [":0"]);
  const attach = await answer("flash", "--attach", "");
  assertEquals(attach.map((l) => l.split("\t")[0]), ["attach", "halt", "under-reset", ":4"]);
});

needsProgram(
  "bash",
  "completions: in bash verbs, options, their words and files, and nothing typed is run",
  async () => {
    using dir = new Folder();
    const { out: script } = await probekit(["completions", "bash"]);
    dir.put(
      "try.sh",
      `probekit() { "$DENO" run -q --no-check -A ${ROOT}/tasks/probekit.ts "$@"; }
${script}
${script}
tab() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _probekit
  echo "\${COMPREPLY[*]}"
}
tab probekit veri
tab probekit flash build/he
tab probekit flash --pr
tab probekit flash x.hex --attach ""
tab probekit flash '$(touch ran)' '\`touch ran\`' ';touch ran;' '>ran' "'open" --quie
complete -p probekit
`,
    );
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["--norc", "try.sh"],
      cwd: dir.path,
      env: { DENO: Deno.execPath() },
      stdout: "piped",
      stderr: "piped",
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(new TextDecoder().decode(stdout).trimEnd().split("\n"), [
      "verify",
      "",
      "--preserve --probe",
      "attach halt under-reset",
      "--quiet",
      // `default`: names of files, where the function proposes nothing
      "complete -o bashdefault -o default -F _probekit probekit",
    ]);
    assertEquals([...Deno.readDirSync(dir.path)].map((e) => e.name), ["try.sh"]);
  },
);
