/**
 * Recipes in an editor: the language server that most of them use for YAML (yaml-language-server 2) accepts
 * the schema, completes actions and parameters, and underlines what it can know to be wrong.
 */
import { assert, assertEquals, assertGreaterOrEqual, assertStringIncludes } from "@std/assert";
import { actions } from "../../src/recipe/actions.ts";
import { CORPUS } from "../recipe/corpus.ts";
import { needs } from "../support/need.ts";
import { LanguageServer } from "./language_server.ts";

/** a development tool, and nothing that probekit itself needs: pinned here and not in deno.json */
const SERVER = "npm:yaml-language-server@2.0.0";
const ALONE = ["--no-config", "--no-lock"] as const;
const ROOT = new URL("../../recipes/", import.meta.url).pathname;
const HEAD = "# yaml-language-server: $schema=./recipe.v1.schema.json\n";

const deno = (...args: string[]) =>
  new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "null" });

/** Whether it is on this machine, or can be had. */
async function available(): Promise<boolean> {
  const child = deno("cache", "--quiet", ...ALONE, SERVER).spawn();
  await child.stdin.close();
  const { success } = await child.output();
  return success;
}

const start = (): Promise<LanguageServer> =>
  LanguageServer.start(deno("run", "-A", ...ALONE, SERVER, "--stdio"), ROOT);

type Look = (server: LanguageServer) => Promise<void>;
const looks = new Map<string, Look>();
const test = (name: string, look: Look): void => void looks.set(name, look);

// one server for all: starting it takes longer than any of them
needs("yaml-language-server", await available(), "editor", async (t) => {
  await using server = await start();
  for (const [name, look] of looks) await t.step(name, () => look(server));
});

test("nothing is underlined in any shipped recipe, found by its modeline", async (server) => {
  const names = [...Deno.readDirSync(ROOT)].map((e) => e.name).filter((n) => n.endsWith(".yaml"));
  const found = await Promise.all(names.map(async (name) => {
    const file = `${ROOT}${name}`;
    const lines = await server.open(file, await Deno.readTextFile(file));
    return lines.map((d) => `${name}:${d.range.start.line + 1}: ${d.message}`);
  }));
  assertEquals(found.flat(), []);
});

const RECIPE = `${HEAD}recipe: v1
name: x
summary: s
effect: destructive
steps:
  - id: a
    uses: `;

test("after `uses:` stand all actions", async (server) => {
  const file = `${ROOT}completed.yaml`;
  await server.open(file, `${RECIPE}\n`);
  const offered = await server.complete(file, { line: 7, character: 10 });
  assertEquals([...offered].sort(), Object.keys(actions).sort());
});

test("inside `with:` stand the parameters of that action that are not there yet", async (server) => {
  for (
    const [action, has] of [
      ["flash.ensure", "image: a.elf"],
      ["flash.verify", "image: a.elf"],
    ]
  ) {
    const file = `${ROOT}${action}.yaml`;
    await server.open(file, `${RECIPE}${action}\n    with:\n      ${has}\n      \n`);
    const offered = await server.complete(file, { line: 10, character: 6 });
    const all = Object.keys(actions[action as keyof typeof actions].with);
    assertEquals([...offered].sort(), all.filter((p) => !has?.startsWith(p)).sort());
  }
});

test("inside an overlay stand its keys, and a wrong one is underlined", async (server) => {
  const file = `${ROOT}overlay.yaml`;
  const text = `${RECIPE}image.compose\n    with:\n      base: a.hex\n      overlay:\n` +
    "        - at: 0x08000000\n          layout: ./l.yaml\n          vales: {}\n";
  const [found, ...more] = await server.open(file, text);
  assertEquals(more, []);
  assertStringIncludes(found?.message ?? "", "vales");
  const open = text.replace("          vales: {}\n", "          \n");
  await server.open(`${ROOT}overlaid.yaml`, open);
  const offered = await server.complete(`${ROOT}overlaid.yaml`, { line: 13, character: 10 });
  assertEquals(offered, ["values"]);
});

test("an unknown parameter is underlined, and only that", async (server) => {
  const text = `${RECIPE}flash.ensure\n    with:\n      image: a.elf\n      adress: 0x08000000\n`;
  const [found, ...more] = await server.open(`${ROOT}unknown.yaml`, text);
  assertEquals(more, []);
  assert(found);
  assertStringIncludes(found.message, "adress");
  assertEquals(found.range, {
    start: { line: 10, character: 6 },
    end: { line: 10, character: 12 },
  });
});

/** What a schema can know, and in how many of the corpus' cases at least; the others need a second file. */
const KNOWABLE: Readonly<Record<string, number>> = {
  "unknown-parameter": 7,
  "unknown-action": 3,
  "unknown-edition": 1,
  "wrong-shape": 9,
  "wrong-type": 5,
  "bad-name": 4,
  "not-allowed-value": 4,
  "missing-input": 4,
  "yaml-syntax": 2,
  "yaml-duplicate-key": 1,
};

test("wrong recipes are underlined where lint points, as far as a schema can know", async (server) => {
  const flagged: Record<string, number> = {};
  // all at once: the server waits a moment before it looks at a text
  await Promise.all(CORPUS.map(async ({ slug, text }, i) => {
    if (!Object.hasOwn(KNOWABLE, slug)) return;
    const [main = ""] = text.split(/^--- /m);
    // the modeline stands above it
    const line = main.slice(0, main.indexOf("«")).split("\n").length;
    const found = await server.open(`${ROOT}wrong-${i}.yaml`, HEAD + main.replace(/[«»]/g, ""));
    const here = found.some(({ severity, range }) =>
      severity === 1 && range.start.line <= line && line <= range.end.line
    );
    flagged[slug] = (flagged[slug] ?? 0) + (here ? 1 : 0);
  }));
  for (const [slug, least] of Object.entries(KNOWABLE)) {
    assertGreaterOrEqual(flagged[slug] ?? 0, least, `${slug}: ${flagged[slug]}`);
  }
});
