/** Finds and loads libusb once, and says what is missing when it cannot. */
import { installCommand, libraryCandidates } from "../../ffi/find_library.ts";
import { copyOut, errorText, type Libusb, loadLibusb } from "../../ffi/libusb.ts";
import { VERSION } from "../../ffi/structs.ts";
import { u16le } from "../base/mod.ts";
import { fault } from "./faults.ts";

/** A loaded and initialised libusb. */
export interface LoadedLibusb {
  readonly lib: Libusb;
  readonly context: bigint;
  readonly path: string;
  readonly version: string;
}
/** What loading needs to know of this machine. */
export interface LibraryHost {
  readonly os: string;
  /** the environment's PROBEKIT_LIBUSB */
  readonly override: string | undefined;
  exists(path: string): boolean;
}

let loaded: LoadedLibusb | undefined;

function open(path: string, host: LibraryHost): Libusb {
  try {
    return loadLibusb(path);
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    if (e instanceof Error && e.name === "NotCapable") {
      throw fault("libusb-not-allowed", { path }, { cause: e });
    }
    throw fault("libusb-unfit", { path, why, install: installCommand(host.os) }, { cause: e });
  }
}

/** Loads libusb on the first call. Faults: no-libusb, libusb-not-allowed, libusb-unfit. */
export function loadOnce(host: LibraryHost): LoadedLibusb {
  if (loaded) return loaded;
  const candidates = libraryCandidates(host.os, host.override);
  const path = candidates.find((p) => !p.includes("/") || host.exists(p));
  if (path === undefined) {
    throw fault("no-libusb", { looked: candidates.join(", "), install: installCommand(host.os) });
  }
  const lib = open(path, host);
  const context = new BigUint64Array(1);
  const result = lib.init(context);
  if (result < 0) {
    throw fault("libusb-unfit", { path, why: errorText(result), install: installCommand(host.os) });
  }
  const v = copyOut(lib, lib.version(), VERSION.size);
  const version = [VERSION.major, VERSION.minor, VERSION.micro].map((at) => u16le(v, at)).join(".");
  loaded = { lib, context: context[0] ?? 0n, path, version };
  return loaded;
}
