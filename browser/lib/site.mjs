// The built site: its pages, and a server for them on this machine.

import { createServer } from "node:http";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where pictures go. */
export const PICTURES = join(ROOT, "target/screenshots");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The folder of the site: what `SITE` says, or where `vfio-spec build` puts it. */
export function folder() {
  const path = process.env.SITE ? resolve(process.env.SITE) : join(ROOT, "target/book");
  if (!existsSync(join(path, "index.html"))) {
    throw new Error(`there is no site in ${path}; build it with: cargo run -- build`);
  }
  return path;
}

/** Every file of the site with this extension, relative to it, in the order of names. */
export function files(extension) {
  const root = folder();
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/** The pages that somebody reads: not the frame's table of contents, and not all chapters in one. */
export function pages() {
  return files(".html").filter((path) => !["toc.html", "print.html"].includes(path));
}

/** Serves the site; resolves to its origin and a function that ends it. */
export async function serve(root = folder()) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const path = join(root, decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    try {
      const body = await readFile(path);
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
