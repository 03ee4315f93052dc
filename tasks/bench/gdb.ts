/**
 * What gdb's `load` of 256 KiB takes on the virtual board, beside `probekit flash`; needs gdb-multiarch:
 * `deno task bench:gdb`. Board time is modelled and the same in every run.
 */
import { CONTENTS, measureLoad } from "../../tests/gdb/support/load_cost.ts";

console.log("256 KiB, board time with attaching      flash            gdb load         ratio");
for (const content of CONTENTS) {
  const { flashMs, flashExchanges, loadMs, loadExchanges } = await measureLoad(content);
  const one = (ms: number, n: number) => `${ms} ms, ${n} exch.`.padEnd(20);
  const ratio = (loadMs / flashMs).toFixed(3);
  console.log(
    `  ${content.padEnd(32)}${one(flashMs, flashExchanges)}${one(loadMs, loadExchanges)}${ratio}`,
  );
}
