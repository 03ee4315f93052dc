/** STM32F746G-DISCO (UM1907): STM32F746NGH6, ST-LINK/V2-1, 25 MHz crystal. */
import f74 from "../silicon/data/f74.ts";
import type { BoardSpec } from "./board_spec.ts";

const board: BoardSpec = {
  name: "stm32f746g-disco",
  title: "STM32F746G-DISCO",
  chip: {
    silicon: f74,
    idcode: 0x1001_6449, // reference/rig.md §2.3
    flashKb: 1024,
    identity: {
      uid: [0x0032_0041, 0x3136_5106, 0x3534_3237],
      sizeKb: 1024,
      packageCode: 0x700, // TFBGA216; RM0385 "Package data register", recalled
    },
    hseHz: 25_000_000, // HSE_VALUE of system_stm32f7xx.c
    uart: { // UM1907: VCP on PA9, PB7
      usart: "USART1",
      tx: { port: "A", pin: 9, alternate: 7 },
      rx: { port: "B", pin: 7, alternate: 7 },
    },
  },
  volts: 3.25, // reference/rig.md §2.2: 3.247 V
  probe: {
    model: "ST-LINK/V2-1",
    firmware: "V2J37M26",
    serial: "0670FF485550755187121723",
    boardId: "0815", // pyocd board_ids.py, DISCO_F746NG
  },
  led: "PI1",
  button: "PI11",
};
export default board;
