/** Files that runs write: what stands under their name with other content is never lost. */
import {
  assert,
  assertEquals,
  assertStringIncludes,
  bench,
  Files,
  image,
  lasting,
  recipeOf,
  run,
} from "./support.ts";

/** Files that a run can read back once they are written. */
class Folder extends Files {
  override bytes(path: string): Promise<Uint8Array> {
    const data = this.written.get(path);
    return data === undefined
      ? super.bytes(path)
      : Promise.resolve(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }
}

const reading = (to: string): string =>
  `recipe: v1\nname: test\nsummary: s\neffect: read\nsteps:\n  - id: it\n    uses: flash.read\n` +
  `    with: { region: 0x08000000 +1KiB, to: ${to} }\noutputs:\n  file: \${{ steps.it.file }}\n`;

const old = image(1024, 9);

Deno.test("under a chosen name stands what is new; the older content gets a number, once", async () => {
  const files = new Folder();
  const save = (text = "save.bin") => run(bench(), reading(text), { files });
  const written = () => [...files.written.keys()].toSorted();
  files.written.set("save.bin", old);
  const first = await save();
  assertEquals([first.result.exit, first.result.outputs.file], [0, "save.bin"], first.shown);
  const [, summary = ""] = first.result.steps.map((s) => s.summary).join().split("written to ");
  assertEquals(summary, "save.bin (what was there is in save-2.bin now)");
  assertEquals(first.result.record.steps[0]?.summary, first.result.steps[0]?.summary);
  assertEquals(written(), ["save-2.bin", "save.bin"]);
  assertEquals(files.written.get("save-2.bin"), old);
  const now = files.written.get("save.bin");
  await save(); // the same content
  assertEquals(written(), ["save-2.bin", "save.bin"]);
  files.written.set("save.bin", old); // kept already
  await save();
  assertEquals(written(), ["save-2.bin", "save.bin"]);
  assertEquals(files.written.get("save.bin"), now);
  files.written.set("save.bin", image(1024, 8));
  await save();
  assertEquals(written(), ["save-2.bin", "save-3.bin", "save.bin"]);
  assertEquals(files.written.get("save-3.bin"), image(1024, 8));
});

Deno.test("a name that nobody has chosen stays with the older content, and the plan says so", async () => {
  const files = new Folder();
  const save = (dryRun = false) =>
    run(bench(), reading("./backup/"), { files, options: { dryRun } });
  const name = "./backup/stm32f74-003200413136510635343237-0x08000000-1024.bin";
  const free = await save(true);
  assertEquals(free.result.steps[0]?.summary, `read 0x08000000 +1024, 1 KiB, to ${name}`);
  files.written.set(name, old);
  const plan = await save(true);
  assertStringIncludes(
    String(plan.result.plan?.steps[0]?.summary),
    `to ${name}, or under the next name when that holds other content`,
  );
  const second = await save();
  const other = name.replace(".bin", "-2.bin");
  assertEquals(second.result.outputs.file, other, second.shown);
  assertEquals(files.written.get(name), old);
  assertEquals((await save()).result.outputs.file, other);
  assertEquals([...files.written.keys()], [name, other]);
});

Deno.test("what cannot be read is no free name; where none is left, nothing is written", async () => {
  class Shut extends Folder {
    constructor(readonly shut: RegExp) {
      super();
    }
    override bytes(path: string): Promise<Uint8Array> {
      if (this.shut.test(path)) throw new Deno.errors.PermissionDenied(path);
      return super.bytes(path);
    }
  }
  const one = new Shut(/1024\.bin$/);
  assertEquals((await run(bench(), reading("./backup/"), { files: one })).result.exit, 0);
  assert([...one.written.keys()].every((n) => n.endsWith("-1024-2.bin")), "the second name");
  const all = new Shut(/backup/);
  const { result, shown } = await run(bench(), reading("./backup/"), { files: all });
  assertEquals([result.error?.slug, result.exit, all.written.size], ["no-free-name", 20, 0]);
  assertStringIncludes(
    shown,
    "error[E2064 no-free-name]: Nothing was written: ./backup/stm32f74-003200413136510635343237-" +
      "0x08000000-1024.bin and 1000 names after it hold other content",
  );
});

Deno.test("that there is no such file is understood from each platform", async () => {
  const missing = [
    new Deno.errors.NotFound("x"),
    new DOMException("x", "NotFoundError"),
    Object.assign(new Error("x"), { code: "ENOENT" }),
    new Error("cannot read", { cause: new Deno.errors.NotFound("x") }),
  ];
  for (const error of missing) {
    class Elsewhere extends Folder {
      override bytes(): Promise<Uint8Array> {
        return Promise.reject(error);
      }
    }
    const files = new Elsewhere();
    const checked = await recipeOf(reading("./backup/"));
    const { result, shown } = await run(bench(), checked, { files });
    assertEquals([result.exit, files.written.size], [0, 1], shown);
  }
});

Deno.test("a name that another program takes meanwhile is left to it", async () => {
  const files = new Folder();
  const theirs = image(1024, 5);
  const writeNew = (path: string, data: Uint8Array | string) => {
    if (!path.endsWith("-2.bin")) files.written.set(path, theirs);
    else files.written.set(path, data);
    return Promise.resolve(path.endsWith("-2.bin"));
  };
  const { result } = await run(bench(), reading("./backup/"), { files, env: { writeNew } });
  assertStringIncludes(String(result.outputs.file), "-1024-2.bin");
  assertEquals([...files.written.values()][0], theirs);
});

Deno.test("a file that an earlier step writes is not read before: no old content is programmed for it", async () => {
  const sim = bench();
  const before = lasting(sim.board);
  const text = (image: string) =>
    `recipe: v1\nname: test\nsummary: s\neffect: reversible\ninputs:\n  to: { type: path }\nsteps:\n` +
    `  - id: it\n    uses: flash.read\n    with: { region: 0x08000000 +32KiB, to: "\${{ inputs.to }}" }\n` +
    `  - id: back\n    uses: flash.ensure\n    with: { image: "\${{ ${image} }}", base: 0x08000000 }\n`;
  for (const image of ["steps.it.file", "inputs.to"]) {
    for (const held of [undefined, old]) {
      const files = new Folder();
      if (held) files.written.set("save.bin", held);
      const call = { files, inputs: { to: "./save.bin" } };
      const { result: planned } = await run(sim, text(image), {
        ...call,
        options: { dryRun: true, savePlan: true },
      });
      const [, back] = planned.steps;
      assertEquals([planned.exit, back?.state], [0, "unknown"], back?.summary);
      assertEquals(back?.because, ["./save.bin, which it writes"]);
      assert(planned.plan);
      const { result } = await run(sim, text(image), {
        ...call,
        options: { expect: planned.plan },
      });
      assertEquals(result.steps.map((s) => s.state), ["unchanged", "unchanged"], image);
      assertEquals(lasting(sim.board), before);
    }
  }
});
