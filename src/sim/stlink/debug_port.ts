/** The debug interface: packets become commands with their data, answers become packets. */
import { InPipe } from "../usb_pipes.ts";
import { bytesText, type Incoming } from "./command.ts";
import type { StlinkFirmware } from "./firmware.ts";

const COMMAND_BYTES = 16;

/** See the head of the file. */
export class DebugPort {
  readonly answers: InPipe;
  readonly trace: InPipe;
  #data: Incoming | undefined;
  #missing = 0;
  constructor(readonly probe: StlinkFirmware, packetSize: number, readonly onDeath: () => void) {
    this.answers = new InPipe(packetSize);
    this.trace = new InPipe(packetSize);
    probe.onTrace = (bytes) => this.trace.send(bytes);
  }

  /** A packet on the OUT endpoint. */
  packet(packet: Uint8Array): void {
    if (this.#data === undefined) this.#command(packet);
    else this.#more(this.#data, packet);
    if (this.probe.dead) this.onDeath();
  }
  /** A half-received command is void. */
  reset(): void {
    this.#data = undefined;
  }

  #command(packet: Uint8Array): void {
    let command = packet;
    if (packet.length !== COMMAND_BYTES) {
      this.probe.warn(
        `a command of ${packet.length} bytes instead of ${COMMAND_BYTES} (${bytesText(packet)})`,
      );
      command = new Uint8Array(COMMAND_BYTES);
      command.set(packet.subarray(0, COMMAND_BYTES));
    }
    const answer = this.probe.command(command);
    if (answer === undefined) return;
    if (answer instanceof Uint8Array) return this.answers.send(answer);
    this.#data = answer;
    this.#missing = answer.length;
  }
  #more(data: Incoming, packet: Uint8Array): void {
    const part = packet.subarray(0, this.#missing);
    if (part.length < packet.length) {
      const surplus = packet.length - part.length;
      this.probe.warn(`${surplus} bytes more than the command announced: dropped`);
    }
    this.#missing -= part.length;
    if (part.length > 0) data.take(part);
    if (this.#missing > 0) return;
    this.#data = undefined;
    data.end();
  }
}
