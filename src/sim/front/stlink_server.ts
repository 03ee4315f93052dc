/**
 * Virtual boards for OpenOCD's TCP back-end, as ST's stlink-server would serve real ones: no USB, no libusb.
 * facts/usbip.md part B, reference/rig.md §4; numbers are little endian
 */
import { concat, u32le } from "../../base/mod.ts";
import type { Urb, VirtualUsbDevice } from "../contracts.ts";
import { NOTHING } from "../usb_pipes.ts";
import type { ByteStream } from "./byte_stream.ts";
import { type FrontBoard, type FrontIo, liveOf, type LiveTime } from "./live_time.ts";
import { serveLoopback, type Server } from "./tcp_server.ts";

const COMMAND = { refresh: 0, count: 1, info: 2, open: 3, close: 4, usb: 5, version: 6 } as const;
/** bytes of each request, the first included */
const LENGTH: Readonly<Record<number, number>> = { 0: 2, 1: 1, 2: 8, 3: 8, 4: 8, 5: 32, 6: 4 };
const STATUS = {
  ok: 1,
  timeout: 1001,
  badParameter: 1002,
  openError: 1003,
  unknown: 1053,
} as const;
const DIRECTION = { write: 0, read: 1, trace: 3 } as const;
/** API 3: transfers of any size, RW_MISC */
const VERSION = [3, 2, 1, 1] as const;
const SERIAL_SIZE = 32;
/** twice what RW_MISC fetches, the longest there is: what asks for more is no client */
const MOST_BYTES = 0x1_0000;
/** what comes without delay on a bus; a probe that is silent so long hangs */
const ANSWER_MS = 1000;

interface Ends {
  readonly out: number;
  readonly in: number;
  readonly trace: number;
}
/** The debug interface's bulk endpoints, in the order ST's descriptors have them. */
function debugEnds(device: VirtualUsbDevice): Ends {
  const c = device.configDescriptor;
  const found: number[] = [];
  let inside = false;
  for (let at = 0; at + 1 < c.length; at += Math.max(2, c[at] ?? 2)) {
    if (c[at + 1] === 4) inside = c[at + 2] === 0;
    if (c[at + 1] === 5 && inside) found.push(c[at + 2] ?? 0);
  }
  const [first = 0x81, trace = 0x82] = found.filter((e) => e >= 0x80);
  return { out: found.find((e) => e < 0x80) ?? 1, in: first & 0xF, trace: trace & 0xF };
}

const words = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(values.map((v) => v >>> 0)).buffer);

/** Serves these boards on 127.0.0.1; OpenOCD looks at 7184. `port` 0: any free one. */
export function serveStlink(boards: readonly FrontBoard[], port: number, io: FrontIo = {}): Server {
  const warn = io.warn ?? (() => {});
  const server = serveLoopback(port, (stream) => new Session(stream, boards, live, warn).run());
  const [live, endLive] = liveOf(boards, io); // it has a timer: not before the port is ours
  const close = async (): Promise<void> => {
    endLive();
    await server.close();
  };
  return { port: server.port, close, [Symbol.asyncDispose]: close };
}

class Session {
  readonly #opened = new Set<number>();
  constructor(
    readonly stream: ByteStream,
    readonly boards: readonly FrontBoard[],
    readonly live: LiveTime,
    readonly warn: (note: string) => void,
  ) {}

  async run(): Promise<void> {
    try {
      for (;;) {
        const [command = 0] = await this.stream.take(1);
        const length = LENGTH[command];
        if (length === undefined) {
          this.warn(`stlink-server: command ${command}`);
          this.stream.put(words(STATUS.unknown));
          return;
        }
        const rest = await this.stream.take(length - 1);
        const request = concat([Uint8Array.of(command), rest]);
        if (command === COMMAND.usb && u32le(request, 28) > MOST_BYTES) {
          this.warn(`stlink-server: a transfer of ${u32le(request, 28)} bytes`);
          this.stream.put(words(STATUS.badParameter));
          return; // its data is not waited for
        }
        this.stream.put(await this.#answer(command, request));
      }
    } finally {
      for (const id of this.#opened) this.boards[id - 1]?.usb.release();
    }
  }

  async #answer(command: number, request: Uint8Array): Promise<Uint8Array> {
    const [api, major, minor, build] = VERSION;
    switch (command) {
      case COMMAND.refresh:
        return words(STATUS.ok);
      case COMMAND.count:
        return words(this.boards.length);
      case COMMAND.version:
        return words(api, major, minor, build);
      case COMMAND.info:
        return this.#info(request[1] ?? 0);
      case COMMAND.open: {
        const id = u32le(request, 4);
        if (this.boards[id - 1]?.usb.plugged !== true) return words(STATUS.openError, 0);
        this.#opened.add(id);
        return words(STATUS.ok, id);
      }
      case COMMAND.close: {
        const id = u32le(request, 4);
        if (this.#opened.delete(id)) this.boards[id - 1]?.usb.release();
        return words(STATUS.ok);
      }
    }
    return await this.#usb(request);
  }
  #info(index: number): Uint8Array {
    const board = this.boards[index];
    if (board === undefined) return concat([words(STATUS.badParameter), new Uint8Array(41)]);
    const { usb } = board;
    const serial = new Uint8Array(SERIAL_SIZE);
    new TextEncoder().encodeInto(usb.serial, serial);
    const ids = new Uint8Array(Uint16Array.of(usb.vendorId, usb.productId).buffer);
    return concat([words(STATUS.ok, index + 1), serial, ids, Uint8Array.of(0)]);
  }

  async #usb(request: Uint8Array): Promise<Uint8Array> {
    const id = u32le(request, 4);
    const size = u32le(request, 28);
    const direction = request[24];
    const data = direction === DIRECTION.write ? await this.stream.take(size) : NOTHING;
    const board = this.#opened.has(id) ? this.boards[id - 1] : undefined;
    if (board === undefined) return words(STATUS.badParameter);
    const ends = debugEnds(board.usb);
    if (direction === DIRECTION.trace) {
      return this.#withStatus(this.#transfer(board, ends.trace, true, size));
    }
    const taken = this.#transfer(board, ends.out, false, 0, request.slice(8, 24));
    if (taken === undefined) return words(STATUS.timeout);
    if (size === 0) return words(STATUS.ok);
    if (direction === DIRECTION.read) {
      return this.#withStatus(this.#transfer(board, ends.in, true, size));
    }
    const written = this.#transfer(board, ends.out, false, 0, data);
    return words(written === undefined ? STATUS.timeout : STATUS.ok);
  }
  #withStatus(data: Uint8Array | undefined): Uint8Array {
    return data === undefined ? words(STATUS.timeout) : concat([words(STATUS.ok), data]);
  }

  /** One bulk transfer; undefined when it failed or took too long. */
  #transfer(
    board: FrontBoard,
    endpoint: number,
    isIn: boolean,
    length: number,
    data: Uint8Array = NOTHING,
  ): Uint8Array | undefined {
    let result: Uint8Array | undefined;
    let ended = false;
    const urb: Urb = {
      endpoint,
      in: isIn,
      length: isIn ? length : data.length,
      setup: NOTHING,
      data,
      done: (status, bytes) => {
        ended = true;
        if (status === 0) result = bytes.slice();
      },
    };
    this.live.act(() => {
      board.usb.submit(urb);
      for (let ms = 0; !ended && ms < ANSWER_MS; ms++) board.chip.time.advance(1e6);
      if (!ended) board.usb.unlink(urb);
    });
    return result;
  }
}
