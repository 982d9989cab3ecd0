// A chapter on paper: no frame, nothing cut off at the edge, pictures on white.

import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";

import { context, watched } from "../lib/browser.mjs";
import { PICTURES } from "../lib/site.mjs";
import { stage } from "../lib/stage.mjs";

// A4 without margins of a centimetre, in CSS pixels.
const PAPER = { width: 718, height: 1046 };
const CHAPTERS = ["v2/save.html", "v2/requests.html", "v1/domains.html", "v2/from-v1.html"];

const shared = stage();

for (const chapter of CHAPTERS) {
  test(`${chapter} on paper`, async () => {
    const room = await context(shared.browser, { scheme: "dark", window: PAPER });
    const { page, wrong } = await watched(room, shared.site.origin);
    await page.goto(`${shared.site.origin}/${chapter}`);
    await page.emulateMedia({ media: "print" });
    const cut = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const parts = [...document.querySelectorAll("main table, main svg, main pre, main p")];
      const wide = parts.filter((part) => part.getBoundingClientRect().right > width + 1);
      return wide.map((part) => `${part.localName}.${part.getAttribute("class")}`);
    });
    assert.deepEqual(cut, []);
    const hidden = await page.locator(".sidebar, .menu-bar, .nav-chapters").evaluateAll((parts) =>
      parts.filter((part) => part.getClientRects().length > 0).map((part) => part.className),
    );
    assert.deepEqual(hidden, []);
    const [ground, ink] = await page.evaluate(() => [
      getComputedStyle(document.documentElement).backgroundColor,
      getComputedStyle(document.querySelector("main p")).color,
    ]);
    const name = chapter.replaceAll("/", "-").replace(".html", "");
    await page.screenshot({ path: join(PICTURES, `${name}.print.png`), fullPage: true });
    assert.equal(ground, "rgb(255, 255, 255)");
    assert.equal(ink, "rgb(0, 0, 0)");
    assert.deepEqual(wrong, []);
    await room.close();
  });
}
