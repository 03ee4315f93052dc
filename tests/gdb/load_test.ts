/** `load` of 256 KiB takes no more modelled board time than `probekit flash` plus 5 %, whatever was there before. */
import { assert, assertStringIncludes } from "@std/assert";
import { needs } from "../support/need.ts";
import { CONTENTS, measureLoad } from "./support/load_cost.ts";
import { GDB } from "./support/virtual.ts";

const MOST = 1.05;

for (const content of CONTENTS) {
  needs("gdb-multiarch", GDB !== undefined, `load of 256 KiB, ${content}`, async () => {
    const { flashMs, loadMs, text } = await measureLoad(content);
    assertStringIncludes(text, "Transfer rate:");
    assert(loadMs > 1000, `${loadMs} ms for reading 256 KiB is too good to be true`);
    assert(loadMs <= MOST * flashMs, `load ${loadMs} ms, flash ${flashMs} ms`);
  });
}
