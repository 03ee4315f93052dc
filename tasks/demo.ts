import { type Cli, cliFault, type Verb } from "../src/cli/mod.ts";
import { readState } from "./plugs.ts";

const PROBE = "sim:stm32f746g-disco?scenario=so36160986&state=board.pk";
const IMAGE = new URL("../tests/fixtures/hello.hex", import.meta.url);
const RUN_MS = 1000;

/** The story: what is typed, what it must come to, and what to know before. */
const STORY: readonly { readonly say: string; readonly type: string; readonly exit: number }[] = [
  {
    say: "A board that cannot be flashed any more. Which option bytes does it have?",
    type: "options",
    exit: 0,
  },
  {
    say: "Flashing is refused, and the reason is the true one:",
    type: "flash hello.hex",
    exit: 11,
  },
  {
    say: "What would the recovery do? Nothing is written yet.",
    type: "plan recover-option-bytes",
    exit: 0,
  },
  { say: "Do it. Flash is saved first; nothing is erased.", type: "recover", exit: 0 },
  { say: "Now the image goes in, is read back, and runs.", type: "flash hello.hex", exit: 0 },
  { say: "Is it really there?", type: "verify hello.hex", exit: 0 },
  { say: "Reset, and stop at the image's own reset handler.", type: "reset --halt", exit: 0 },
];

/** Lets the board run for a while and shows what its firmware does. */
async function watch(cli: Cli): Promise<void> {
  const { openSim } = await import("../src/sim/mod.ts");
  const { board } = openSim(PROBE, { readState });
  let blinks = 0;
  board.onPin = (pin) => void (blinks += pin === "PI1" ? 1 : 0);
  board.run(RUN_MS);
  cli.out(`\nOne second of the board's life: LD1 changed ${blinks} times, and its UART said\n`);
  for (const line of board.text.trim().split(/\r?\n/)) cli.out(`  | ${line}\n`);
}

/** `probekit demo` */
export const demo: Verb = {
  name: "demo",
  summary: "play the whole story on a virtual STM32F746G-DISCO",
  async run(_given, cli) {
    const { program } = await import("./probekit.ts");
    const folder = await Deno.makeTempDir({ prefix: "probekit-demo-" });
    const home = Deno.cwd();
    await Deno.copyFile(IMAGE, `${folder}/hello.hex`);
    Deno.chdir(folder);
    Deno.env.set("PROBEKIT_PROBE", PROBE);
    try {
      for (const { say, type, exit } of STORY) {
        cli.out(`\n# ${say}\n$ probekit ${type}\n`);
        const got = await program(type.split(" "));
        if (got !== exit) {
          throw cliFault("demo-went-wrong", { command: type, got, exit });
        }
      }
      await watch(cli);
    } finally {
      Deno.chdir(home);
      await Deno.remove(folder, { recursive: true });
    }
    return 0;
  },
};
