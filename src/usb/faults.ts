/** What can go wrong between this machine and a USB device. */
import { catalogue } from "../base/mod.ts";

/** Faults of USB: transfers, opening, finding, traces. */
export const fault = catalogue({
  "usb-timeout": {
    code: "E2000",
    class: "station",
    title: "The probe did not answer within {withinMs} ms ({what})",
    causes: [{
      text:
        "the probe's firmware is busy or stuck: a halted target that is a USB device itself can do that",
      likelihood: "possible",
    }],
    next: [{ text: "Unplug the probe, plug it in again and repeat the command" }],
    retryable: true,
  },
  "usb-stall": {
    code: "E2001",
    class: "station",
    title: "The probe refused a USB transfer with a stall ({what})",
    next: [{ text: "Unplug the probe, plug it in again and repeat the command" }],
    retryable: true,
  },
  "usb-overflow": {
    code: "E2002",
    class: "station",
    title: "The probe sent more bytes than were asked for ({what})",
    causes: [{
      text: "an answer to an earlier, interrupted command was still waiting",
      likelihood: "likely",
    }],
    next: [{ text: "Repeat the command; if it stays, unplug the probe and plug it in again" }],
    retryable: true,
  },
  "usb-gone": {
    code: "E2003",
    class: "station",
    title: "The probe is no longer there ({what})",
    causes: [{ text: "it was unplugged, or lost its power", likelihood: "likely" }],
    next: [{ text: "Plug it in and list the probes:", command: "probekit probes", effect: "read" }],
    retryable: true,
  },
  "usb-failed": {
    code: "E2004",
    class: "station",
    title: "A USB transfer failed: {error} ({what})",
    next: [{ text: "Try another cable or socket, without a hub, and repeat the command" }],
    retryable: true,
  },
  "usb-no-permission": {
    code: "E2005",
    class: "station",
    title: "This user may not open the USB device {place}",
    causes: [{
      text: "no udev rule gives the probe to the users of this machine",
      likelihood: "likely",
      because: ["{node} is not writable"],
    }],
    next: [
      {
        text: "Install the rules once, then plug the probe in again:",
        command:
          "probekit udev | sudo tee /etc/udev/rules.d/69-probekit.rules && sudo udevadm control --reload",
      },
    ],
  },
  "usb-busy": {
    code: "E7500",
    class: "station",
    title: "Another program holds the probe at {place}",
    causes: [{ text: "it is held by {holder}", likelihood: "proven" }, {
      text: "OpenOCD, st-util, an IDE's debug session or a serial terminal may hold it",
      likelihood: "possible",
    }],
    next: [{ text: "End that program and repeat the command" }],
    retryable: true,
  },
  "no-libusb": {
    code: "E2006",
    class: "station",
    title: "libusb-1.0 is not on this machine",
    causes: [{ text: "looked for it at {looked}", likelihood: "proven" }],
    next: [{ text: "Install it:", command: "{install}" }, {
      text: "or name the file in PROBEKIT_LIBUSB",
    }, {
      text: "or try it on the virtual board, which needs none:",
      command: "probekit info --probe sim:stm32f746g-disco",
    }],
  },
  "libusb-not-allowed": {
    code: "E2007",
    class: "station",
    title: "Deno was started without the permission to load {path}",
    next: [{ text: "Start it with --allow-ffi={path} (deno task probekit does)" }],
  },
  "libusb-unfit": {
    code: "E2008",
    class: "station",
    title: "The library {path} cannot be used: {why}",
    next: [{ text: "Install libusb 1.0 for this processor:", command: "{install}" }],
  },
  "usb-no-driver": {
    code: "E2009",
    class: "station",
    title: "The USB device {place} has no driver that lets programs use it",
    causes: [{ text: "Windows gave it no WinUSB driver", likelihood: "likely" }],
    next: [{ text: "Install ST's driver package STSW-LINK009, then plug the probe in again" }],
  },
  "no-probe": {
    code: "E2010",
    class: "station",
    title: "No debug probe found",
    causes: [
      {
        text: "{count} USB devices were looked at, none is a probe this version knows",
        likelihood: "proven",
      },
      { text: "this machine has no USB at all: {bus} does not exist", likelihood: "proven" },
      { text: "libusb {libusb} works and listed them", likelihood: "proven" },
      { text: "{unreadable} could not be looked into: no permission", likelihood: "likely" },
    ],
    next: [
      {
        text: "Plug a probe in and list what is seen:",
        command: "probekit probes",
        effect: "read",
      },
      {
        text: "Without a board, use the virtual one by name:",
        command: "probekit info --probe sim:stm32f746g-disco",
      },
    ],
  },
  "probe-not-found": {
    code: "E2011",
    class: "station",
    title: "No probe matches {wanted}",
    causes: [{ text: "these are there: {there}", likelihood: "proven" }],
    next: [{
      text: "Name one of them by serial or place",
      command: "probekit probes",
      effect: "read",
    }],
  },
  "probe-ambiguous": {
    code: "E2012",
    class: "station",
    title: "{count} probes match, and none was chosen",
    causes: [{ text: "these match: {there}", likelihood: "proven" }],
    next: [{ text: "Name one by its serial or its place: --probe {example}" }],
  },
  "usbip-no-server": {
    code: "E2013",
    class: "station",
    title: "No USB/IP server answers at {host}:{port}: {why}",
    next: [
      {
        text:
          "Start one there: usbipd and usbip bind for a real probe, or a virtual board with this:",
        command: "probekit sim --usbip {port}",
      },
      { text: "and see that no firewall is in between" },
    ],
    retryable: true,
  },
  "usbip-refused": {
    code: "E2014",
    class: "station",
    title: "The USB/IP server at {host}:{port} does not give {place}: {why}",
    causes: [{ text: "another machine has attached it", likelihood: "possible" }],
    next: [
      {
        text: "See what it has to give:",
        command: "probekit probes --probe usbip://{host}:{port}",
      },
    ],
    retryable: true,
  },
  "usbip-nonsense": {
    code: "E2016",
    class: "station",
    title: "What answers at {host}:{port} does not speak USB/IP 1.1.1: {why}",
    next: [{ text: "Name the port of a USB/IP server; 3240 is the usual one" }],
  },
  "usbip-bad-address": {
    code: "E0208",
    class: "recipe",
    title: "{address} is no address of a USB/IP server",
    next: [{
      text:
        "Write usbip://HOST:PORT/BUSID; the port is 3240 when absent, the bus id may be left out",
    }],
  },
  "trace-differs": {
    code: "E2015",
    class: "tool",
    title: "The run left its trace at exchange {exchange}, line {line}: {why}",
    next: [{
      text: "Record a new trace with --trace, or go back to the version that made this one",
    }],
  },
  "bad-trace": {
    code: "E0209",
    class: "recipe",
    title: "{file} is no trace of probekit: {why}",
    next: [{ text: "Name a file that --trace wrote" }],
  },
});
