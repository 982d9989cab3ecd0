// Every page, light and dark, on a desk and on a phone: nothing goes wrong, nothing is wider than
// the window, and nothing shuts a reader out. Its pictures are for people.

import { join } from "node:path";
import { test } from "node:test";

import { barriers } from "../lib/axe.mjs";
import { DESK, PHONE, context, each, watched } from "../lib/browser.mjs";
import { overflow } from "../lib/overflow.mjs";
import { PICTURES, pages } from "../lib/site.mjs";
import { stage } from "../lib/stage.mjs";
import { Mistakes } from "../lib/verdict.mjs";

// axe looks again only at what another look may change. Two looks are drawn always, and show both
// widths and both schemes; PICTURES=all draws all four.
const LOOKS = [
  { name: "light-1280", scheme: "light", window: DESK, rules: null, drawn: true },
  { name: "dark-1280", scheme: "dark", window: DESK, rules: ["color-contrast"] },
  { name: "light-390", scheme: "light", window: PHONE, rules: ["scrollable-region-focusable"] },
  { name: "dark-390", scheme: "dark", window: PHONE, rules: [], drawn: true },
];

const shared = stage();

for (const look of LOOKS) {
  test(`every page, ${look.name}`, async () => {
    const room = await context(shared.browser, look);
    const mistakes = new Mistakes();
    await each(pages(), 3, async (path) => mistakes.add(path, await examine(room, path, look)));
    await room.close();
    mistakes.none();
  });
}

/** What is wrong with a page. */
async function examine(room, path, look) {
  const { page, wrong } = await watched(room, shared.site.origin);
  await page.goto(`${shared.site.origin}/${path}`);
  await page.evaluate(() => document.fonts.ready);
  // The frame around the chapter is the same everywhere: once is enough.
  const part = path === "index.html" ? "html" : "main";
  wrong.push(...(await page.evaluate(overflow)), ...(await barriers(page, part, look.rules)));
  if (look.drawn || process.env.PICTURES === "all") {
    const file = `${path.replaceAll("/", "-").replace(/\.html$/, "")}.${look.name}.png`;
    await page.screenshot({ path: join(PICTURES, file), fullPage: true });
  }
  await page.close();
  return wrong;
}
