/** Commands that people are told to type: each is a command line of this program. */
import { assert, assertEquals } from "@std/assert";
import { runProgram, type Verb } from "../../src/cli/mod.ts";
import { allVerbs } from "../../tasks/probekit.ts";
import { everyRow } from "../../tasks/rows.ts";

const ROOT = new URL("../../", import.meta.url);

/** What stands for a fact, or for a word in capitals, where its kind matters. */
const FACTS: Readonly<Record<string, string>> = {
  at: "0x08000000",
  base: "0x08000000",
  kib: "32",
  port: "3240",
  host: "127.0.0.1",
  likely: "stm32f746g-disco",
  verb: "flash",
  flag: "950kHz",
  first: "0x2000",
};
const filled = (command: string): string =>
  command.replace(/\{(\w+)\}/g, (_, name: string) => FACTS[name] ?? "fact")
    .replace(/\$\{[^}]*\}/g, "fact")
    .replace(/<(\w+)>/g, "$1");

/** Words of a command line, as a shell takes them; only what is ours of a longer line. */
const words = (line: string): readonly string[] =>
  [...(line.split(/ (?:\||&&) /)[0] ?? "").matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
    .map(([, a, b, c]) => a ?? b ?? c ?? "");

/** The program's verbs, which only take their words. */
async function parses(args: readonly string[]): Promise<string | undefined> {
  let taken: string | undefined;
  const verbs = (await allVerbs()).map((v): Verb => ({
    ...v,
    run: () => {
      taken = v.name;
      return Promise.resolve(0);
    },
  }));
  let err = "";
  const exit = await runProgram(args, { version: "0", verbs, summary: "s" }, (signal) => ({
    ...{ out: () => {}, err: (text) => void (err += text), ask: () => undefined },
    ...{ terminal: false, colour: false, signal },
  }));
  if (args.includes("--help")) return exit === 0 ? undefined : err;
  return exit === 0 && taken === args[0] ? undefined : `exit ${exit}: ${err}`;
}

const isOurs = (command: string): boolean => /^(probekit |--)/.test(command);

/** Of options alone: the verbs that may have been called. */
const callsOf = (command: string): readonly (readonly string[])[] =>
  command.startsWith("--")
    ? [["flash", "IMAGE"], ["run", "RECIPE"]].map((call) => [...call, ...words(command)])
    : [words(command).slice(1)];

async function problems(commands: readonly string[]): Promise<readonly string[]> {
  const out: string[] = [];
  for (const command of new Set(commands)) {
    const said: string[] = [];
    for (const args of callsOf(filled(command))) {
      const problem = await parses(args);
      if (problem === undefined) {
        said.length = 0;
        break;
      }
      said.push(problem);
    }
    if (said.length > 0) out.push(`${command}: ${said.join("; ")}`);
  }
  return out;
}

/** Names of the recipes that come with the program. */
const SHIPPED: ReadonlySet<string> = new Set(
  [...Deno.readDirSync(new URL("recipes", ROOT))].map((f) => f.name.replace(/\.(yaml|ts)$/, "")),
);

function* sources(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const at = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* sources(at);
    else if (name.endsWith(".ts")) yield at;
  }
}
const texts = (): readonly string[] =>
  ["src/", "tasks/"].flatMap((f) => [...sources(new URL(f, ROOT))])
    .map((file) => Deno.readTextFileSync(file));

Deno.test("every command of every fault is a command line of this program", async () => {
  const rows = (await everyRow()).flatMap(({ row }) =>
    row.next.flatMap((n) => n.command === undefined ? [] : [n.command])
  ).filter(isOurs);
  assert(rows.length > 40, `only ${rows.length} were found`);
  assertEquals(await problems(rows), []);
});

Deno.test("so is every command that a cause or a place in the code brings", async () => {
  const found = texts().flatMap((text) =>
    [...text.matchAll(/command: (?:"([^"\n]*)"|`((?:\$\{[^}]*\}|[^`])*)`)/g)].map(([, a, b]) =>
      a ?? b ?? ""
    )
  ).filter(isOurs);
  assert(found.length > 60, `only ${found.length} were found`);
  assertEquals(await problems(found.filter((c) => !c.endsWith("verb}"))), []);
  for (const command of found) {
    const [, name] = /^probekit (?:run|plan) ([a-z][a-z-]*)/.exec(command) ?? [];
    if (name !== undefined) assert(SHIPPED.has(name), `${command}: there is no such recipe`);
  }
});

Deno.test("verbs and options that texts speak of are there", async () => {
  const verbs = new Map((await allVerbs()).map((v) => [v.name, v]));
  const known = (name: string) =>
    new Set((verbs.get(name)?.options ?? []).flatMap((o) => o.flags.match(/--?[a-z-]+/g) ?? []));
  const spoken = (await everyRow()).flatMap(({ slug, row }) =>
    [row.title, row.explain ?? "", ...(row.next.map((n) => n.text))]
      .flatMap((t) => [...t.matchAll(/`?probekit ([a-z]+)((?: (?:--?)?[\w<>{}./:=*-]+)*)/g)])
      .map(([all, verb = "", rest = ""]) => ({ slug, all, verb, rest }))
  ).filter(({ all, verb }) => verbs.has(verb) || all.startsWith("`"));
  assert(spoken.length > 10, `only ${spoken.length} were found`);
  for (const { slug, all, verb, rest } of spoken) {
    assert(verbs.has(verb), `${slug}: "${all}": there is no such verb`);
    for (const [flag] of rest.matchAll(/(?<= )--[a-z-]+/g)) {
      if (flag !== "--help") assert(known(verb).has(flag), `${slug}: "${all}": no ${flag}`);
    }
  }
});
