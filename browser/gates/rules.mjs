// A rule: its link can be copied, what verifies it opens in place, and without script all of it is
// still there to follow.

import { test } from "node:test";
import assert from "node:assert/strict";

import { context, watched } from "../lib/browser.mjs";
import { stage } from "../lib/stage.mjs";

const PAGE = "v2/requests.html";
const RULE = "r-v2.request.path";

const shared = stage();

test("the link to a rule is copied, and followed", async () => {
  const room = await context(shared.browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page, wrong } = await watched(room, shared.site.origin);
  await page.goto(`${shared.site.origin}/${PAGE}`);
  await page.locator(`[id="${RULE}"] > a`).first().click();
  await page.locator(`[id="${RULE}"] > a[data-copied]`).waitFor();
  const url = `${shared.site.origin}/${PAGE}#${RULE}`;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
  assert.equal(page.url(), url);
  assert.deepEqual(wrong, []);
});

test("tests and generated items of a rule open below it", async () => {
  const { page, wrong } = await watched(await context(shared.browser), shared.site.origin);
  await page.goto(`${shared.site.origin}/${PAGE}`);
  const rule = page.locator(`[id="${RULE}"]`);
  const more = rule.locator("> a[aria-label]");
  await more.click();
  const text = await rule.locator(".verified").innerText();
  assert.match(text, /tests\/\S+\.rs:\d+/);
  assert.match(text, /v2::path/);
  await more.click();
  await rule.locator(".verified").waitFor({ state: "detached" });
  assert.deepEqual(wrong, []);
});

test("without script, links lead to the same", async () => {
  const { page, wrong } = await watched(await context(shared.browser, { javaScriptEnabled: false }), shared.site.origin);
  await page.goto(`${shared.site.origin}/${PAGE}`);
  const rule = page.locator(`[id="${RULE}"]`);
  assert.equal(await rule.locator("> a").first().getAttribute("href"), `#${RULE}`);
  await rule.locator("> a[aria-label]").click();
  await page.waitForURL(`${shared.site.origin}/coverage.html#t-v2.request.path`);
  assert.match(await page.locator('[id="t-v2.request.path"]').textContent(), /tests\/\S+\.rs:\d+.*v2::path/s);
  assert.deepEqual(wrong, []);
});
