/** `completions SHELL` prints the script that a shell reads once; `complete -- WORDS` is what the script asks. */
import type { Command } from "commander";
import type { Cli } from "./terminal.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"];
const EXIT_USAGE = 2;

/** lines of the answer that are no proposals: `:4` forbids names of files, `:0` lets the shell propose them */
const DIRECTIVE = /^:\d+$/;
const FILES = ":0";

// The library's own script for bash wants a package of its own, runs what was typed so far through eval, and
// proposes no files; for zsh and fish it leaves that to what is answered.
const BASH = `# bash completion for probekit
_probekit() {
  local cur words cword line
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n =: cur words cword
  else
    cur=\${COMP_WORDS[COMP_CWORD]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) ;;
      "$cur"*) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${words[0]/#\\~/$HOME}" complete -- "\${words[@]:1:cword}" 2>/dev/null)
}
complete -o bashdefault -o default -F _probekit probekit
`;

/** What `work` writes with console.log, which is all that the library knows to write with. */
async function logged(work: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => void said.push(words.join(" "));
  try {
    await work();
  } finally {
    console.log = log;
  }
  return said.join("\n").split("\n");
}

/** Runs one of the two; gives the exit code. */
export async function complete(
  program: Command,
  args: readonly string[],
  cli: Cli,
): Promise<number> {
  const shell = args[0] === "completions" ? args[1] ?? "" : undefined;
  if (shell !== undefined && !SHELLS.includes(shell)) {
    cli.err(`usage: probekit completions ${SHELLS.join("|")}\n`);
    return EXIT_USAGE;
  }
  if (shell === "bash") {
    cli.out(BASH);
    return 0;
  }
  const tab = (await import("@bomb.sh/tab/commander")).default;
  tab(program as never);
  const call = ["complete", ...args.slice(1)];
  const lines = await logged(() => program.parseAsync(call, { from: "user" }));
  const none = shell === undefined && lines.every((l) => l === "" || DIRECTIVE.test(l));
  cli.out((none ? FILES : lines.join("\n")) + "\n");
  return 0;
}
