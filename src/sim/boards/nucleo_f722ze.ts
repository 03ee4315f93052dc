/** NUCLEO-F722ZE (UM1974): STM32F722ZET6, ST-LINK/V2-1, 8 MHz from the probe. */
import f72 from "../silicon/data/f72.ts";
import type { BoardSpec } from "./board_spec.ts";

const board: BoardSpec = {
  name: "nucleo-f722ze",
  title: "NUCLEO-F722ZE",
  chip: {
    silicon: f72,
    idcode: 0x1000_6452, // DEV_ID 452, REV_ID 1000 (A): facts/stm32f7.md §8
    flashKb: 512,
    identity: {
      uid: [0x0027_0033, 0x3239_470F, 0x3433_3835],
      sizeKb: 512,
      packageCode: 0x200, // LQFP144; RM0431 "Package data register", recalled
    },
    hseHz: 8_000_000,
    uart: {
      usart: "USART3",
      tx: { port: "D", pin: 8, alternate: 7 },
      rx: { port: "D", pin: 9, alternate: 7 },
    },
  },
  volts: 3.25,
  probe: { model: "ST-LINK/V2-1", firmware: "V2J37M26", serial: "066CFF575251717867203042" },
  led: "PB0",
  button: "PC13",
};
export default board;
