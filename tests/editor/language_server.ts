/** A language server on the other end of a pipe, as an editor talks to it (LSP 3.17, JSON-RPC 2.0). */

/** A position in a text, from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}
/** What the server underlines. */
export interface Underlined {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly message: string;
  readonly severity?: number;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const SETTINGS = {
  yaml: {
    validate: true,
    completion: true,
    hover: false,
    schemaStore: { enable: false },
    format: { enable: false },
  },
};

/** The server, started; disposing ends it. */
export class LanguageServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, (m: Message) => void>();
  readonly #diagnostics = new Map<string, (d: readonly Underlined[]) => void>();
  readonly #reading: Promise<void>;
  #next = 1;
  private constructor(command: Deno.Command) {
    this.#child = command.spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** `command` speaks LSP on its stdin and stdout. */
  static async start(command: Deno.Command, root: string): Promise<LanguageServer> {
    const server = new LanguageServer(command);
    await server.request("initialize", {
      processId: Deno.pid,
      rootUri: `file://${root}`,
      workspaceFolders: [{ uri: `file://${root}`, name: "recipes" }],
      capabilities: {
        workspace: { configuration: true },
        textDocument: { completion: { completionItem: { snippetSupport: true } } },
      },
    });
    await server.notify("initialized", {});
    await server.notify("workspace/didChangeConfiguration", { settings: SETTINGS });
    return server;
  }

  async #send(message: object): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", ...message }));
    const head = new TextEncoder().encode(`Content-Length: ${body.length}\r\n\r\n`);
    const all = new Uint8Array(head.length + body.length);
    all.set(head);
    all.set(body, head.length);
    await this.#writer.write(all);
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.#send({ method, params });
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#waiting.set(id, resolve);
    await this.#send({ id, method, params });
    const { result, error } = await promise;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async #read(): Promise<void> {
    let held = new Uint8Array(0);
    for await (const part of this.#child.stdout) {
      const all = new Uint8Array(held.length + part.length);
      all.set(held);
      all.set(part, held.length);
      held = await this.#take(all);
    }
    // an editor would say so: nothing that waits is left waiting
    for (const [, resolve] of this.#waiting) {
      resolve({ error: { message: "the language server ended" } });
    }
  }

  /** Handles all whole messages; gives what is left. */
  async #take(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    let rest = bytes;
    for (;;) {
      const head = new TextDecoder("latin1").decode(rest.subarray(0, 200));
      const m = /Content-Length: (\d+)[^]*?\r\n\r\n/.exec(head);
      if (!m) return rest;
      const from = m.index + m[0].length;
      const to = from + Number(m[1]);
      if (rest.length < to) return rest;
      await this.#handle(JSON.parse(new TextDecoder().decode(rest.subarray(from, to))));
      rest = rest.slice(to);
    }
  }

  async #handle(m: Message): Promise<void> {
    if (m.method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = m.params as { uri: string; diagnostics: Underlined[] };
      this.#diagnostics.get(uri)?.(diagnostics);
    } else if (m.method !== undefined && m.id !== undefined) {
      const items = (m.params as { items?: { section?: string }[] })?.items ?? [];
      const result = items.map(({ section }) => section === "yaml" ? SETTINGS.yaml : {});
      await this.#send({
        id: m.id,
        result: m.method === "workspace/configuration" ? result : null,
      });
    } else if (typeof m.id === "number") {
      this.#waiting.get(m.id)?.(m);
      this.#waiting.delete(m.id);
    }
  }

  /** Opens a text as the editor would a file of that name; gives what is underlined in it. */
  async open(file: string, text: string): Promise<readonly Underlined[]> {
    const uri = `file://${file}`;
    const { promise, resolve } = Promise.withResolvers<readonly Underlined[]>();
    this.#diagnostics.set(uri, resolve);
    await this.notify("textDocument/didOpen", {
      textDocument: { uri, languageId: "yaml", version: 1, text },
    });
    return await promise;
  }

  /** Labels of what may be written at a place. The text must be open. */
  async complete(file: string, position: Position): Promise<readonly string[]> {
    const result = await this.request("textDocument/completion", {
      textDocument: { uri: `file://${file}` },
      position,
    });
    const items = (Array.isArray(result) ? result : (result as { items: unknown[] }).items) as {
      label: string;
    }[];
    return items.map((i) => i.label);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.request("shutdown", null);
    await this.notify("exit", null);
    await this.#writer.close();
    await this.#child.status;
    await this.#reading;
  }
}
