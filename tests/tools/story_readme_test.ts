/** What README shows of each tool is in its transcript: these lines, in this order. */
import { assert, assertEquals } from "@std/assert";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
const TOOLS = ["st-flash", "openocd", "probekit"];

Deno.test("README: the tools' words on the story's board are those of their transcripts", async () => {
  const [, block = ""] = /^```text\n(\$ st-flash [\s\S]*?)^```/m.exec(README) ?? [];
  const calls = block.split("\n\n").map((c) => c.trimEnd().split("\n"));
  assertEquals(calls.map((c) => c[0]?.split(" ")[1]), TOOLS);
  for (const [i, shown] of calls.entries()) {
    const file = new URL(`./transcripts/so36160986-${TOOLS[i]}.txt`, import.meta.url);
    const said = (await Deno.readTextFile(file)).split("\n");
    let from = 0;
    for (const line of shown) {
      const at = said.indexOf(line, from);
      assert(at >= 0, `${file.pathname} does not say, after its line ${from}: ${line}`);
      from = at + 1;
    }
    assert(shown.length >= 5 && shown.at(-1)?.startsWith("exit "), shown.join("\n"));
  }
});
