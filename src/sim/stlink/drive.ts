/**
 * The probe's drive, without a medium: what a host's storage driver asks at once is answered, so that it does
 * not reset the whole probe again and again (Linux usb-storage does, when the endpoints only halt). Files on
 * the drive, and programming by them, are not modelled. USB Mass Storage Class, Bulk-Only Transport 1.0.
 */
import { concat, putU32le, u32le } from "../../base/mod.ts";
import type { InPipe } from "../usb_pipes.ts";

const CBW = { size: 31, signature: 0x4342_5355, tag: 4, length: 8, flags: 12, block: 15 } as const;
const CSW_SIGNATURE = 0x5342_5355;
const FAILED = 1;
const SCSI = { testUnitReady: 0x00, requestSense: 0x03, inquiry: 0x12 } as const;
/** MODE SENSE, START STOP UNIT, PREVENT ALLOW, READ (FORMAT) CAPACITIES, REPORT LUNS: asked of any drive */
const USUAL: ReadonlySet<number> = new Set([0x1A, 0x1B, 0x1E, 0x23, 0x25, 0x5A, 0x9E, 0xA0]);
const text = (s: string): Uint8Array => new TextEncoder().encode(s);
/** a removable direct-access drive; as real boards call theirs (recalled) */
const INQUIRY = concat([
  Uint8Array.of(0x00, 0x80, 0x02, 0x02, 31, 0, 0, 0),
  text("MBED    microcontroller 1.0 "),
]);
/** NOT READY, MEDIUM NOT PRESENT: SPC-3 §4.5.3 */
const SENSE = Uint8Array.of(0x70, 0, 0x02, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3A, 0, 0, 0, 0, 0);

/** See the head of the file. */
export class Drive {
  /** the data that the host is about to send is refused, then this is the status */
  #refused: Uint8Array | undefined;
  constructor(readonly toHost: InPipe, readonly warn: (note: string) => void) {}

  /** A packet on the OUT endpoint; false: it halts. */
  packet(packet: Uint8Array): void | false {
    if (this.#refused !== undefined) {
      this.toHost.send(this.#refused);
      this.#refused = undefined;
      return false;
    }
    if (packet.length !== CBW.size || u32le(packet, 0) !== CBW.signature) {
      this.warn("what was sent to the probe's drive is no command block");
      this.toHost.halt(true);
      return false;
    }
    this.#command(packet);
  }
  /** The class request, or a reset of the device. */
  reset(): void {
    this.#refused = undefined;
  }

  #command(cbw: Uint8Array): void {
    const length = u32le(cbw, CBW.length);
    const isIn = (cbw[CBW.flags]! & 0x80) !== 0;
    const answer = this.#answer(cbw.subarray(CBW.block));
    const data = (answer ?? new Uint8Array(0)).subarray(0, isIn ? length : 0);
    const status = new Uint8Array(13);
    putU32le(status, 0, CSW_SIGNATURE);
    putU32le(status, 4, u32le(cbw, CBW.tag));
    putU32le(status, 8, length - data.length);
    status[12] = answer === undefined ? FAILED : 0;
    if (length > 0 && !isIn) {
      this.#refused = status;
      return;
    }
    if (data.length > 0) this.toHost.send(data);
    else if (length > 0) this.toHost.halt(true); // §6.7.2: the status waits until the halt is cleared
    this.toHost.send(status);
  }
  /** undefined: it failed, and the sense data tells why */
  #answer(block: Uint8Array): Uint8Array | undefined {
    const [operation = 0, page = 0, , , allocated = 0] = block;
    if (operation === SCSI.inquiry && (page & 1) === 0) return INQUIRY.subarray(0, allocated);
    if (operation === SCSI.requestSense) return SENSE.subarray(0, allocated);
    const known = operation === SCSI.testUnitReady || operation === SCSI.inquiry;
    if (!known && !USUAL.has(operation)) {
      const hex = operation.toString(16).toUpperCase().padStart(2, "0");
      this.warn(`the probe's drive has no medium here: SCSI operation ${hex} fails`);
    }
    return undefined;
  }
}
