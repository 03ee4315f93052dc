/** Serial numbers as people know them. */

/**
 * Old ST-LINK firmware stores twelve raw bytes as twelve UTF-16 units; their serial is the 24 hexadecimal
 * digits of those bytes (facts: OpenOCD stlink_usb.c, pyOCD detect.py). Everything else stays as it is.
 */
export function readableSerial(text: string): string {
  const units = Array.from(text, (c) => c.codePointAt(0) ?? 0);
  const plain = units.every((u) => u > 0x20 && u < 0x7F);
  if (units.length !== 12 || (plain && /^[0-9A-Fa-f]+$/.test(text))) return text;
  return units.map((u) => (u % 256).toString(16).padStart(2, "0").toUpperCase()).join("");
}

/** The text of a raw USB string descriptor (UTF-16LE after two bytes). */
export function stringFromDescriptor(raw: Uint8Array): string {
  const length = Math.min(raw[0] ?? 0, raw.length);
  let text = "";
  for (let i = 2; i + 1 < length; i += 2) {
    text += String.fromCharCode((raw[i] ?? 0) + (raw[i + 1] ?? 0) * 256);
  }
  return text;
}
