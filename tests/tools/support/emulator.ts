/**
 * A virtual board in a process of its own, over USB/IP, so that it can die: `emulator.ts STATEFILE EXCHANGE`
 * prints its port, and at that bulk transfer saves the board and kills itself, as a kill from outside would.
 */
import { serveUsbip } from "../../../src/sim/front/usbip_server.ts";
import { openSim } from "../../../src/sim/mod.ts";
import { boardFile } from "./board_file.ts";

const [file = "", exchange = "0"] = Deno.args;
const sim = openSim(boardFile(file), {
  readState: (path) => Deno.readFileSync(path),
  writeState: (path, bytes) => Deno.writeFileSync(path, bytes),
  warn: (note) => console.error(note),
});
let count = 0;
sim.board.usb.meddler = (urb, deliver) => {
  if (++count === Number(exchange)) {
    sim.save();
    Deno.kill(Deno.pid, "SIGKILL");
  }
  deliver(urb);
};
console.log(serveUsbip(sim.boards, 0, { warn: (note) => console.error(note) }).port);
