/** Finds and loads libusb once, and says what is missing when it cannot. */
import { installCommand, libraryCandidates } from "../../ffi/find_library.ts";
import { findLibrary } from "../../ffi/load_library.ts";
import { copyOut, errorText, type Libusb, loadLibusb } from "../../ffi/libusb.ts";
import { VERSION } from "../../ffi/structs.ts";
import { u16le } from "../base/mod.ts";
import { fault } from "./faults.ts";

/** A loaded libusb. */
export interface LoadedLibusb {
  readonly lib: Libusb;
  readonly path: string;
  readonly version: string;
}
/** The same with a context of its own. */
export interface OpenLibusb extends LoadedLibusb {
  readonly context: bigint;
}
/** What loading needs to know of this machine. */
export interface LibraryHost {
  readonly os: string;
  /** the environment's PROBEKIT_LIBUSB */
  readonly override: string | undefined;
  /** undefined when it may not be looked at */
  exists(path: string): boolean | undefined;
  /** whether this process may load it; absent: it may */
  allowed?(path: string): "granted" | "prompt" | "denied";
  /** text of /etc/os-release */
  readonly osRelease?: string;
  /** how to load; absent: Deno.dlopen */
  load?(path: string): Libusb;
}

let loaded: LoadedLibusb | undefined;

/** `1.0.26 (/usr/lib/…/libusb-1.0.so.0)`; undefined before the first load. */
export const whatIsLoaded = (): string | undefined =>
  loaded && `${loaded.version} (${loaded.path})`;

function open(host: LibraryHost): { path: string; lib: Libusb } {
  const install = installCommand(host.os, host.osRelease);
  const found = findLibrary(libraryCandidates(host.os, host.override), {
    exists: (path) => host.exists(path),
    allowed: (path) => host.allowed?.(path) ?? "granted",
    load: (path) => (host.load ?? loadLibusb)(path),
  });
  if ("library" in found) return { path: found.path, lib: found.library };
  if ("notAllowed" in found) throw fault("libusb-not-allowed", { path: found.notAllowed });
  if ("missing" in found) {
    throw fault("no-libusb", { looked: found.missing.join(", "), install });
  }
  throw fault("libusb-unfit", { path: found.unfit, why: found.why, install }, {
    cause: found.cause,
  });
}

/** Loads libusb on the first call. Faults: no-libusb, libusb-not-allowed, libusb-unfit. */
export function loadOnce(host: LibraryHost): LoadedLibusb {
  if (loaded) return loaded;
  const { path, lib } = open(host);
  const v = copyOut(lib, lib.version(), VERSION.size);
  const version = [VERSION.major, VERSION.minor, VERSION.micro].map((at) => u16le(v, at)).join(".");
  loaded = { lib, path, version };
  return loaded;
}

/**
 * A new context: it looks at what is plugged in when it is made. An older one learns of changes from udev only, and
 * in a container there may be none. Faults: as loadOnce.
 */
export function openLibusb(host: LibraryHost): OpenLibusb {
  const library = loadOnce(host);
  const context = new BigUint64Array(1);
  const result = library.lib.init(context);
  if (result < 0) {
    const { path } = library;
    const install = installCommand(host.os, host.osRelease);
    throw fault("libusb-unfit", { path, why: errorText(result), install });
  }
  return { ...library, context: context[0] ?? 0n };
}
