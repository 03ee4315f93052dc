/** A program's files: in their folder, and nowhere else. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SemihostFolder } from "../../src/cli/mod.ts";
import { HELLO_ELF } from "./support/debugged.ts";
import { Folder, probekit } from "./support/program.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (b: Uint8Array) => new TextDecoder().decode(b);
const [R, RW, W, A] = [0, 2, 4, 8];

Deno.test("semihosting files: open, write, seek, read, length, rename, remove", () => {
  using dir = new Folder();
  const files = new SemihostFolder(dir.path);
  assertEquals(files.open("log.txt", R), -1);
  const log = files.open("log.txt", W);
  assert(log >= 3);
  assertEquals([files.write(log, bytes("hello")), files.length(log)], [0, 5]);
  assertEquals(files.close(log), 0);
  assertEquals([files.close(log), files.write(log, bytes("x")), files.length(log)], [-1, 1, -1]);
  const more = files.open("log.txt", A);
  files.write(more, bytes(" again"));
  files.close(more);
  const back = files.open("./log.txt", RW);
  assertEquals(files.seek(back, 6), 0);
  assertEquals(text(files.read(back, 100)), "again");
  assertEquals(files.read(back, 4).length, 0);
  files.closeAll();
  assertEquals(files.rename("log.txt", "old.txt"), 0);
  assertEquals(Deno.readTextFileSync(dir.at("old.txt")), "hello again");
  assertEquals([files.remove("old.txt"), files.remove("old.txt")], [0, -1]);
});

Deno.test("semihosting files: nothing leaves the folder, by name, by link, or by a link to what is not there yet", () => {
  using dir = new Folder();
  using outside = new Folder();
  outside.put("secret.txt", "secret");
  Deno.mkdirSync(dir.at("in"));
  Deno.symlinkSync(outside.at("secret.txt"), dir.at("link.txt"));
  Deno.symlinkSync(outside.at("new.txt"), dir.at("dangling.txt"));
  Deno.symlinkSync(outside.path, dir.at("out"));
  const files = new SemihostFolder(dir.path);
  const names = [
    outside.at("secret.txt"),
    "../secret.txt",
    "in/../../x",
    "..\\x",
    "link.txt",
    "dangling.txt",
    "out/secret.txt",
    "out/new.txt",
    "nowhere/x",
    "in",
    "",
    ".",
    "a\0b",
  ];
  for (const name of names) {
    for (const mode of [R, RW, W, A]) assertEquals(files.open(name, mode), -1, `${name} ${mode}`);
    assertEquals(files.remove(name), -1, name);
    assertEquals(files.rename(name, "in/y"), -1, name);
  }
  const own = files.open("in/own.txt", W);
  assert(own >= 3);
  files.close(own);
  for (const name of names) assertEquals(files.rename("in/own.txt", name), -1, name);
  assertEquals([...Deno.readDirSync(outside.path)].map((e) => e.name), ["secret.txt"]);
  assertEquals(Deno.readTextFileSync(outside.at("secret.txt")), "secret");
});

Deno.test("semihosting files: a link inside is followed, a pipe is not waited for, and there is an end to handles", () => {
  using dir = new Folder();
  dir.put("real.txt", "here");
  Deno.symlinkSync(dir.at("real.txt"), dir.at("alias.txt"));
  const files = new SemihostFolder(dir.path);
  const alias = files.open("alias.txt", R);
  assertEquals(text(files.read(alias, 10)), "here");
  if (Deno.build.os === "linux") {
    const made = new Deno.Command("mkfifo", { args: [dir.at("pipe")] }).outputSync();
    assertEquals([made.code, files.open("pipe", R)], [0, -1]);
  }
  const handles = Array.from({ length: 100 }, () => files.open("real.txt", R));
  assertEquals(handles.filter((h) => h >= 0).length, 63);
  files.closeAll();
  assert(files.open("real.txt", R) >= 3);
  files.closeAll();
});

Deno.test("semihosting files: without a folder there are none; modes beyond the last are none", () => {
  const none = new SemihostFolder(undefined);
  assertEquals([none.open("x", W), none.remove("x"), none.rename("x", "y")], [-1, -1, -1]);
  using dir = new Folder();
  assertEquals(new SemihostFolder(dir.path).open("x", 12), -1);
});

Deno.test("--semihosting-files: what is no folder is refused by both verbs before a board is touched", async () => {
  using dir = new Folder();
  const file = dir.put("a.txt", "");
  for (
    const [folder, why] of [[dir.at("none"), "there is no such file"], [file, "it is no folder"]]
  ) {
    for (const verb of [["gdb"], ["debug", HELLO_ELF]]) {
      const { exit, err } = await probekit([
        ...[...verb, "--port", "0", "--probe", "sim:stm32f746g-disco"],
        ...["--semihosting-files", folder ?? ""],
      ]);
      assertEquals(exit, 2, err);
      assertStringIncludes(err, `--semihosting-files ${folder}: ${why}`);
    }
  }
});
