/** From `--probe` to a source of USB devices: this machine's, a trace's, or one that is plugged in here. */
import type { CheckedBoard } from "../recipe/mod.ts";
import type { UsbSource } from "../usb/mod.ts";
import {
  isUsbipAddress,
  libusbSource,
  recordingSource,
  replaySource,
  type UsbipConnection,
  usbipSource,
} from "../usb/mod.ts";
import { lineWriter, readText } from "./files.ts";
import { type Held, lockingSource, takeLock, type Waiting } from "./lock.ts";

/** A source, which of its devices is wanted, and what to do when all is done. */
export interface OpenedSource {
  readonly source: UsbSource;
  /** serial or place; undefined: the only one */
  readonly wanted: string | undefined;
  /** absent when the board's supply cannot be switched from here */
  readonly powerCycle?: (offMs: number) => Promise<void>;
  /** folder of the journal; null: the board ends with the command; absent: that of this machine */
  readonly journal?: string | null;
  /** the file of the board, when one was named */
  readonly board?: CheckedBoard;
  /** why a trace is not complete; undefined when it is, or when there is none */
  traceLost(): string | undefined;
  /** From here on a trace gets no data of transfers: they may hold a secret. */
  conceal(): void;
  /** Closes the source, saves a virtual board, ends a trace. */
  close(): Promise<void>;
}

/** A source that another part of the program brings: `prefix:` and all after it is handed over. */
export interface PluggedSource {
  readonly prefix: string;
  open(selector: string): Promise<PluggedOpen>;
  /** what only one process may use at a time; undefined for what ends with the command */
  lockName?(selector: string): string | undefined;
}
/** What a plugged source gives. */
export interface PluggedOpen {
  readonly source: UsbSource;
  /** keeps what outlives a command */
  save?(): void;
  /** see {@link OpenedSource.journal} */
  readonly journal?: string | null;
  /** switches the board's supply off and on */
  powerCycle?(offMs: number): Promise<void>;
}

const REPLAY = "replay:";

/** TCP as a USB/IP client wants it: small packets go out at once. */
async function tcpConnect(hostname: string, port: number): Promise<UsbipConnection> {
  const connection = await Deno.connect({ hostname, port });
  connection.setNoDelay(true);
  return connection;
}

type Bare = PluggedOpen & { readonly wanted: string | undefined; readonly held?: Held };

/** A plugged source; what outlives the command is locked before it is looked at. */
async function openPlugged(plug: PluggedSource, which: string, waiting: Waiting): Promise<Bare> {
  const name = plug.lockName?.(which);
  const held = name === undefined ? undefined : await takeLock(name, waiting);
  try {
    return { ...await plug.open(which), wanted: undefined, ...(held ? { held } : {}) };
  } catch (e) {
    held?.[Symbol.dispose]();
    throw e;
  }
}

async function bareSource(
  which: string | undefined,
  plugged: readonly PluggedSource[],
  waiting: Waiting,
): Promise<Bare> {
  if (which?.startsWith(REPLAY)) {
    const file = which.slice(REPLAY.length);
    return { source: replaySource(await readText(file), file), wanted: undefined, journal: null };
  }
  if (which !== undefined && isUsbipAddress(which)) {
    return { source: lockingSource(usbipSource(which, tcpConnect), waiting), wanted: undefined };
  }
  const plug = plugged.find((p) => which?.startsWith(`${p.prefix}:`));
  if (plug && which !== undefined) return await openPlugged(plug, which, waiting);
  return { source: lockingSource(await libusbSource(), waiting), wanted: which };
}

/**
 * Opens what `which` names: `usbip://HOST:PORT/BUSID`, `sim:…` and other plugged prefixes, `replay:FILE`, else a serial or place on
 * this machine's USB. `trace` names a file that gets every transfer.
 */
export async function openSource(
  which: string | undefined,
  plugged: readonly PluggedSource[],
  trace?: string,
  waiting: Waiting = { withinMs: 0 },
): Promise<OpenedSource> {
  // a trace that cannot be written is refused before anything is locked
  const writer = trace === undefined ? undefined : lineWriter(trace);
  const bare = await bareSource(which, plugged, waiting).catch((e) => {
    writer?.close();
    throw e;
  });
  let concealed = false;
  const source = writer
    ? recordingSource(bare.source, (l) => writer.write(l), () => concealed)
    : bare.source;
  return {
    source,
    traceLost: () => writer?.lost,
    conceal: () => void (concealed = true),
    wanted: bare.wanted,
    ...(bare.journal === undefined ? {} : { journal: bare.journal }),
    ...(bare.powerCycle ? { powerCycle: bare.powerCycle } : {}),
    async close() {
      try {
        await source[Symbol.asyncDispose]();
        writer?.close();
        bare.save?.();
      } finally {
        bare.held?.[Symbol.dispose]();
      }
    },
  };
}
