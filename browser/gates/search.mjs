// The search box finds names of the protocol and ids of rules before pages that speak of them.

import { test } from "node:test";
import assert from "node:assert/strict";

import { context, watched } from "../lib/browser.mjs";
import { stage } from "../lib/stage.mjs";

const shared = stage();

// What is typed, and where the first hit leads.
const HITS = [
  ["STOP_COPY", "v2/states.html#v2-state-STOP_COPY"],
  ["stop_copy_to_stop", "v2/arcs.html#v2-arc-stop_copy_to_stop"],
  ["ENOMSG", "errno.html#errno-ENOMSG"],
  ["v2.request.path", "v2/requests.html#r-v2.request.path"],
  ["data_offset", "v1/region.html#v1-vfio_device_migration_info-data_offset"],
  ["VFIO_MIG_GET_PRECOPY_INFO", "v2/uapi.html#v2-ioctl-VFIO_MIG_GET_PRECOPY_INFO"],
  ["VFIO_DEVICE_STATE_STOP_COPY", "v2/states.html#v2-state-STOP_COPY"],
];

test("the first hit is the thing itself", async () => {
  const { page, wrong } = await watched(await context(shared.browser), shared.site.origin);
  // Not from the root: links have to lead there from any folder.
  await page.goto(`${shared.site.origin}/v2/purpose.html`);
  await page.keyboard.press("s");
  const bar = page.locator("#mdbook-searchbar");
  for (const [typed, wanted] of HITS) {
    await bar.fill("");
    await bar.pressSequentially(typed);
    const first = page.locator("#mdbook-searchresults > li:first-child > a");
    await first.filter({ hasText: typed }).waitFor({ timeout: 5000 });
    const href = await first.evaluate((link) => link.href);
    assert.equal(href, `${shared.site.origin}/${wanted}`, typed);
    // Pages that speak of it follow.
    assert.ok((await page.locator("#mdbook-searchresults > li:not(.exact)").count()) > 0, typed);
  }
  await bar.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${shared.site.origin}/${HITS.at(-1)[1]}`);
  assert.deepEqual(wrong, []);
});

test("a part of a name is enough", async () => {
  const { page } = await watched(await context(shared.browser), shared.site.origin);
  await page.goto(`${shared.site.origin}/index.html`);
  await page.keyboard.press("/");
  await page.locator("#mdbook-searchbar").pressSequentially("precopy_inf");
  const names = page.locator("#mdbook-searchresults > li.exact > a");
  await names.first().waitFor();
  assert.ok((await names.allTextContents()).includes("vfio_precopy_info") || (await names.count()) > 0);
});
