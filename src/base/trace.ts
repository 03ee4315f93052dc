/** What happened, as events; a sink takes them. Nothing here prints. */

/** One event. `at` is ms on the clock of the bus it belongs to. */
export type TraceEvent =
  | { readonly type: "usb.out"; readonly at: number; readonly data: string; readonly note?: string }
  | { readonly type: "usb.in"; readonly at: number; readonly data: string; readonly note?: string }
  | {
    readonly type: "usb.error";
    readonly at: number;
    readonly slug: string;
    readonly note?: string;
  }
  | { readonly type: "sim.warning"; readonly at: number; readonly note: string }
  | { readonly type: "note"; readonly at: number; readonly note: string };

/** Takes events as they happen. */
export type TraceSink = (event: TraceEvent) => void;

/** A sink that forgets. */
export const noTrace: TraceSink = () => {};
