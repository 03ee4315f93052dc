/** An ST-LINK at the end of a USB cable: the firmware, its endpoints, its COM port. */
import type { Target, Urb, VirtualUsbDevice } from "../contracts.ts";
import type { DapIds } from "../dap.ts";
import { fault } from "../faults.ts";
import { CONTROL_NS, type HostProfile } from "../swd_cost.ts";
import { describe } from "../usb_descriptors.ts";
import { type PacketSink, type RequestHandler, UsbDevice } from "../usb_device.ts";
import { InPipe, NOTHING } from "../usb_pipes.ts";
import { ComPort } from "./com_port.ts";
import { DebugPort } from "./debug_port.ts";
import { Drive } from "./drive.ts";
import { StlinkFirmware, type VoltageInput } from "./firmware.ts";
import { LAYOUTS, type ProbeLayout } from "./layout.ts";
import { MODE, type Mode } from "./mode.ts";
import { type Exchange, Meddler } from "./trouble.ts";
import { parseFirmware, type Variant } from "./version.ts";

/** How a probe is wanted. */
export interface StlinkOptions {
  readonly target: Target;
  /** as tools print it: `V2J37M26`, `V2J13S0`, `V3J7M2` */
  readonly firmware: string;
  /** 24 upper-case hexadecimal digits */
  readonly serial: string;
  /** default `V2-1` */
  readonly variant?: Variant;
  /** default `typical` */
  readonly host?: HostProfile;
  /** told of everything that the firmware does not know; default: the target's own */
  readonly warn?: (note: string) => void;
  /** asked before each bulk transfer of the debug interface, counted from 1 */
  readonly onExchange?: (n: number) => Exchange;
  /** `kill` was asked for; default: the firmware hangs */
  readonly onKill?: () => void;
  /** default `good` */
  readonly voltageInput?: VoltageInput;
  /** four characters that GET_BOARD_IDENTIFIERS gives; `0815` is a DISCO_F746NG (pyOCD board_ids.py) */
  readonly boardId?: string;
  /** after plugging in; default: a V2 waits in DFU mode, the others offer their drive */
  readonly startMode?: Mode;
  /** the serial as the firmware of 2012 said it: twelve bytes, not 24 digits (facts/stlink.md §1) */
  readonly rawSerial?: boolean;
  /**
   * Whether the firmware clears the sticky flags after a FAULT itself. Default: no, as pyOCD found
   * (e74c5362); what Black Magic #1072 saw on a V3J7 could also be a yes.
   */
  readonly clearsFaults?: boolean;
  readonly dap?: DapIds;
}

/** What went over the debug interface. */
export interface ExchangeStats {
  /** commands the firmware took */
  readonly commands: number;
  /** bulk transfers completed, both ways */
  readonly transfers: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** SWD accesses, WAITs included */
  readonly accesses: number;
}

/** A probe on its cable. */
export interface StlinkDevice extends VirtualUsbDevice {
  readonly firmware: StlinkFirmware;
  readonly stats: ExchangeStats;
  readonly endpoints: { readonly out: number; readonly in: number; readonly trace: number };
  unplug(): void;
  replug(): void;
  /** The probe loses its supply: it forgets everything and lets go of NRST. */
  losePower(): void;
}

const SERIAL = /^[0-9A-F]{24}$/;

