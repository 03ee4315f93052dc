/**
 * Virtual boards for every Linux with vhci-hcd, and for our own client: a USB/IP server on the loopback.
 * facts/usbip.md part A, reference/rig.md §5.2
 */
import { concat } from "../../base/mod.ts";
import type { Urb } from "../contracts.ts";
import { NOTHING } from "../usb_pipes.ts";
import type { ByteStream } from "./byte_stream.ts";
import {
  type FrontBoard,
  type FrontIo,
  liveOf,
  type LiveTime,
  whenUnplugged,
} from "./live_time.ts";
import { serveLoopback, type Server } from "./tcp_server.ts";
import {
  answerHead,
  BUSID_SIZE,
  busidOf,
  COMMAND,
  deviceRecord,
  fields,
  HEADER_SIZE,
  interfaceRecords,
  OP,
  ST,
  USBIP_VERSION,
} from "./usbip_records.ts";

const UNLINKED = -104; // ECONNRESET
/** longest transfer that usbfs takes (drivers/usb/core/devio.c, usbfs_memory_mb): what asks for more is no host */
const MOST_BYTES = 0x100_0000;
const SET_CONFIGURATION_1 = Uint8Array.of(0x00, 0x09, 1, 0, 0, 0, 0, 0);

/** A port reset, as Linux' own server understands one (drivers/usb/usbip/stub_rx.c, is_reset_device_cmd). */
const isPortReset = (setup: Uint8Array): boolean =>
  setup[0] === 0x23 && setup[1] === 0x03 && setup[2] === 4 && setup[3] === 0;

interface Exported {
  readonly board: FrontBoard;
  readonly index: number;
  holder: ByteStream | undefined;
}

/** Serves these boards as `1-1`, `1-2` … on 127.0.0.1; `port` 0: any free one. */
export function serveUsbip(boards: readonly FrontBoard[], port: number, io: FrontIo = {}): Server {
  const all: readonly Exported[] = boards.map((board, index) => ({
    board,
    index,
    holder: undefined,
  }));
  for (const one of all) whenUnplugged(one.board.usb, () => one.holder?.close());
  const warn = io.warn ?? (() => {});
  const server = serveLoopback(port, (stream) => new Session(stream, all, live, warn).run());
  const [live, endLive] = liveOf(boards, io); // it has a timer: not before the port is ours
  return {
    port: server.port,
    close: async () => {
      endLive();
      await server.close();
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** One connection: questions for the list, then, from an import on, one device's transfers. */
class Session {
  readonly #pending = new Map<number, Urb>();
  #device: Exported | undefined;
  constructor(
    readonly stream: ByteStream,
    readonly all: readonly Exported[],
    readonly live: LiveTime,
    readonly warn: (note: string) => void,
  ) {}

  async run(): Promise<void> {
    try {
      while (this.#device === undefined) if (!await this.#question()) return;
      while (await this.#request(this.#device)) { /* until it says nonsense or hangs up */ }
    } finally {
      this.#end();
    }
  }
  #end(): void {
    const held = this.#device;
    if (held === undefined) return;
    for (const urb of this.#pending.values()) held.board.usb.unlink(urb);
    this.#pending.clear();
    held.board.usb.release();
    held.holder = undefined;
  }

  async #question(): Promise<boolean> {
    const view = new DataView((await this.stream.take(8)).buffer);
    const version = view.getUint16(0);
    const op = view.getUint16(2);
    if (version !== USBIP_VERSION || (op !== OP.devlist && op !== OP.import)) {
      this.warn(`USB/IP: request ${op.toString(16)} of version ${version.toString(16)}`);
      return false;
    }
    if (op === OP.devlist) {
      const there = this.all.filter((e) => e.board.usb.plugged && e.holder === undefined);
      const records = there.flatMap(({ board: { usb }, index }) => [
        deviceRecord(usb, index),
        interfaceRecords(usb),
      ]);
      this.stream.put(concat([answerHead(op, ST.ok), fields(4, { 0: there.length }), ...records]));
      return true;
    }
    const busid = new TextDecoder().decode(await this.stream.take(BUSID_SIZE)).replace(
      /\0.*$/s,
      "",
    );
    const wanted = this.all.find((e) => busidOf(e.index) === busid && e.board.usb.plugged);
    if (wanted === undefined || wanted.holder !== undefined) {
      this.stream.put(answerHead(op, wanted === undefined ? ST.absent : ST.busy));
      return true;
    }
    wanted.holder = this.stream;
    this.#device = wanted;
    const record = deviceRecord(wanted.board.usb, wanted.index);
    this.stream.put(concat([answerHead(op, ST.ok), record]));
    return true;
  }

  async #request({ board: { usb } }: Exported): Promise<boolean> {
    const head = await this.stream.take(HEADER_SIZE);
    const view = new DataView(head.buffer);
    const command = view.getUint32(0);
    const sequence = view.getUint32(4);
    if (command === COMMAND.unlink) {
      const victim = view.getUint32(20);
      const urb = this.#pending.get(victim);
      const taken = urb !== undefined && usb.unlink(urb);
      if (taken) this.#pending.delete(victim);
      const status = taken ? UNLINKED : 0;
      this.stream.put(fields(HEADER_SIZE, { 0: COMMAND.unlinked, 4: sequence, 20: status }));
      return true;
    }
    if (command !== COMMAND.submit) {
      this.warn(`USB/IP: command ${command}`);
      return false;
    }
    const isIn = view.getUint32(12) === 1;
    const length = view.getUint32(24);
    if (length > MOST_BYTES) {
      this.warn(`USB/IP: a transfer of ${length} bytes`);
      return false;
    }
    const data = isIn ? NOTHING : await this.stream.take(length);
    const setup = head.slice(40, 48);
    const urb: Urb = {
      endpoint: view.getUint32(16),
      in: isIn,
      length,
      setup: isPortReset(setup) ? SET_CONFIGURATION_1 : setup,
      data,
      done: (status, bytes, actual) => {
        this.#pending.delete(sequence);
        const answer = { 0: COMMAND.submitted, 4: sequence, 20: status, 24: actual };
        this.stream.put(concat([fields(HEADER_SIZE, answer), isIn ? bytes : NOTHING]));
      },
    };
    this.#pending.set(sequence, urb);
    this.live.act(() => usb.submit(urb));
    return true;
  }
}
