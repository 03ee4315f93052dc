/** What gdb is told at its start. */

/** The wishes of one call. */
export interface DebugWish {
  readonly elf: string;
  readonly port: number;
  /** where to stop first: `main`, `main.c:95`, `*0x08000100`; undefined: where the core stands */
  readonly stopAt: string | undefined;
  readonly batch: boolean;
  readonly tui: boolean;
  /** the user's own arguments, which come after ours */
  readonly more: readonly string[];
}

/** The file as an argument: a name that begins with a dash would be an option. */
export const elfArgument = (elf: string): string => elf.startsWith("-") ? `./${elf}` : elf;

/** gdb's arguments. Its commands run in order: connect, stop where asked, then the user's. */
export function gdbArguments(wish: DebugWish): string[] {
  const commands = [
    // peripherals that the memory map does not list may be looked at too
    "set mem inaccessible-by-default off",
    `target extended-remote 127.0.0.1:${wish.port}`,
    ...(wish.stopAt === undefined ? [] : [`tbreak ${wish.stopAt}`, "continue"]),
  ];
  return [
    "-q",
    ...(wish.batch ? ["-batch"] : []),
    ...(wish.tui ? ["-tui"] : []),
    ...commands.flatMap((c) => ["-ex", c]),
    elfArgument(wish.elf),
    ...wish.more,
  ];
}
