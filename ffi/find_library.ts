/** Where libusb-1.0 lives on each system, and what to install when it does not. */

// libusb's package names: Debian/Ubuntu libusb-1.0-0, Fedora libusb1, Arch libusb, Homebrew libusb
const PATHS: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "/usr/lib/x86_64-linux-gnu/libusb-1.0.so.0",
    "/usr/lib/aarch64-linux-gnu/libusb-1.0.so.0",
    "/usr/lib/arm-linux-gnueabihf/libusb-1.0.so.0",
    "/usr/lib64/libusb-1.0.so.0",
    "/usr/lib/libusb-1.0.so.0",
  ],
  darwin: ["/opt/homebrew/lib/libusb-1.0.dylib", "/usr/local/lib/libusb-1.0.dylib"],
  windows: ["libusb-1.0.dll"],
};
const INSTALL: Readonly<Record<string, string>> = {
  linux: "sudo apt-get install libusb-1.0-0",
  darwin: "brew install libusb",
  windows: "winget install libusb",
};

/** The files to try, in order: PROBEKIT_LIBUSB alone when it is set, else the system's usual places. */
export function libraryCandidates(os: string, override: string | undefined): readonly string[] {
  if (override !== undefined && override !== "") return [override];
  return PATHS[os] ?? PATHS["linux"] ?? [];
}

/** The command that installs libusb here. */
export const installCommand = (os: string): string => INSTALL[os] ?? INSTALL["linux"] ?? "";
