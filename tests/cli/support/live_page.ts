/** A page in headless Chromium that is looked at while it is open: keys, focus, widths (DevTools protocol). */
import { CHROMIUM } from "./browser.ts";
import { Folder } from "./program.ts";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--remote-debugging-port=0",
  "about:blank",
];
/** a browser that does not start in this time will not */
const STARTS_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 50;

type Json = Record<string, unknown>;

/** One command of the protocol at a time, and its answer. */
class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Json) => void>();
  #next = 1;
  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data) as Json;
      this.#waiting.get(Number(answer["id"]))?.(answer);
    };
  }
  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`nothing at ${url}`));
    await promise;
    return new DevTools(socket);
  }
  async do(method: string, params: Json = {}): Promise<Json> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Json>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await promise;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as Json;
  }
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.onclose = () => resolve();
    this.#socket.close();
    await promise;
  }
}

async function portOf(profile: string): Promise<string> {
  const file = `${profile}/DevToolsActivePort`;
  for (let waited = 0; waited < STARTS_WITHIN_MS; waited += LOOK_AGAIN_MS) {
    const text = await Deno.readTextFile(file).catch(() => "");
    const [port] = text.split("\n");
    if (port) return port;
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
  throw new Error("chromium did not start");
}

/** What has the focus. */
export interface Focused {
  readonly tag: string;
  readonly label: string;
  /** whether it looks other than without the focus */
  readonly shows: boolean;
}

/** See the file's comment. Disposing ends the browser. */
export class LivePage implements AsyncDisposable {
  private constructor(
    readonly tools: DevTools,
    readonly child: Deno.ChildProcess,
    readonly profile: Folder,
  ) {}

  /** Opens a file of this machine. */
  static async open(file: string): Promise<LivePage> {
    const profile = new Folder();
    const child = new Deno.Command(CHROMIUM ?? "chromium", {
      args: [`--user-data-dir=${profile.path}`, ...ARGS],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const port = await portOf(profile.path);
    const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    const { webSocketDebuggerUrl } = pages.find((p: Json) => p["type"] === "page");
    const page = new LivePage(await DevTools.connect(webSocketDebuggerUrl), child, profile);
    await page.tools.do("Page.enable");
    await page.tools.do("Page.navigate", { url: `file://${file}` });
    await page.evaluate(
      "new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))",
    );
    return page;
  }

  /** The value of an expression in the page, as plain data. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.tools.do("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    return (result as Json)["value"];
  }

  async size(width: number, height = 900): Promise<void> {
    await this.tools.do("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }
  async scheme(value: "light" | "dark"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value }];
    await this.tools.do("Emulation.setEmulatedMedia", { features });
  }
  async press(key: "Tab" | "Enter"): Promise<void> {
    const code = { Tab: 9, Enter: 13 }[key];
    const what = { key, code: key, windowsVirtualKeyCode: code };
    await this.tools.do("Input.dispatchKeyEvent", {
      type: "keyDown",
      ...what,
      ...(key === "Enter" ? { text: "\r" } : {}),
    });
    await this.tools.do("Input.dispatchKeyEvent", { type: "keyUp", ...what });
  }
  async focused(): Promise<Focused> {
    return await this.evaluate(`(() => {
      const e = document.activeElement;
      const look = () => [e, ...e.querySelectorAll("*")].map((x) => {
        const s = getComputedStyle(x);
        return [s.outlineStyle, s.outlineWidth, s.stroke, s.strokeWidth, s.fill, s.visibility].join();
      }).join(" ");
      const label = e.getAttribute("aria-label") ?? e.textContent.trim().slice(0, 80);
      const here = look();
      e.blur();
      const away = look();
      e.focus({ focusVisible: true, preventScroll: true });
      return { tag: e.tagName.toLowerCase(), label, shows: here !== away };
    })()`) as Focused;
  }
  /** A picture of all of it, as PNG. */
  async picture(): Promise<Uint8Array> {
    const { data } = await this.tools.do("Page.captureScreenshot", { captureBeyondViewport: true });
    return Uint8Array.from(atob(String(data)), (c) => c.charCodeAt(0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tools.do("Browser.close").catch(() => {});
    await this.tools.close();
    await this.child.status;
    this.profile[Symbol.dispose]();
  }
}
