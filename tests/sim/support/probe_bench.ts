/** A virtual probe with a host that speaks to it in packets. */
import { assertEquals } from "@std/assert";
import {
  type StlinkDevice,
  stlinkDevice,
  type StlinkOptions,
} from "../../../src/sim/stlink_firmware.ts";
import type { Urb } from "../../../src/sim/contracts.ts";
import { type ScriptedTarget, scriptedTarget } from "./scripted_target.ts";

export const SERIAL = "0670FF485550755187121723";
const NOTHING = new Uint8Array(0);

/** How a transfer ended. */
export interface Ended {
  readonly status: number;
  readonly data: Uint8Array;
  readonly actual: number;
}
/** A number of two or four bytes, little-endian. */
export const u16 = (n: number): number[] => [n & 0xFF, (n >>> 8) & 0xFF];
export const u32 = (n: number): number[] => [...u16(n), ...u16(n >>> 16)];
export const word = (bytes: Uint8Array, at = 0): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

/** The bench. */
export class ProbeBench {
  readonly target: ScriptedTarget;
  readonly device: StlinkDevice;
  readonly warnings: string[] = [];
  constructor(options: Partial<StlinkOptions> = {}) {
    this.target = (options.target as ScriptedTarget | undefined) ?? scriptedTarget();
    this.device = stlinkDevice({
      target: this.target,
      firmware: "V2J37M26",
      serial: SERIAL,
      host: "direct",
      warn: (note) => this.warnings.push(note),
      ...options,
    });
  }

  /** Submits a transfer; `ended` of the result fills when it does. */
  submit(urb: Partial<Urb>): { urb: Urb; ended?: Ended } {
    const result: { urb: Urb; ended?: Ended } = {
      urb: {
        endpoint: 0,
        in: false,
        length: 0,
        setup: NOTHING,
        data: NOTHING,
        ...urb,
        done: (status, data, actual) => {
          assertEquals(result.ended, undefined, "a transfer ends once");
          result.ended = { status, data: data.slice(), actual };
        },
      },
    };
    this.device.submit(result.urb);
    return result;
  }
  out(
    bytes: readonly number[] | Uint8Array,
    endpoint = this.device.endpoints.out,
  ): Ended | undefined {
    return this.submit({ endpoint, data: Uint8Array.from(bytes) }).ended;
  }
  in(length: number, endpoint = this.device.endpoints.in): Ended | undefined {
    const { urb, ended } = this.submit({ endpoint: endpoint & 0xF, in: true, length });
    if (ended === undefined) this.device.unlink(urb);
    return ended;
  }
  control(setup: readonly number[], data: readonly number[] = []): Ended | undefined {
    const length = setup[6]! | (setup[7]! << 8);
    return this.submit({
      setup: Uint8Array.from(setup),
      in: (setup[0]! & 0x80) !== 0,
      length,
      data: Uint8Array.from(data),
    }).ended;
  }

  /** Sends a command; nothing is fetched. */
  send(...bytes: number[]): void {
    const packet = new Uint8Array(16);
    packet.set(bytes);
    assertEquals(this.out(packet)?.status, 0);
  }
  /** Sends a command and fetches its answer; undefined when none came. */
  ask(length: number, ...bytes: number[]): Uint8Array | undefined {
    this.send(...bytes);
    return this.in(length)?.data;
  }
  /** The status byte of a command's answer. */
  status(length: number, ...bytes: number[]): number | undefined {
    return this.ask(length, ...bytes)?.[0];
  }
  /** Connects, and opens AP 0 where the firmware has that. */
  enter(): this {
    assertEquals(this.status(2, 0xF2, 0x30, 0xA3), 0x80);
    if (this.device.firmware.version.jtag >= 28 || this.device.firmware.version.generation === 3) {
      assertEquals(this.status(2, 0xF2, 0x4B, 0x00), 0x80);
    }
    return this;
  }
  /** What GETLASTRWSTATUS2 says. */
  last(): { status: number; at: number } {
    const answer = this.ask(12, 0xF2, 0x3E)!;
    assertEquals(answer.length, 12);
    return { status: answer[0]!, at: word(answer, 4) };
  }
  read(op: number, at: number, length: number, ap = 0, csw = 0): Uint8Array | undefined {
    return this.ask(
      Math.max(2, length),
      0xF2,
      op,
      ...u32(at),
      ...u16(length),
      ap,
      ...u32(csw >>> 8).slice(0, 3),
    );
  }
  write(op: number, at: number, data: readonly number[] | Uint8Array): void {
    this.send(0xF2, op, ...u32(at), ...u16(data.length));
    assertEquals(this.out(data)?.status, 0);
  }
  get noise(): string {
    return this.warnings.join("\n");
  }
}
