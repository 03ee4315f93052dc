/** `stm32f2x …` under each of its names, and ours: options, recover, doctor. */
import { hex } from "../../base/mod.ts";
import type { GdbSession } from "../session.ts";
import { needBank } from "./flash.ts";
import { line, type MonitorCommand, need, usage } from "./command.ts";

// OpenOCD's driver of F2, F4 and F7 answers to all of these (facts, gdb-rsp §7)
const DRIVERS = ["stm32f2x", "stm32f4x", "stm32f7x"];
const RDP_0 = 0xAA;
const RDP_1 = 0x55;

function level(driver: string, name: string, RDP: number, help: string): MonitorCommand {
  const command: MonitorCommand = {
    name: `${driver} ${name}`,
    usage: "bank",
    help,
    async run(session, [bank]) {
      needBank(command, bank);
      await tell(session, await session.target.board.writeOptions({ RDP }, session.working));
    },
  };
  return command;
}

function massErase(driver: string): MonitorCommand {
  const command: MonitorCommand = {
    name: `${driver} mass_erase`,
    usage: driver === "flash" ? "[bank]" : "bank",
    help: "erase all flash",
    async run(session, [bank = driver === "flash" ? "0" : undefined]) {
      needBank(command, bank);
      await session.target.board.massErase(session.working);
      await line(session, `${driver} mass erase complete`);
    },
  };
  return command;
}

function commands(driver: string): MonitorCommand[] {
  const read: MonitorCommand = {
    name: `${driver} options_read`,
    usage: "bank",
    help: "the option registers",
    async run(session, [bank]) {
      needBank(read, bank);
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
    async run(session, [bank, user, boot0, boot1]) {
      needBank(write, bank);
      const u = need(write, user);
      if (u >= 0x1000) throw usage(write);
      const at = (n: number) => Math.floor(u / 2 ** n) % 2;
      // bits 29 and 28, on chips that can have two banks
      const { optionNames } = session.target.board;
      const fields: Readonly<Record<string, number>> = optionNames.includes("nDBANK")
        ? { nDBANK: at(9), nDBOOT: at(8) }
        : {};
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
      await tell(session, await session.target.board.writeOptions(wanted, session.working));
    },
  };
  return [
    read,
    write,
    massErase(driver),
    level(
      driver,
      "lock",
      RDP_1,
      "readout protection level 1; reading flash is refused from then on",
    ),
    level(
      driver,
      "unlock",
      RDP_0,
      "readout protection level 0; from level 1 this ERASES all flash",
    ),
  ];
}

async function tell(
  session: GdbSession,
  told: readonly string[] | undefined,
): Promise<void> {
  if (!told) return await line(session, "nothing differs: nothing written");
  await line(session, "option bytes written, taken up by a reset, and read back");
  for (const text of told) await line(session, text);
}

/** `nWRP=0xFF` as name and number; whether the chip has such a field and it takes the number the plan says. */
function wish(text: string): readonly [string, number] {
  const [name = "", value, ...more] = text.split("=");
  if (name === "" || more.length > 0) throw usage(options);
  return [name, need(options, value)];
}
const options: MonitorCommand = {
  name: "options",
  usage: "[NAME=VALUE]…",
  help: "the option bytes by name, and what differs from a new part; sets those that are given",
  async run(session, wishes) {
    const { board } = session.target;
    if (wishes.length > 0) {
      const wanted = Object.fromEntries(wishes.map(wish));
      await tell(session, await board.setOptions(wanted, session.working));
    }
    for (const text of await board.optionLines()) await line(session, text);
  },
};
const recover: MonitorCommand = {
  name: "recover",
  usage: "",
  help: "option bytes back to factory values; refused when that would erase flash",
  run: async (session) => await tell(session, await session.target.board.recover(session.working)),
};

const doctor: MonitorCommand = {
  name: "doctor",
  usage: "",
  help: "what is wrong with this board, with evidence; reads only",
  async run(session) {
    for (const text of await session.target.board.doctorLines()) await line(session, text);
  },
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
  massErase("flash"), // ST's own server calls it so
  options,
  recover,
  doctor,
  watchdogOk,
];
