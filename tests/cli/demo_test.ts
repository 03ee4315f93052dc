/** `probekit demo`: the first thing that a newcomer starts, wherever that is. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder, probekitProcess } from "./support/program.ts";

Deno.test("demo: plays without a home that may be written to, and leaves nothing anywhere", async () => {
  using dir = new Folder();
  const env = {
    XDG_STATE_HOME: dir.put("no-folder", ""),
    PROBEKIT_LOCKS: "",
    PROBEKIT_JOURNAL: dir.at("journal"),
    PROBEKIT_PROBE: "1234",
    TMPDIR: dir.at("tmp"),
  };
  Deno.mkdirSync(dir.at("tmp"));
  const { exit, out, err } = await probekitProcess(["demo"], { env, cwd: dir.path });
  assertEquals(exit, 0, err);
  assertStringIncludes(out, "$ probekit recover\n");
  assertStringIncludes(out, "  | blink 1\n");
  const left = [...Deno.readDirSync(dir.path)].map((e) => e.name).toSorted();
  assertEquals(left, ["no-folder", "tmp"]);
  assertEquals([...Deno.readDirSync(dir.at("tmp"))], []);
});
