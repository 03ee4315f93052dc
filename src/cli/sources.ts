/** From `--probe` to a source of USB devices: this machine's, a trace's, or one that is plugged in here. */
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

/** A source, which of its devices is wanted, and what to do when all is done. */
export interface OpenedSource {
  readonly source: UsbSource;
  /** serial or place; undefined: the only one */
  readonly wanted: string | undefined;
  /** absent when the board's supply cannot be switched from here */
  readonly powerCycle?: (offMs: number) => Promise<void>;
  /** folder of the journal; null: the board ends with the command; absent: that of this machine */
  readonly journal?: string | null;
  /** Closes the source, saves a virtual board, ends a trace. */
  close(): Promise<void>;
}

/** A source that another part of the program brings: `prefix:` and all after it is handed over. */
export interface PluggedSource {
  readonly prefix: string;
  open(selector: string): Promise<PluggedOpen>;
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

async function bareSource(which: string | undefined, plugged: readonly PluggedSource[]) {
  if (which?.startsWith(REPLAY)) {
    const file = which.slice(REPLAY.length);
    return { source: replaySource(await readText(file), file), wanted: undefined, journal: null };
  }
  if (which !== undefined && isUsbipAddress(which)) {
    return { source: usbipSource(which, tcpConnect), wanted: undefined };
  }
  const plug = plugged.find((p) => which?.startsWith(`${p.prefix}:`));
  if (plug && which !== undefined) return { ...await plug.open(which), wanted: undefined };
  return { source: await libusbSource(), wanted: which };
}

/**
 * Opens what `which` names: `usbip://HOST:PORT/BUSID`, `sim:…` and other plugged prefixes, `replay:FILE`, else a serial or place on
 * this machine's USB. `trace` names a file that gets every transfer.
 */
export async function openSource(
  which: string | undefined,
  plugged: readonly PluggedSource[],
  trace?: string,
): Promise<OpenedSource> {
  const bare: PluggedOpen & { wanted: string | undefined } = await bareSource(which, plugged);
  const writer = trace === undefined ? undefined : lineWriter(trace);
  const source = writer ? recordingSource(bare.source, (l) => writer.write(l)) : bare.source;
  return {
    source,
    wanted: bare.wanted,
    ...(bare.journal === undefined ? {} : { journal: bare.journal }),
    ...(bare.powerCycle ? { powerCycle: bare.powerCycle } : {}),
    async close() {
      await source[Symbol.asyncDispose]();
      writer?.close();
      bare.save?.();
    },
  };
}
