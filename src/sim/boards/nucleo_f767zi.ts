/** NUCLEO-F767ZI (UM1974): STM32F767ZIT6, ST-LINK/V2-1, 8 MHz from the probe. */
import f76 from "../silicon/data/f76.ts";
import type { BoardSpec } from "./board_spec.ts";

const board: BoardSpec = {
  name: "nucleo-f767zi",
  title: "NUCLEO-F767ZI",
  chip: {
    silicon: f76,
    idcode: 0x1001_6451, // DEV_ID 451, REV_ID 1001 (Z): facts/stm32f7.md §8; bits 15:12 as seen in 10006451, sourceforge openocd ticket 128
    flashKb: 2048,
    identity: {
      uid: [0x0043_002A, 0x3433_510D, 0x3734_3231],
      sizeKb: 2048,
      packageCode: 0x200, // LQFP144; RM0410 "Package data register", recalled
    },
    hseHz: 8_000_000, // UM1974: MCO of the ST-LINK
    uart: { // UM1974: VCP on PD8, PD9
      usart: "USART3",
      tx: { port: "D", pin: 8, alternate: 7 },
      rx: { port: "D", pin: 9, alternate: 7 },
    },
  },
  volts: 3.25,
  probe: {
    model: "ST-LINK/V2-1",
    firmware: "V2J37M26",
    serial: "0669FF515055657867153832",
    boardId: "0818", // pyocd board_ids.py, NUCLEO_F767ZI
  },
  led: "PB0",
  button: "PC13",
};
export default board;
