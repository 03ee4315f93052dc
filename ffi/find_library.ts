/** Where libusb-1.0 lives on each system, and what to install when it does not. */

// libusb's package names: Debian/Ubuntu libusb-1.0-0, Fedora libusb1, Arch libusb, Homebrew libusb
const PATHS: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "/usr/lib/x86_64-linux-gnu/libusb-1.0.so.0",
    "/usr/lib/aarch64-linux-gnu/libusb-1.0.so.0",
    "/usr/lib/arm-linux-gnueabihf/libusb-1.0.so.0",
    // Deno compares paths as text: /lib and /usr/lib are two, even where one is a link to the other
    "/lib/x86_64-linux-gnu/libusb-1.0.so.0",
    "/lib/aarch64-linux-gnu/libusb-1.0.so.0",
    "/usr/lib64/libusb-1.0.so.0",
    "/usr/lib/libusb-1.0.so.0",
    "/usr/local/lib/libusb-1.0.so.0",
    "/run/current-system/sw/lib/libusb-1.0.so.0",
    "/home/linuxbrew/.linuxbrew/lib/libusb-1.0.so.0",
    "libusb-1.0.so.0", // the loader's own search, last: it needs the whole permission
  ],
  // Homebrew on Apple silicon and on Intel, MacPorts
  darwin: [
    "/opt/homebrew/lib/libusb-1.0.dylib",
    "/usr/local/lib/libusb-1.0.dylib",
    "/opt/local/lib/libusb-1.0.dylib",
    "libusb-1.0.dylib",
  ],
  windows: ["C:\\Windows\\System32\\libusb-1.0.dll", "libusb-1.0.dll"],
};
const INSTALL: Readonly<Record<string, string>> = {
  linux: "sudo apt-get install libusb-1.0-0",
  darwin: "brew install libusb",
  windows: "put libusb-1.0.dll of github.com/libusb/libusb/releases into C:\\Windows\\System32",
};
/** Other Linux systems, by ID and ID_LIKE of /etc/os-release. */
const LINUX: readonly (readonly [ids: RegExp, command: string])[] = [
  [/debian|ubuntu/, "sudo apt-get install libusb-1.0-0"],
  [/fedora|rhel|centos/, "sudo dnf install libusb1"],
  [/suse/, "sudo zypper install libusb-1_0-0"],
  [/arch/, "sudo pacman -S libusb"],
];

/** The files to try, in order: PROBEKIT_LIBUSB alone when it is set, else the system's usual places. */
export function libraryCandidates(os: string, override: string | undefined): readonly string[] {
  if (override !== undefined && override !== "") return [override];
  return PATHS[os] ?? PATHS["linux"] ?? [];
}

/** The command that installs libusb here; `osRelease` is the text of /etc/os-release, where there is one. */
export function installCommand(os: string, osRelease = ""): string {
  const ids = osRelease.split("\n").filter((l) => /^ID(_LIKE)?=/.test(l)).join(" ").toLowerCase();
  const known = os === "linux" ? LINUX.find(([id]) => id.test(ids))?.[1] : undefined;
  return known ?? INSTALL[os] ?? INSTALL["linux"] ?? "";
}