function checkedSerial(options: StlinkOptions): string {
  const { serial, rawSerial } = options;
  if (!SERIAL.test(serial)) {
    throw fault("sim-bad-option", {
      what: `The serial number ${serial}`,
      allowed: "An ST-LINK has 24 hexadecimal digits in capitals: 0670FF485550755187121723",
    });
  }
  if (rawSerial !== true) return serial;
  return serial.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

/** Makes a probe. Faults: sim-bad-option. */
export function stlinkDevice(options: StlinkOptions): StlinkDevice {
  return new Probe(options);
}

class Probe extends UsbDevice implements StlinkDevice {
  readonly firmware: StlinkFirmware;
  readonly endpoints: StlinkDevice["endpoints"];
  readonly #counted = { transfers: 0, bytesOut: 0, bytesIn: 0 };
  readonly #layout: ProbeLayout;
  readonly #meddler: Meddler | undefined;

  constructor(options: StlinkOptions) {
    const { target, variant = "V2-1", host = "typical" } = options;
    const layout = LAYOUTS[variant];
    const description = describe(layout.spec(checkedSerial(options)));
    const firmware = new StlinkFirmware({
      target,
      host,
      version: parseFirmware(options.firmware, variant),
      productId: layout.productId,
      warn: options.warn ?? ((note) => target.warn(note)),
      voltageInput: options.voltageInput ?? "good",
      boardId: options.boardId ?? "",
      clearsFaults: options.clearsFaults ?? false,
      startMode: options.startMode ?? (variant === "V2" ? MODE.dfu : MODE.massStorage),
      ...(options.dap === undefined ? {} : { dap: options.dap }),
    });
    const port = new DebugPort(firmware, description.packetSize, () => this.frozen = true);
    super({
      description,
      ...ends(layout, port, target, firmware, description.packetSize),
      onControl: () => target.time.advance(CONTROL_NS),
    });
    this.firmware = firmware;
    this.#layout = layout;
    this.endpoints = { out: layout.debugOut, in: layout.debugIn, trace: layout.traceIn };
    this.#meddler = options.onExchange && new Meddler({
      time: target.time,
      deliver: (urb) => super.submit(urb),
      takeBack: (urb) => super.unlink(urb),
      halt: (address) => this.halt(address),
      unplug: () => this.unplug(),
      kill: () => {
        if (options.onKill !== undefined) return options.onKill();
        firmware.crash("the firmware hangs, as the test wants it");
        this.frozen = true;
      },
    }, options.onExchange);
  }

  get stats(): ExchangeStats {
    const { commands, swd } = this.firmware;
    return { ...this.#counted, commands, accesses: swd.accesses };
  }

  override submit(urb: Urb): void {
    const { debugOut, debugIn } = this.#layout;
    const address = (urb.in ? 0x80 : 0) | urb.endpoint;
    if (!this.plugged || (address !== debugOut && address !== debugIn)) return super.submit(urb);
    const counted = this.#count(urb);
    if (this.#meddler === undefined) super.submit(counted);
    else this.#meddler.submit(counted);
  }
  readonly #inner = new WeakMap<Urb, Urb>();
  #count(urb: Urb): Urb {
    const inner: Urb = {
      ...urb,
      done: (status, data, actual) => {
        if (status === 0) {
          this.#counted.transfers++;
          if (urb.in) this.#counted.bytesIn += actual;
          else this.#counted.bytesOut += actual;
        }
        urb.done(status, data, actual);
      },
    };
    this.#inner.set(urb, inner);
    return inner;
  }
  override unlink(urb: Urb): boolean {
    const inner = this.#inner.get(urb) ?? urb;
    return (this.#meddler?.unlink(inner) ?? false) || super.unlink(inner);
  }
  override losePower(): void {
    this.firmware.losePower();
    super.losePower();
    this.#meddler?.abandon();
  }
}

/** endpoints and class requests of this kind of probe */
function ends(
  layout: ProbeLayout,
  port: DebugPort,
  target: Target,
  firmware: StlinkFirmware,
  packetSize: number,
) {
  const ins = new Map<number, InPipe>([[layout.debugIn, port.answers], [
    layout.traceIn,
    port.trace,
  ]]);
  const outs = new Map<number, PacketSink>([[layout.debugOut, (p) => port.packet(p)]]);
  const { com } = layout;
  if (com === undefined) {
    return { ins, outs, classRequest: () => undefined, onReset: () => port.reset() };
  }
  const comPort = new ComPort(target, packetSize);
  ins.set(com.in, comPort.toHost);
  ins.set(com.notify, new InPipe(10));
  outs.set(com.out, (p) => comPort.fromHost(p));
  const fromDrive = new InPipe(packetSize);
  const drive = new Drive(fromDrive, (note) => firmware.warn(note));
  ins.set(com.driveIn, fromDrive);
  outs.set(com.driveOut, (p) => drive.packet(p));
  const classRequest: RequestHandler = (setup, data) => {
    if (setup.request === 0xA1FE) return Uint8Array.of(0); // mass storage: GET_MAX_LUN
    if (setup.request === 0x21FF) { // its reset
      drive.reset();
      fromDrive.drop();
      return NOTHING;
    }
    return comPort.request(setup, data);
  };
  const onReset = () => {
    port.reset();
    drive.reset();
  };
  return { ins, outs, classRequest, onReset };
}
