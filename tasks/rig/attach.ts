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
const WAIT_MS = 10_000;

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

/** Imports a device and gives it to the kernel; gives the port of vhci_hcd. */
function attach(ip: string, port: number, busid: string): number {
  const fd = connect(ip, port);
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
  const ports = Deno.readTextFileSync(`${VHCI}/status`).split("\n").map((l) =>
    l.trim().split(/\s+/)
  );
  const free = ports.find((p) => p[0] === hub && p[2] === FREE)?.[1];
  if (free === undefined) throw new Error("vhci_hcd has no free port");
  Deno.writeTextFileSync(`${VHCI}/attach`, `${Number(free)} ${fd} ${id} ${speed}`);
  libc.close(fd); // the kernel holds the connection from here on
  return Number(free);
}

const configured = (): string[] =>
  [...Deno.readDirSync("/sys/bus/usb/devices")].map((e) => `/sys/bus/usb/devices/${e.name}`)
    .filter((d) => {
      try {
        const text = (name: string) => Deno.readTextFileSync(`${d}/${name}`).trim();
        return text("idVendor") === "0483" && text("bConfigurationValue") === "1";
      } catch {
        return false; // an interface, or not yet
      }
    });

const [ip = "10.0.2.2", port = "3240", busid = "1-1"] = Deno.args;
const before = configured().length;
const at = attach(ip, Number(port), busid);
const end = performance.now() + WAIT_MS;
while (configured().length === before) {
  if (performance.now() > end) throw new Error("the kernel shows no device");
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(`attached to vhci port ${at}: ${configured().at(-1)}`);
