/** `stm32f2x …` under each of its names, and ours: options, recover. */
import { hex } from "../../base/mod.ts";
import { line, type MonitorCommand, need, usage } from "./command.ts";

// OpenOCD's driver of F2, F4 and F7 answers to all of these (facts, gdb-rsp §7)
const DRIVERS = ["stm32f2x", "stm32f4x", "stm32f7x"];
const RDP_0 = 0xAA;
const RDP_1 = 0x55;

function commands(driver: string): MonitorCommand[] {
  const read: MonitorCommand = {
    name: `${driver} options_read`,
    usage: "bank",
    help: "the option registers",
    async run(session) {
      for (const [name, value] of Object.entries(await session.target.board.optionWords())) {
        await line(session, `${name} ${hex(value)}`);
      }
    },
  };
  const write: MonitorCommand = {
    name: `${driver} options_write`,
    usage: "bank user [boot_add0 boot_add1]",
    help:
      "user: OPTCR bits 7..2 and 31..28, as OpenOCD counts them: bits 11..8 of user are 31..28; all other bits stay",
    async run(session, [, user, boot0, boot1]) {
      const u = need(write, user);
      if (u >= 0x1000) throw usage(write);
      const at = (n: number) => Math.floor(u / 2 ** n) % 2;
      const fields = session.target.board.layout.dualBank ? { nDBANK: at(9), nDBOOT: at(8) } : {};
      const wanted = {
        BOR_LEV: at(3) * 2 + at(2),
        WWDG_SW: at(4),
        IWDG_SW: at(5),
        nRST_STOP: at(6),
        nRST_STDBY: at(7),
        IWDG_STDBY: at(10),
        IWDG_STOP: at(11),
        ...fields,
        ...(boot0 === undefined ? {} : { BOOT_ADD0: need(write, boot0) }),
        ...(boot1 === undefined ? {} : { BOOT_ADD1: need(write, boot1) }),
      };
      await tell(session, await session.target.board.writeOptions(wanted, session.options.log));
    },
  };
  const level = (name: string, RDP: number, help: string): MonitorCommand => ({
    name: `${driver} ${name}`,
    usage: "bank",
    help,
    run: async (session) =>
      await tell(session, await session.target.board.writeOptions({ RDP }, session.options.log)),
  });
  const mass: MonitorCommand = {
    name: `${driver} mass_erase`,
    usage: "bank",
    help: "erase all flash",
    async run(session) {
      await session.target.board.massErase(session.options.log);
      await line(session, `${driver} mass erase complete`);
    },
  };
  return [
    read,
    write,
    mass,
    level("lock", RDP_1, "readout protection level 1; reading flash is refused from then on"),
    level("unlock", RDP_0, "readout protection level 0; from level 1 this ERASES all flash"),
  ];
}

const tell = (session: Parameters<typeof line>[0], changed: boolean): Promise<void> =>
  line(
    session,
    changed
      ? "option bytes written, taken up by a reset, and read back"
      : "nothing differs: nothing written",
  );

const options: MonitorCommand = {
  name: "options",
  usage: "",
  help: "the option bytes by name, and what differs from a new part",
  async run(session) {
    for (const text of await session.target.board.optionLines()) await line(session, text);
  },
};
const recover: MonitorCommand = {
  name: "recover",
  usage: "",
  help: "option bytes back to factory values; refused when that would erase flash",
  run: async (session) =>
    await tell(session, await session.target.board.recover(session.options.log)),
};

const watchdogOk: MonitorCommand = {
  name: "watchdog_ok",
  usage: "",
  help: "program although a watchdog starts by hardware: the program serves it",
  async run(session) {
    session.target.board.acceptWatchdog();
    await line(session, "a hardware watchdog no longer keeps this server from programming");
  },
};

/** Option bytes. */
export const optionCommands: readonly MonitorCommand[] = [
  ...DRIVERS.flatMap(commands),
  options,
  recover,
  watchdogOk,
];
