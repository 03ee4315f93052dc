/**
 * Runs in the guest: the program, started once, takes one command line after another from the host, as a shell
 * would. Starting it anew takes a minute of QEMU's time where both processors have other work; what it does with the
 * kernel's USB is the same.
 *   standing.ts HOST PORT; without arguments it only loads everything
 */
import { attach } from "../../../tasks/rig/attach.ts";
import { program } from "../../../tasks/probekit.ts";

/** What the host wants, one line of JSON each. */
export type Order =
  /** run the program in this folder */
  | { readonly do: "cli"; readonly folder: string; readonly args: readonly string[] }
  /** give a board of the server on this port of the host to the kernel */
  | { readonly do: "attach"; readonly port: number; readonly busid: string }
  /** wait until the kernel has no probe any more */
  | { readonly do: "empty" };
/** What came of it. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const USB = "/sys/bus/usb/devices";
const PROBE = "0483";
const EMPTY_MS = 60_000;

function hasProbe(): boolean {
  return [...Deno.readDirSync(USB)].some(({ name }) => {
    try {
      return Deno.readTextFileSync(`${USB}/${name}/idVendor`).trim() === PROBE;
    } catch {
      return false; // an interface, or just gone
    }
  });
}
async function empty(): Promise<Answer> {
  for (const end = performance.now() + EMPTY_MS; hasProbe();) {
    if (performance.now() > end) throw new Error("the kernel does not let go of the probe");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { code: 0, out: "", err: "" };
}
async function cli(folder: string, args: readonly string[]): Promise<Answer> {
  let [out, err] = ["", ""];
  Deno.chdir(folder);
  const code = await program(args, (signal) => ({
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    terminal: false,
    colour: false,
    signal,
    ask: () => undefined,
  }));
  return { code, out, err };
}
async function obey(order: Order, host: string): Promise<Answer> {
  switch (order.do) {
    case "cli":
      return await cli(order.folder, order.args);
    case "attach":
      return { code: 0, out: await attach(host, order.port, order.busid), err: "" };
    case "empty":
      return await empty();
  }
}

async function serve(host: string, port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: host, port });
  const answer = (a: Answer) =>
    new Blob([`${JSON.stringify(a)}\n`]).stream().pipeTo(connection.writable, {
      preventClose: true,
    });
  let text = "";
  for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const failed = (e: unknown): Answer => ({ code: -1, out: "", err: String(e) });
      await answer(await obey(JSON.parse(line), host).catch(failed));
    }
  }
}

if (import.meta.main) {
  await program(["--version"]);
  const [host, port] = Deno.args;
  if (host !== undefined) await serve(host, Number(port));
}
