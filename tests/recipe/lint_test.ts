import { assert, assertEquals } from "@std/assert";
import { diagnosticsOf, lintRecipe } from "../../src/recipe/mod.ts";
import { fault } from "../../src/recipe/faults.ts";
import { lintRows } from "../../src/recipe/faults_lint.ts";
import { CORPUS, type Wrong } from "./corpus.ts";

interface Marked {
  readonly files: ReadonlyMap<string, string>;
  readonly where: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly endColumn: number;
  };
}

function unmark({ text }: Wrong): Marked {
  const parts = text.split(/^--- (\S+)\n/m);
  const files = new Map<string, string>();
  let where: Marked["where"] | undefined;
  for (let i = 0; i < parts.length; i += 2) {
    const file = i === 0 ? "main.yaml" : parts[i - 1]!;
    const marked = parts[i]!;
    const [open, close] = [marked.indexOf("«"), marked.indexOf("»")];
    if (open >= 0) {
      const before = marked.slice(0, open).split("\n");
      const inside = marked.slice(open + 1, close).split("\n")[0]!;
      const column = before.at(-1)!.length + 1;
      const endColumn = column + Math.max(1, inside.length);
      where = { file, line: before.length, column, endColumn };
    }
    files.set(file, marked.replace("«", "").replace("»", ""));
  }
  return { files, where: where! };
}

const lint = (files: ReadonlyMap<string, string>) =>
  lintRecipe({ file: "main.yaml", text: files.get("main.yaml")! }, {
    files: {
      text: (p) =>
        files.has(p) ? Promise.resolve(files.get(p)!) : Promise.reject(new Error("no such file")),
    },
  });

for (const [i, wrong] of CORPUS.entries()) {
  Deno.test(`corpus ${String(i + 1).padStart(3, "0")}: ${wrong.code} ${wrong.slug}`, async () => {
    const { files, where } = unmark(wrong);
    const checked = await lint(files);
    const all = diagnosticsOf(checked);
    const text = all.map((d) =>
      `${d.code} ${d.where?.file}:${d.where?.line}:${d.where?.column}-${d.where?.endColumn} ${d.title}`
    ).join("\n");
    const hit = all.find((d) => d.code === wrong.code && d.slug === wrong.slug);
    assert(hit, `${wrong.code} was not found in\n${files.get(where.file)}\nfound:\n${text}`);
    const { file, line, column, endColumn } = hit.where!;
    assertEquals({ file, line, column, endColumn }, where, `${files.get(where.file)}\n${text}`);
    assertEquals(hit.severity, wrong.severity ?? "error");
    assertEquals(checked.ok, wrong.severity === "warning");
    // one mistake, one error: nothing that follows from it is told as well
    const others = all.filter((d) => d.severity === "error" && d !== hit && d.code !== "E0260");
    assertEquals(others.map((d) => `${d.code} ${d.title}`), []);
  });
}

Deno.test("the corpus is large, and shows every row of lint", () => {
  assert(CORPUS.length >= 60);
  const shown = new Set(CORPUS.map((c) => c.slug));
  assertEquals(Object.keys(lintRows).filter((slug) => !shown.has(slug)), []);
});

Deno.test("every row has its own code, and one of this room's", () => {
  const codes = Object.values(fault.rows).map((r) => r.code);
  assertEquals(new Set(codes).size, codes.length);
  for (const code of codes) {
    assert(
      /^E(02[1-8]\d|02[1-8]\d\d|10[0-4]\d|11[5-9]\d|20\d\d|22\d\d|30[0-4]\d|310\d|400\d)$/.test(
        code,
      ),
      code,
    );
  }
});
