/**
 * An emulator that is killed in the middle: a process that serves a board over USB/IP and ends itself, as a SIGKILL
 * ends it, instead of exchange N.
 *   doomed.ts N; prints its port
 */
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { serveUsbip } from "../../../src/sim/front/usbip_server.ts";
import { openSim } from "../../../src/sim/mod.ts";
import { BOARD } from "./place.ts";

/** One of them, running. */
export interface Doomed extends AsyncDisposable {
  readonly port: number;
  /** settles when it has died; gives the signal */
  readonly died: Promise<string | null>;
}

/** Starts one that dies instead of exchange `n`. */
export async function startDoomed(n: number): Promise<Doomed> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.url, String(n)],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await lines.read();
  const died = child.status.then(({ signal }) => signal);
  return {
    port: Number(value),
    died,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // it is dead already, which is what it is for
      }
      await died;
      await lines.cancel();
    },
  };
}

if (import.meta.main) {
  const n = Number(Deno.args[0]);
  const { boards, board } = openSim(BOARD);
  const live = new LiveTime(boards);
  const { port } = serveUsbip(boards, 0, { live });
  let count = 0;
  board.usb.meddler = (urb, deliver) => {
    if (++count === n) Deno.kill(Deno.pid, "SIGKILL");
    else deliver(urb);
  };
  console.log(port);
}
