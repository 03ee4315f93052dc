import { assert, assertEquals } from "@std/assert";
import { LEVELS } from "../../tasks/check/rooms.ts";

const ROOT = new URL("../../", import.meta.url);
const page = await Deno.readTextFile(new URL("ARCHITECTURE.md", ROOT));

Deno.test("ARCHITECTURE.md: every file and folder it names exists", () => {
  const named = [...page.matchAll(/`((?:src|tasks|recipes|tests|ffi)\/[\w/.-]*)`/g)].map((
    [, path],
  ) => path ?? "");
  assert(named.length > 15);
  const missing = named.filter((path) => {
    try {
      return !Deno.statSync(new URL(path, ROOT));
    } catch {
      return true;
    }
  });
  assertEquals(missing, []);
});
Deno.test("ARCHITECTURE.md: every room of the house has its line", () => {
  for (const room of LEVELS.flat()) {
    assert(page.includes(`\`${room}/\``) || page.includes(`\`${room}/`), room);
  }
});
