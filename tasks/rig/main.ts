/**
 * Runs shell commands in a Linux guest whose kernel has the virtual board on its USB:
 * `deno task rig:guest -- 'lsusb' 'st-info --probe'`. `--board SELECTOR` before the commands chooses it.
 * @module
 */
import { serveUsbip } from "../../src/sim/front/usbip_server.ts";
import { openSim } from "../../src/sim/mod.ts";
import { Guest, hasQemu } from "./guest.ts";
import { prepare } from "./prepare.ts";

const ATTACH = new URL("./attach.ts", import.meta.url).pathname;

/** The command that attaches the n-th board of a server on the host. */
export const attachCommand = (port: number, board = 1): string =>
  `${Deno.execPath()} run -A --no-check ${ATTACH} 10.0.2.2 ${port} 1-${board}`;

async function main(args: readonly string[]): Promise<number> {
  const [first, selector, ...rest] = args.filter((a) => a !== "--");
  const chosen = first === "--board" && selector !== undefined;
  const commands = chosen ? rest : args.filter((a) => a !== "--");
  if (!hasQemu()) {
    console.error("QEMU is not on this machine: apt-get install qemu-system-x86");
    return 2;
  }
  const { boards } = openSim(chosen ? selector : "sim:stm32f746g-disco", {
    warn: (note) => console.error(`virtual board: ${note}`),
  });
  await using server = serveUsbip(boards, 0, { warn: (note) => console.error(note) });
  await using guest = await Guest.boot(await prepare());
  const attaching = boards.map((_, i) => attachCommand(server.port, i + 1));
  let worst = 0;
  for (const command of [...attaching, ...commands]) {
    const { code, out, err } = await guest.run(command);
    console.log(`$ ${command}\n${out}${err}exit ${code}`);
    worst = Math.max(worst, code);
  }
  return worst;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (e) { // no kernel to be had, or a command that does not end
    console.error(e instanceof Error ? e.message : e);
    Deno.exit(1);
  }
}
