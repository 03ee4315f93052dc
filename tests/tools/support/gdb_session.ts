/** gdb and a server for it, as two programs that see the same board. */
/** How OpenOCD, probekit, pyOCD and probe-rs say where they listen. */
const LISTENING =
  /on port (\d+) for gdb|on port (\d+): target|GDB server listening on port (\d+) |stub.* at [\d.]+:(\d+)/;

/** A TCP port that nobody has at the moment. */
export function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

/** What both said. */
export interface GdbSaid {
  readonly gdb: string;
  readonly server: string;
}
/** gdb gives a server two seconds, which a loaded machine has not always */
const PATIENCE = ["set confirm off", "set remotetimeout 60", "set tcp connect-timeout 60"];
/** gdb's arguments to do `commands` at a server, and nothing else. */
export const gdbArgs = (port: string, commands: readonly string[]): string[] => [
  "-nx",
  "-batch",
  ...[...PATIENCE, `target extended-remote 127.0.0.1:${port}`, ...commands]
    .flatMap((c) => ["-ex", c]),
];
/** a server that is not there by then never will be */
const START_MS = 60_000;

/** Starts a gdb server, lets gdb do something with it, ends it. */
export async function gdbSession(
  server: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  commands: readonly string[],
): Promise<GdbSaid> {
  const [name = "", ...args] = server;
  const child = new Deno.Command(name, {
    args,
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = { text: "" };
  const port = Promise.withResolvers<string>();
  const late = setTimeout(() => port.resolve(""), START_MS);
  const listen = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const part of stream) {
      said.text += new TextDecoder().decode(part);
      const found = LISTENING.exec(said.text)?.find((part) => /^\d+$/.test(part ?? ""));
      if (found !== undefined) port.resolve(found);
    }
    port.resolve(""); // it ended without listening
  };
  const listening = [listen(child.stdout), listen(child.stderr)];
  let text = "the server did not start";
  const at = await port.promise;
  clearTimeout(late);
  if (at !== "") {
    const { stdout, stderr } = await new Deno.Command("gdb-multiarch", {
      args: gdbArgs(at, commands),
      cwd: options.cwd,
      stdin: "null",
    }).output();
    text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  }
  try {
    child.kill("SIGTERM");
  } catch {
    // it has ended by itself
  }
  await child.status;
  await Promise.all(listening);
  return { gdb: text, server: said.text };
}
