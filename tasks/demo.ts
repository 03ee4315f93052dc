import { type Cli, cliFault, type Verb } from "../src/cli/mod.ts";
import { readState } from "./plugs.ts";

const PROBE = "sim:stm32f746g-disco?scenario=so36160986&state=board.pk";
const IMAGE = new URL("../tests/fixtures/hello.hex", import.meta.url);
const RUN_MS = 1000;
/** by Ctrl-C, by SIGTERM */
const INTERRUPTED = [130, 143];

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
    // the demo's board is its own: neither its lock nor what is done to it belongs beside the user's
    const own = { PROBEKIT_PROBE: PROBE, PROBEKIT_LOCKS: `${folder}/locks`, PROBEKIT_JOURNAL: "" };
    const before = Object.keys(own).map((name) => [name, Deno.env.get(name)] as const);
    for (const [name, value] of Object.entries(own)) Deno.env.set(name, value);
    try {
      for (const { say, type, exit } of STORY) {
        cli.out(`\n# ${say}\n$ probekit ${type}\n`);
        const got = await program(type.split(" "));
        if (INTERRUPTED.includes(got)) return got;
        if (got !== exit) {
          throw cliFault("demo-went-wrong", { command: type, got, exit });
        }
      }
      await watch(cli);
    } finally {
      Deno.chdir(home);
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
      await Deno.remove(folder, { recursive: true });
    }
    return 0;
  },
};
