/** The report in a browser that is open: by keyboard alone, light and dark, wide and narrow. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { needs } from "../support/need.ts";
import { CHROMIUM, decodePng } from "./support/browser.ts";
import { firmware, Folder, probekit } from "./support/program.ts";
import { type Focused, LivePage } from "./support/live_page.ts";

const SIM = "sim:stm32f746g-disco";
const MOST_STOPS = 300;

async function pageOf(folder: Folder, args: readonly string[], scenario: string): Promise<string> {
  const probe = `${SIM}?scenario=${scenario}`;
  await probekit([...args, "--quiet", "--probe", probe, "--run-folder", folder.at("run")]);
  return folder.at("run/report.html");
}

/** Every place that Tab leads to, from the top of the page until it leaves it. */
async function stops(page: LivePage): Promise<readonly Focused[]> {
  const out: Focused[] = [];
  while (out.length < MOST_STOPS) {
    await page.press("Tab");
    const focused = await page.focused();
    if (focused.tag === "body") return out;
    out.push(focused);
  }
  throw new Error("Tab never leaves the page");
}

needs(
  "chromium",
  CHROMIUM !== undefined,
  "report: Tab goes through every part of every picture, shows where it is, and leaves the page",
  async () => {
    using dir = new Folder();
    const args = ["recover", "--yes", "--set", `backup=${dir.at("backup")}`];
    await using page = await LivePage.open(await pageOf(dir, args, "so36160986"));
    await page.size(1280);
    const all = await stops(page);
    const told = await page.evaluate("document.querySelectorAll('.told').length");
    const labels = all.filter((s) => s.tag === "g").map((s) => s.label);
    assertEquals(labels.length, told);
    assertEquals(labels.filter((l) => l.startsWith("Sector ")).length, 8);
    assertEquals(labels.filter((l) => l.startsWith("OPTCR bit")).length, 32);
    for (const s of all) {
      assert(s.label !== "", "it has a name");
      // a container that scrolls is reached too; its ring is the browser's
      if (s.tag !== "div") assert(s.shows, `${s.tag} ${s.label} shows that it has the focus`);
    }
    // a table that is folded away opens by the keyboard
    const open = () => page.evaluate("document.querySelectorAll('details[open]').length");
    assertEquals(await open(), 0);
    while ((await page.focused()).tag !== "summary") await page.press("Tab");
    await page.press("Enter");
    assertEquals(await open(), 1);
  },
);

needs(
  "chromium",
  CHROMIUM !== undefined,
  "report: nothing sticks out at the side, at any width, light and dark, of a good run and a bad one",
  async () => {
    using dir = new Folder();
    const long = dir.put(`${"a-rather-long-name-".repeat(8)}.bin`, firmware(40_000));
    const flash = ["flash", long, "--base", "0x08000000"];
    for (const scenario of ["factory", "no-power"]) {
      await using page = await LivePage.open(await pageOf(dir, flash, scenario));
      for (const scheme of ["light", "dark"] as const) {
        await page.scheme(scheme);
        for (const width of [1280, 400]) {
          await page.size(width);
          const [wide, most] = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
          ) as number[];
          assertEquals(wide, most, `${scenario} ${scheme} ${width}`);
        }
        const [ground] = (await decodePng(await page.picture())).at(1, 1);
        if (scheme === "light") assertGreater(ground, 200);
        else assertGreater(60, ground);
      }
    }
  },
);
