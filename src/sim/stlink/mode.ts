/** Modes of the probe, as GET_CURRENT_MODE says them: facts/stlink.md §3. */
export const MODE = { dfu: 0, massStorage: 1, debug: 2, swim: 3 } as const;
/** A mode. */
export type Mode = typeof MODE[keyof typeof MODE];
