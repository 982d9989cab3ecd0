// A rule: its link can be copied, what verifies it opens in place, and without script all of it is
// still there to follow.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";

import { context, launch, watched } from "../lib/browser.mjs";
import { serve } from "../lib/site.mjs";

const PAGE = "v2/requests.html";
const RULE = "r-v2.request.path";

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launch(), serve()]);
});

after(async () => {
  await browser?.close();
  site?.close();
});

test("the link to a rule is copied, and followed", async () => {
  const room = await context(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page, wrong } = await watched(room, site.origin);
  await page.goto(`${site.origin}/${PAGE}`);
  await page.locator(`[id="${RULE}"] > a`).first().click();
  await page.locator(`[id="${RULE}"] > a[data-copied]`).waitFor();
  const url = `${site.origin}/${PAGE}#${RULE}`;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
  assert.equal(page.url(), url);
  assert.deepEqual(wrong, []);
});

test("tests and generated items of a rule open below it", async () => {
  const { page, wrong } = await watched(await context(browser), site.origin);
  await page.goto(`${site.origin}/${PAGE}`);
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
  const { page, wrong } = await watched(await context(browser, { javaScriptEnabled: false }), site.origin);
  await page.goto(`${site.origin}/${PAGE}`);
  const rule = page.locator(`[id="${RULE}"]`);
  assert.equal(await rule.locator("> a").first().getAttribute("href"), `#${RULE}`);
  await rule.locator("> a[aria-label]").click();
  await page.waitForURL(`${site.origin}/coverage.html#t-v2.request.path`);
  assert.match(await page.locator('[id="t-v2.request.path"]').textContent(), /tests\/\S+\.rs:\d+.*v2::path/s);
  assert.deepEqual(wrong, []);
});
