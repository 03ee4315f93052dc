/** What the parts of the driver share: the wire, what the firmware can do, which access ports are open. */
import { Fault } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import { type Command, DP, initAp, writeDapRegister } from "./commands.ts";
import { BAD_AP, type Doing, OK, statusFault } from "./status.ts";
import { type Abilities, type Firmware, gateOf } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** DP ABORT: clears every sticky flag (facts, cortex-m §2). */
const ABORT = 0x00;
const CLEAR_ALL = 0x1E;

/** One connection's shared state. */
export class Link {
  readonly #open = new Set<number>();
  constructor(
    readonly wire: Wire,
    readonly firmware: Firmware,
    readonly can: Abilities,
  ) {}

  /** Runs a command; after a bus fault the sticky flags are cleared, so that the next one can pass. */
  async run<T>(command: Command<T>, doing?: Omit<Doing, "command">): Promise<T> {
    return await this.guarded(() => this.wire.run(command, doing));
  }

  /** Runs `go`; when the chip's bus refused, clears the sticky flags before the fault goes on. */
  async guarded<T>(go: () => Promise<T>): Promise<T> {
    try {
      return await go();
    } catch (error) {
      if (error instanceof Fault && error.slug === "bus-refused") await this.clearErrors();
      throw error;
    }
  }

  /** Clears the sticky flags of the debug port. */
  async clearErrors(): Promise<void> {
    await this.wire.run(writeDapRegister(DP, ABORT, CLEAR_ALL));
  }

  /** Opens an access port once. From V2J37 on nothing works on one that is not (facts §4). */
  async openAp(ap: number): Promise<void> {
    if (this.#open.has(ap)) return;
    if (!this.can.opensAps) {
      if (ap !== 0) throw this.tooOld("opensAps");
    } else {
      const { status } = await this.wire.tryOnce(initAp(ap));
      if (status === BAD_AP) {
        throw statusFault(status, { command: `INIT_AP ${ap}` }, {
          evidence: [{ what: "access port", value: `${ap}` }],
        });
      }
      if (status !== OK) await this.wire.run(initAp(ap));
    }
    this.#open.add(ap);
  }

  /** Leaving debug mode closes every access port. */
  forgetAps(): void {
    this.#open.clear();
  }

  /** The fault for something this firmware is too old for. */
  tooOld(name: "halfWords" | "opensAps" | "csw"): Fault {
    return fault("probe-firmware-lacks", {
      firmware: this.firmware.text,
      ...gateOf(this.firmware, name),
    });
  }
}
