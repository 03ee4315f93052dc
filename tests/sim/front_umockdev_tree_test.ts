/** What a program under umockdev reads of a virtual probe is what Linux shows of a real one. */
import { assertEquals } from "@std/assert";
import { writeDevice, writeHub } from "../../src/sim/front/umockdev_tree.ts";
import { openSim } from "../../src/sim/mod.ts";

Deno.test("umockdev's tree: descriptors and their values, as sysfs and usbfs show them", () => {
  const dir = Deno.makeTempDirSync({ dir: "/tmp", prefix: "pk-tree-" });
  try {
    const { usb } = openSim("sim:stm32f746g-disco").board;
    writeHub(dir);
    const device = writeDevice(dir, 1, usb);
    const shown = (name: string): string =>
      Deno.readTextFileSync(`${dir}/sys/bus/usb/devices/1-1/${name}`);
    const names = ["version", "bcdDevice", "bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"];
    // ST-LINK/V2-1: reference/rig.md §2.1; texts as drivers/usb/core/sysfs.c prints them
    assertEquals(names.map(shown), [" 2.00\n", "0100\n", "ef\n", "02\n", "01\n"]);
    assertEquals([shown("idVendor"), shown("idProduct")], ["0483\n", "374b\n"]);
    // what lsusb -t reads besides
    const more = ["bNumInterfaces", "bNumConfigurations", "bmAttributes", "bMaxPower", "maxchild"];
    assertEquals(more.map(shown), [" 4\n", "1\n", "80\n", "300mA\n", "0\n"]);
    const classes = ["0", "1", "2", "3"].map((n) =>
      Deno.readTextFileSync(`${dir}/sys/bus/usb/devices/1-1:1.${n}/bInterfaceClass`)
    );
    assertEquals(classes, ["ff\n", "08\n", "02\n", "0a\n"]);
    const node = Deno.readFileSync(`${dir}/dev/bus/usb/001/002`);
    assertEquals(node.length, usb.deviceDescriptor.length + usb.configDescriptor.length);
    assertEquals(node.slice(0, 18), new Uint8Array(usb.deviceDescriptor));
    device.remove();
    const left = [...Deno.readDirSync(`${dir}/sys/bus/usb/devices`)].map((e) => e.name).toSorted();
    assertEquals(left, ["1-0:1.0", "usb1"]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
