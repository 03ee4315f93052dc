/**
 * Run inside the guest: attaches a device of a USB/IP server to this kernel's vhci_hcd, without the usbip
 * program; the kernel wants a socket's number, so the connection is made by the C library. reference/rig.md §5.1
 *   attach.ts IP PORT BUSID
 */
const VHCI = "/sys/devices/platform/vhci_hcd.0";
const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_WAITALL = 0x100;
/** state of a port without a device: VDEV_ST_NULL */
const FREE = "004";
/** of one whose device has its address: VDEV_ST_USED */
const USED = "006";
/** for a guest whose processors are shared with others' work */
const WAIT_MS = 60_000;

const { symbols: libc } = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
});

function connect(ip: string, port: number): number {
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
  const address = new Uint8Array(16);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  address.set(ip.split(".").map(Number), 4);
  if (libc.connect(fd, address, address.length) !== 0) throw new Error(`nobody at ${ip}:${port}`);
  libc.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, new Uint8Array(Int32Array.of(1).buffer), 4);
  return fd;
}
function exactly(fd: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  const got = libc.recv(fd, bytes, BigInt(length), MSG_WAITALL);
  if (Number(got) !== length) throw new Error(`${got} bytes instead of ${length}`);
  return new DataView(bytes.buffer);
}

/** Ports of vhci_hcd as `status` shows them: hub, port, state, speed, device, socket, place. */
const ports = (): readonly (readonly string[])[] =>
  Deno.readTextFileSync(`${VHCI}/status`).split("\n").map((line) => line.trim().split(/\s+/));

/** Imports a device over the connection `fd` and gives it to the kernel; gives the port of vhci_hcd. */
function handOver(fd: number, busid: string): number {
  const request = new Uint8Array(40);
  new DataView(request.buffer).setUint32(0, 0x0111_8003);
  new TextEncoder().encodeInto(busid, request.subarray(8));
  libc.send(fd, request, BigInt(request.length), 0);
  const status = exactly(fd, 8).getUint32(4);
  if (status !== 0) throw new Error(`${busid} is refused: ${status}`);
  const record = exactly(fd, 312);
  const id = record.getUint32(288) * 0x1_0000 + record.getUint32(292);
  const speed = record.getUint32(296);
  const hub = speed >= 5 ? "ss" : "hs";
  const free = ports().find((p) => p[0] === hub && p[2] === FREE)?.[1];
  if (free === undefined) throw new Error("vhci_hcd has no free port");
  Deno.writeTextFileSync(`${VHCI}/attach`, `${Number(free)} ${fd} ${id} ${speed}`);
  return Number(free);
}

const isConfigured = (place: string): boolean => {
  try {
    const file = `/sys/bus/usb/devices/${place}/bConfigurationValue`;
    return Deno.readTextFileSync(file).trim() === "1";
  } catch {
    return false; // not there yet
  }
};

/** Attaches a device and waits until programs can use it; gives its place here: `1-1`. */
export async function attach(ip: string, port: number, busid: string): Promise<string> {
  const fd = connect(ip, port);
  let at;
  try {
    at = handOver(fd, busid);
  } finally {
    libc.close(fd); // the kernel holds the connection from here on
  }
  for (const end = performance.now() + WAIT_MS;;) {
    const [, , state, , , , place] = ports().find((p) => Number(p[1]) === at) ?? [];
    if (state === USED && place !== undefined && isConfigured(place)) return place;
    if (performance.now() > end) throw new Error("the kernel shows no device");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

if (import.meta.main) {
  const [ip = "10.0.2.2", port = "3240", busid = "1-1"] = Deno.args;
  console.log(`attached: /sys/bus/usb/devices/${await attach(ip, Number(port), busid)}`);
}
