// Debian's Chromium, and pages that keep account of what goes wrong in them.

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A window: its width and height in CSS pixels. */
export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Starts the browser, with a profile of its own that is deleted afterwards. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
  });
}

/** A context in which pages are light or dark, and so wide. */
export function context(browser, { scheme = "light", window = DESK, ...more } = {}) {
  return browser.newContext({
    colorScheme: scheme,
    viewport: window,
    isMobile: window === PHONE,
    hasTouch: window === PHONE,
    reducedMotion: "reduce",
    ...more,
  });
}

/** A page of the site at `origin`, and the list of what went wrong in it so far. */
export async function watched(context, origin) {
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      wrong.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => wrong.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) {
      wrong.push(`request off the site: ${url}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) wrong.push(`${response.status()}: ${response.url()}`);
  });
  return { page, wrong };
}

/** Works through a list, so many at once. */
export async function each(list, width, work) {
  const rest = [...list];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
