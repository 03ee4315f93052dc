/** What can be wrong with a chip's debug port. */
import { catalogue } from "../base/mod.ts";

/** Faults of CoreSight. */
export const fault = catalogue({
  "debug-power-refused": {
    code: "E2130",
    class: "unit",
    title: "The chip's debug port did not power up within {ms} ms",
    causes: [{
      text: "the chip is in a deep sleep that switches its debug part off",
      likelihood: "possible",
    }],
    next: [{ text: "Reset the board, or connect while it is held in reset, and run it again" }],
    retryable: true,
    explain:
      "CTRL/STAT asks for power with CDBGPWRUPREQ and CSYSPWRUPREQ; the chip grants it with the two ACK bits, which stayed 0.",
  },
  "no-memory-port": {
    code: "E2131",
    class: "unit",
    title: "Access port {ap} is no memory port: its identity reads {idr}",
    next: [{ text: "Look which access ports the chip has:", command: "probekit info" }],
  },
});
