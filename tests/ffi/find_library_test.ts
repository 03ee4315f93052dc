import { assert, assertEquals } from "@std/assert";
import { installCommand, libraryCandidates } from "../../ffi/find_library.ts";
import { findLibrary, type LoadHost } from "../../ffi/load_library.ts";
import { DEVICE_DESCRIPTOR, VERSION } from "../../ffi/structs.ts";

/** A system with these files, of which this process may load some. */
function host(
  there: readonly string[],
  allowed: readonly string[],
  more: Partial<LoadHost<string>> = {},
): LoadHost<string> {
  return {
    exists: (path) => path.includes("/") ? there.includes(path) : undefined,
    allowed: (path) => allowed.includes(path) || allowed.includes("*") ? "granted" : "prompt",
    load(path) {
      if (!allowed.includes(path) && !allowed.includes("*")) {
        throw Object.assign(new Error(`Requires ffi access to "${path}"`), { name: "NotCapable" });
      }
      if (there.includes(path)) return `library of ${path}`;
      throw new Error(
        `Could not open library: ${path}: cannot open shared object file: No such file`,
      );
    },
    ...more,
  };
}
const ALL = ["/a/usb.so", "/b/usb.so", "usb.so"];

Deno.test("libraryCandidates: absolute paths first, the bare name last; an override stands alone", () => {
  for (const os of ["linux", "darwin", "windows"]) {
    const list = libraryCandidates(os, undefined);
    const bare = list.filter((p) => !/[/\\]/.test(p));
    assertEquals([bare.length, list.at(-1)], [1, bare[0]]);
    assertEquals(new Set(list).size, list.length);
  }
  const linux = libraryCandidates("linux", undefined);
  for (const folder of ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]) {
    // without the -dev package only the name with its major number exists
    assert(linux.includes(`${folder}/libusb-1.0.so.0`), folder);
  }
  assert(libraryCandidates("darwin", undefined).some((p) => p.startsWith("/opt/homebrew/lib/")));
  assertEquals(libraryCandidates("linux", "/opt/my.so"), ["/opt/my.so"]);
  assertEquals(libraryCandidates("linux", ""), linux);
});
Deno.test("installCommand: the package of each system", () => {
  const command = (release: string) => installCommand("linux", release);
  assertEquals(command(""), "sudo apt-get install libusb-1.0-0");
  assertEquals(
    command('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'),
    "sudo apt-get install libusb-1.0-0",
  );
  assertEquals(command('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), "sudo dnf install libusb1");
  assertEquals(command("ID=manjaro\nID_LIKE=arch\n"), "sudo pacman -S libusb");
  assertEquals(
    command('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"'),
    "sudo zypper install libusb-1_0-0",
  );
  assertEquals(installCommand("darwin"), "brew install libusb");
  assert(installCommand("windows").includes("libusb-1.0.dll"));
});

Deno.test("findLibrary: the first that is there", () => {
  assertEquals(findLibrary(ALL, host(["/b/usb.so"], ["*"])), {
    path: "/b/usb.so",
    library: "library of /b/usb.so",
  });
});
Deno.test("findLibrary: one allowed path is enough, wherever it stands and whatever may not be looked at", () => {
  const blind = { exists: () => undefined };
  assertEquals(findLibrary(ALL, host(["/a/usb.so", "/b/usb.so"], ["/b/usb.so"], blind)), {
    path: "/b/usb.so",
    library: "library of /b/usb.so",
  });
});
Deno.test("findLibrary: nothing allowed names the file that is there, or the likeliest", () => {
  assertEquals(findLibrary(ALL, host(["/b/usb.so"], [])), { notAllowed: "/b/usb.so" });
  assertEquals(findLibrary(ALL, host([], [], { exists: () => undefined })), {
    notAllowed: "/a/usb.so",
  });
});
Deno.test("findLibrary: nothing there is missing, not forbidden", () => {
  assertEquals(findLibrary(ALL, host([], [])), { missing: ALL });
  assertEquals(findLibrary(ALL, host([], ["*"])), { missing: ALL });
});
Deno.test("findLibrary: a file for another processor is passed over when a fitting one is there", () => {
  const load = (path: string): string => {
    if (path === "/a/usb.so") throw new Error(`${path}: wrong ELF class: ELFCLASS32`);
    return "good";
  };
  assertEquals(findLibrary(ALL, host(["/a/usb.so", "/b/usb.so"], ["*"], { load })), {
    path: "/b/usb.so",
    library: "good",
  });
  const only = findLibrary(["/a/usb.so"], host(["/a/usb.so"], ["*"], { load }));
  assert("unfit" in only && only.why.includes("ELFCLASS32"));
});
Deno.test("findLibrary: a missing dependency of a present file makes it unfit, not missing", () => {
  const load = (): string => {
    throw new Error("libudev.so.1: cannot open shared object file: No such file or directory");
  };
  const found = findLibrary(["/a/usb.so"], host([], ["*"], { load, exists: () => undefined }));
  assert("unfit" in found && found.why.includes("libudev.so.1"));
});

Deno.test("structs: offsets of the wire's device descriptor and of four 16-bit numbers", () => {
  // USB 2.0 table 9-8, by the sizes of the fields before each one
  const sizes = [1, 1, 2, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1];
  const at = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
  const { size, idVendor, idProduct, iManufacturer, iProduct, iSerialNumber } = DEVICE_DESCRIPTOR;
  assertEquals([idVendor, idProduct, iManufacturer, iProduct, iSerialNumber, size], [
    ...[7, 8, 10, 11, 12].map((i) => at[i] ?? -1),
    18,
  ]);
  assertEquals([VERSION.major, VERSION.minor, VERSION.micro, VERSION.nano], [0, 2, 4, 6]);
});
