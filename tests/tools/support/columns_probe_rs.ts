/** The matrix' column of probe-rs, when it is installed: in the guest, see NOTES. */
import { programPath } from "../../support/need.ts";
import { byGdb, erasedBut, firstLine, has, NO_OPTIONS, readBack } from "./cells.ts";
import { GUEST_PORT, guestPlace } from "./guest_bench.ts";
import { type Cell, type Column, holdsImage, type Seen, seen } from "./matrix.ts";
import { BASE, IMAGE, PRINTED, PRINTER_ELF } from "./programs.ts";
import { type Bench, BOARD } from "./tool.ts";

/** the guest has another PATH, but the same files */
const PROGRAM = programPath("probe-rs") ?? "probe-rs";
const CHIP = ["--chip", "STM32F746NG", "--protocol", "swd"];
const GDB = [PROGRAM, "gdb", ...CHIP, "--gdb-connection-string", `127.0.0.1:${GUEST_PORT}`];
const rs = (b: Bench, check: (text: string) => boolean, ...args: readonly string[]) =>
  seen(b, check, PROGRAM, ...args);
const QUIET = "--disable-progressbars";
const asBin = ["--binary-format", "bin", "--base-address", "0x08000000", "image.bin"];
const asHex = ["--binary-format", "hex", "image.hex"];
const download = (file: readonly string[]): Cell => (b) =>
  rs(b, () => holdsImage(b), "download", ...CHIP, QUIET, ...file);

async function verify(b: Bench): Promise<Seen> {
  const SAME = "Verification successful";
  b.board.putFlash(BASE, IMAGE);
  const same = await rs(b, has(SAME), "verify", ...CHIP, QUIET, ...asHex);
  b.board.putFlash(BASE + 100, Uint8Array.of((IMAGE[100] ?? 0) ^ 1));
  const other = await rs(b, has("do not match"), "verify", ...CHIP, QUIET, ...asHex);
  return { ...same, good: same.good && other.good && !other.text.includes(SAME) };
}
async function semihosting(b: Bench): Promise<Seen> {
  b.folder.put("printer.elf", PRINTER_ELF);
  return await rs(b, has(PRINTED, "exited successfully"), "run", ...CHIP, QUIET, "printer.elf");
}
/** gdb stops the core by connecting; nothing lets it go again. */
const halt: Cell = async (b) => {
  const { core } = b.board;
  const { gdb, server } = await b.gdb(GDB, ["info registers pc"]);
  const good = core !== "halted" && b.board.core === "halted" && has(/^pc +0x8/m)(gdb);
  return { text: good ? gdb : `${server}\n${gdb}`, good };
};

const NOTES = [
  "probe-rs speaks to USB through nusb 0.2.5, which asks the kernel by rustix, past the C library: umockdev, in " +
  "front of the C library, does not see it open the device (ENOENT). A build with `--cfg rustix_use_libc` is seen, and " +
  "fails at epoll_ctl, which refuses a plain file (EPERM), as umockdev's device node is one (nusb, " +
  "platform/linux_usbfs/device.rs, create_inner). So it runs in the guest (`deno task rig:guest`), as published.",
  "probe-rs opens one AP after the other until one is refused (0.32.0, probe/stlink/mod.rs, select_dp): the " +
  "F746 has one, so INIT_AP 1 is answered BAD_AP, and probe-rs warns of it at every connection.",
  "probe-rs' own `erase` refuses the F746: its description (0.32.0, targets/STM32F7_Series.yaml) " +
  "has OTP at 0x08FFF000, where there is none, and no loader for that place; probe-rs#4007 is the same for " +
  "another family. The cell is `download --chip-erase`, which erases what has a loader.",
  "probe-rs' `info --verbose` reads the DP's TARGETID, which nobody has published for this chip; the board says " +
  "so. The cell is `list`, and a look at DBGMCU_IDCODE.",
  "A USB transfer takes one to three milliseconds in the guest, longer than on a cable: on the board of the story " +
  "the watchdog bites earlier in probe-rs' work than it might on silicon.",
];
export const PROBE_RS: Column = {
  title: "probe-rs",
  program: "probe-rs",
  version: () => firstLine(PROGRAM, "--version"),
  install: "apt-get install qemu-system-x86 && cargo install probe-rs-tools --locked",
  board: BOARD,
  where: "in a guest with Linux' own usbfs, over USB/IP",
  place: guestPlace,
  notes: NOTES,
  flash: [PROGRAM, "download", ...CHIP, QUIET, ...asBin],
  cells: {
    identify: async (b) => {
      const probe = await rs(b, has("STLink V2-1", b.board.usb.serial), "list");
      const chip = await rs(b, has("10016449"), "read", ...CHIP, "b32", "0xE0042000", "1");
      return { text: probe.text, good: probe.good && chip.good };
    },
    ...byGdb(GDB, []),
    halt,
    semihosting,
    bin: download(asBin),
    hex: download(asHex),
    verify,
    read: (b) =>
      readBack(b, [
        ...[PROGRAM, "read", ...CHIP, "b32", "0x08000000", "16384"],
        ...["-o", "back.bin", "-f", "binary"],
      ]),
    erase: (b) =>
      erasedBut(IMAGE, b, [PROGRAM, "download", ...CHIP, QUIET, "--chip-erase", ...asBin]),
    optionsRead: (b) => rs(b, has(/c0ffaafd/i), "read", ...CHIP, "b32", "0x40023C14", "1"),
    optionsWrite: NO_OPTIONS,
    protect: NO_OPTIONS,
    reset: async (b) => {
      const s = await rs(b, () => true, "reset", ...CHIP);
      return { ...s, good: s.good && b.board.resets.length > 0 && b.board.core !== "halted" };
    },
  },
};
