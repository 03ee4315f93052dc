/** The selector of a board that is kept in a file. */
export const boardFile = (file: string, more = ""): string =>
  `sim:stm32f746g-disco?scenario=factory&state=${file}${more}`;
